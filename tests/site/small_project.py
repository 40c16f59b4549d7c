"""A small staged project with every construct both renderers must draw alike, and what is compared of the trees they make."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import nbformat
import yaml
from bs4 import BeautifulSoup, Tag

from ansinh.campaign import Workspace
from ansinh.site import embedded
from ansinh.site.stage import THEME

ROOT = Path(__file__).parents[2]
TABLE = (
    '<div class="as-table-wrap" tabindex="0" role="region" aria-labelledby="{id}-caption"><table class="as-table" id="{id}" data-filter="true">'
    '<caption id="{id}-caption">Bảng {id}</caption><thead><tr><th scope="col" data-sort="text" class="as-text">Nơi</th>'
    '<th scope="col" data-sort="number" class="as-number">Số người</th></tr></thead><tbody>'
    '<tr><th scope="row">Phường Cát Linh</th><td class="as-number" data-value="1250">1.250</td></tr>'
    '<tr><th scope="row">Phường Văn Miếu</th><td class="as-number" data-value="0.5"><abbr title="số nhỏ">≤ 7</abbr></td></tr>'
    "</tbody></table></div>"
)
FIGURE = (
    '<figure class="as-figure" id="hinh"><figcaption>Diễn biến</figcaption><svg role="img" aria-labelledby="hinh-t hinh-d" class="as-svg" '
    'viewBox="0 0 10 10" xmlns="http://www.w3.org/2000/svg"><title id="hinh-t">Diễn biến</title><desc id="hinh-d">Đường đi lên.</desc>'
    '<path d="M0 10L10 0"></path></svg></figure>'
)
PROSE = """## Từ danh sách đến chi trả

Xem [phương pháp](phuong-phap.ipynb), [một mục](phuong-phap.ipynb#định-nghĩa) và [Ba Đình](don-vi/001-ba-dinh/tai-khoan.ipynb).

::: {.callout-note}
Lưu ý chung.
:::

::: {.callout-warning title="Số liệu tạm tính"}
Còn *thay đổi*.
:::

## Hai mục cùng tên

### D1. Làm sạch dữ liệu (100 %)

## Hai mục cùng tên

| Cột | Số |
|-----|----|
| a   | 1  |

![Bản đồ](theme/ban-do.svg){fig-alt="Bản đồ các đơn vị"}

::: {.panel-tabset}

### Thẻ một

Nội dung một.

### Thẻ hai

Nội dung hai.

:::"""
PAGES: dict[str, tuple[dict[str, Any], list[str]]] = {
    "index": ({"title": "Toàn địa bàn"}, [PROSE, TABLE.format(id="bang-chung"), FIGURE]),
    "chi-thi": ({"title": "Nhiệm vụ"}, ["## Văn bản\n\nXem [toàn địa bàn](index.ipynb).", TABLE.format(id="bang-nhiem-vu")]),
    "phuong-phap": ({"title": "Phương pháp"}, ["## Định nghĩa\n\nMột câu.\n\n## Tiêu chí"]),
    **{
        f"don-vi/{slug}/{leaf}": (
            {"title": f"{name}: {leaf}", "ansinh": {"unit": slug[:3], "unit_name": name, "level": "unit", "order": order}},
            ["## Theo địa bàn\n\nXem [phương pháp](../../phuong-phap.ipynb).", TABLE.format(id="bang-phuong")],
        )
        for slug, name in (("001-ba-dinh", "Quận Ba Đình"), ("002-hoan-kiem", "Quận Hoàn Kiếm"), ("271-ba-vi", "Huyện Ba Vì"))
        for order, leaf in enumerate(("tai-khoan", "du-lieu"), 1)
    },
}
"""Address → front matter and cells: what begins with "<" is an output, the rest is prose."""


def lay(folder: Path) -> Path:
    """Write the staged project into `folder` and return it."""
    shutil.copytree(THEME, folder / "theme")
    (folder / "theme" / "ban-do.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"/>\n', encoding="utf-8")
    shutil.copyfile(ROOT / "_quarto.yml", folder / "_quarto.yml")
    for address, (front, cells) in PAGES.items():
        write_page(folder / f"{address}.ipynb", front, cells)
    return folder


def write_page(path: Path, front: dict[str, Any], cells: list[str]) -> None:
    """Write one sealed notebook."""
    made = [nbformat.v4.new_raw_cell("---\n" + yaml.safe_dump(front, allow_unicode=True) + "---", id="front-matter")]
    for at, text in enumerate(cells):
        if text.startswith("<"):
            output = nbformat.v4.new_output("display_data", {"text/html": text, "text/plain": "…"})
            made.append(nbformat.v4.new_code_cell("", outputs=[output], id=f"cell-{at}"))
        else:
            made.append(nbformat.v4.new_markdown_cell(text, id=f"cell-{at}"))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(nbformat.writes(nbformat.v4.new_notebook(cells=made)) + "\n", encoding="utf-8")


def render(staged: Path, output: Path, *, strict: bool = True) -> embedded.Rendered:
    """Render a staged project with the embedded renderer, with the shipped campaign and register."""
    workspace = Workspace(ROOT)
    output.mkdir(parents=True, exist_ok=True)
    return embedded.render(staged, output, workspace, workspace.campaign(), strict=strict, progress=lambda *_: None)


def contract(tree: Path) -> dict[str, Any]:
    """Return what the two renderers must agree on, page by page."""
    return {path.relative_to(tree).as_posix(): _page(path) for path in sorted(tree.rglob("*.html"))}


def _page(path: Path) -> dict[str, Any]:
    page = BeautifulSoup(path.read_text(encoding="utf-8"), "lxml")
    main = page.find("main")
    assert isinstance(main, Tag)
    for gone in main.select(".as-anchor, .anchorjs-link, nav, .tab-bar"):
        gone.decompose()
    title = page.select_one("h1.title") or main.find("h1")
    return {
        "title": _text(title),
        "navigation": [[_text(link), str(link["href"])] for link in page.select("header nav li a")],
        "headings": [[tag.name, _id(tag), _text(tag)] for tag in main.find_all(["h2", "h3"])],
        "tables": [[[_text(cell) for cell in row.select("th, td")] for row in table.select("tr")] for table in main.find_all("table")],
        "captions": [_text(tag) for tag in main.select("caption, figcaption")],
        "alternatives": [str(tag["alt"]) for tag in main.select("img[alt]")]
        + [_text(tag) for tag in main.select("svg > title, svg > desc")],
        "callouts": [" ".join(_text(tag).split()) for tag in main.select(".callout")],
        "links": [str(link["href"]) for link in main.select("a[href]")],
    }


def _id(heading: Tag) -> str:
    """Return a heading's id; pandoc with sections keeps it on the section around it."""
    return str(heading.get("id") or heading.get("data-anchor-id") or (heading.parent or heading).get("id") or "")


def _text(tag: Tag | None) -> str:
    return " ".join(tag.get_text(" ").split()) if tag else ""


def recorded() -> str:
    """Return tests/site/contract.json as it should stand."""
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as folder:
        render(lay(Path(folder) / "staged"), Path(folder) / "tree")
        return json.dumps(contract(Path(folder) / "tree"), ensure_ascii=False, indent=1) + "\n"
