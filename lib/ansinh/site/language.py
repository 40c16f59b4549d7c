"""Words of the frame around a page: Quarto's own keys, which a project's `language` may set, and a few that only this renderer needs."""

from __future__ import annotations

ENGLISH = {
    "toc-title-website": "On this page",
    "search-label": "Search",
    "search-text-placeholder": "Search",
    "search-no-results-text": "No results",
    "toggle-sidebar": "Pages",
    "callout-note-title": "Note",
    "callout-tip-title": "Tip",
    "callout-warning-title": "Warning",
    "callout-important-title": "Important",
    "callout-caution-title": "Caution",
    "crossref-tbl-title": "Table",
    "skip-to-content": "Skip to content",
    "main-pages": "Main pages",
    "before-and-after": "Previous and next page",
    "before": "Previous",
    "after": "Next",
    "link-to-section": "Link to section",
}
VIETNAMESE = ENGLISH | {
    "toc-title-website": "Trong trang này",
    "search-label": "Tìm đơn vị hoặc trang",
    "search-text-placeholder": "Tìm đơn vị hoặc trang",
    "search-no-results-text": "Không có kết quả. Hãy gõ tên quận, huyện, xã, phường hoặc tên chỉ tiêu.",
    "toggle-sidebar": "Danh mục đơn vị",
    "callout-note-title": "Ghi chú",
    "callout-tip-title": "Gợi ý",
    "callout-warning-title": "Lưu ý",
    "callout-important-title": "Quan trọng",
    "callout-caution-title": "Thận trọng",
    "crossref-tbl-title": "Bảng",
    "skip-to-content": "Đến nội dung chính",
    "main-pages": "Trang chính",
    "before-and-after": "Trang trước và sau",
    "before": "Trước",
    "after": "Sau",
    "link-to-section": "Liên kết đến mục",
}


def words_of(lang: str) -> dict[str, str]:
    """Return the words of a language by key; English where it is not known."""
    return dict(VIETNAMESE if lang.split("-")[0] == "vi" else ENGLISH)
