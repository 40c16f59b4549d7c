"""A small staged project with every construct both renderers must draw alike, and what is compared of the trees they make."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import nbformat
import yaml
from bs4 import BeautifulSoup, Tag

from ansinh.batch.plan import Job
from ansinh.campaign import Workspace
from ansinh.site import embedded
from ansinh.site.config import read_project_file
from ansinh.site.project import Places, staged_project

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
MANUAL = """
project: {type: website}
lang: en
website:
  title: Manual
  description: How it works
  page-navigation: true
  navbar:
    left: [index.md, {href: guide/one.qmd, text: Guide}, {href: "https://example.org/", text: Elsewhere}]
  sidebar:
    contents:
      - index.md
      - section: Guide
        contents: guide
      - {section: Notebooks, contents: [notes.ipynb]}
  page-footer: "See [the index](index.md)."
"""
PICTURE = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
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
    shutil.copytree(embedded.THEME, folder / "theme")
    (folder / "theme" / "ban-do.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"/>\n', encoding="utf-8")
    (folder / "evidence.json").write_text("{}\n", encoding="utf-8")
    workspace = Workspace(ROOT)
    campaign = workspace.campaign()
    places = Places(workspace, campaign, [_job(address, front) for address, (front, _) in PAGES.items()])
    base = read_project_file(ROOT / "_quarto.yml")
    (folder / "_quarto.yml").write_text(staged_project(base, campaign, places), encoding="utf-8")
    for address, (front, cells) in PAGES.items():
        write_page(folder / f"{address}.ipynb", front, cells)
    return folder


def lay_manual(folder: Path) -> Path:
    """Write a small manual of Markdown documents and a notebook, a project without any campaign, into `folder` and return it."""
    files = {
        "_quarto.yml": MANUAL,
        "index.md": "# The manual\n\n<!-- a note to the author -->\n\nRead [one](guide/one.qmd#first) and <https://example.org/>.\n\n## Start\n\n```sh\nmake site  # <b>\n```\n",
        "guide/one.qmd": "---\ntitle: One\norder: 2\n---\n\n## First\n\n![A tile](tile.svg){fig-alt='A blue tile'}\n\n[Home](/index.md)\n",
        "guide/two.md": "---\ntitle: Two\norder: 1\n---\n\nText.\n",
        "guide/tile.svg": '<svg xmlns="http://www.w3.org/2000/svg"/>\n',
        "guide/unused.svg": "<svg/>",
        "_draft.md": "# Draft\n",
        "README.md": "# Not a page\n",
    }
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content, encoding="utf-8")
    picture = nbformat.v4.new_output("display_data", {"image/png": PICTURE})
    words = nbformat.v4.new_output("display_data", {"text/markdown": "**bold**"})
    cells = [
        nbformat.v4.new_markdown_cell("# Notes\n\nSee @fig-dot and @tbl-none."),
        nbformat.v4.new_code_cell("#| label: fig-dot\n#| fig-cap: A dot\n#| fig-alt: One dot\nplot()", outputs=[picture]),
        nbformat.v4.new_code_cell("secret()", outputs=[words], metadata={"tags": ["remove-input"]}),
        nbformat.v4.new_code_cell("gone()", outputs=[words], metadata={"tags": ["remove-cell"]}),
    ]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), folder / "notes.ipynb")
    return folder


def _job(address: str, front: dict[str, Any]) -> Job:
    """A job as the batch plans it, as far as the staged project needs it."""
    told = front.get("ansinh", {})
    return Job("", told.get("unit", ""), told.get("unit", ""), ROOT, ROOT, {"address": address, "order": told.get("order", 9)}, {}, "")


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
    """Render a staged project with the embedded renderer."""
    return embedded.render(staged, output, strict=strict)


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
        "sidebar": [[_text(link), str(link["href"])] for link in page.select(".side nav a, #quarto-sidebar .sidebar-item a[href]")],
        "beside": [str(link["href"]) for link in page.select("head link[rel=prev], head link[rel=next]")],
        "announcement": _text(page.select_one(".banner, #quarto-announcement .quarto-announcement-content")),
        "footer": [str(link["href"]) for link in page.select("footer a[href]")],
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
