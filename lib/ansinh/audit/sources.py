"""Where the figures come from, on the page."""

from __future__ import annotations

from ansinh.audit.area import Area
from ansinh.campaign import KIND_WORDS
from ansinh.measures import sources
from ansinh.show import Shown, paragraph, tables


class Sources(Area):
    """Where the figures come from."""

    def reconciliation(self) -> Shown:
        """Rows read = rows kept + rows quarantined, per kind of list."""
        released = self.release(sources.reconciliation(self.scope))
        common = released.frame["common"].astype(bool)
        released.frame["kind"] = released.frame["kind"].map(KIND_WORDS) + common.map({True: " (chung toàn địa bàn)", False: ""})
        columns = {
            "kind": "Loại danh sách",
            "files": "Số tệp",
            "refused": "Tệp không đọc được",
            "rows_read": "Dòng đọc",
            "rows_kept": "Dòng nhận",
            "rows_quarantined": "Dòng chờ xử lý",
        }
        return tables.table(
            released, id="doi-chieu-nguon", caption="Đối chiếu dữ liệu nguồn: dòng đọc = dòng nhận + dòng chờ xử lý", columns=columns
        )

    def refused(self) -> Shown:
        """Files that could not be read, with the remedy; file names only."""
        names = sources.refused(self.scope)
        if not names:
            return paragraph("Mọi tệp đều đọc được.")
        return tables.plain(
            "tep-khong-doc-duoc",
            "Tệp không đọc được: cần lưu lại và gửi lại",
            ["Tệp", "Loại danh sách"],
            [[file, KIND_WORDS[kind]] for file, kind in names],
        )

    def quarantine(self) -> Shown:
        """Why rows wait, in words a commune clerk understands."""
        released = self.release(sources.reasons(self.scope))
        if released.frame.empty:
            return paragraph("Không có dòng nào phải chờ xử lý.")
        released.frame["kind"] = released.frame["kind"].map(KIND_WORDS)
        columns = {"reason_text": "Lý do", "kind": "Loại danh sách", "rows": "Số dòng"}
        return tables.table(released, id="cho-xu-ly", caption="Dòng chờ xử lý theo lý do", columns=columns)
