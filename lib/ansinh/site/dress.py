"""Dresses the staged notebooks, so that both renderers show the same: row anchors, downloads, "how is this computed", comparison.

Everything comes from the pages' own published tables: nothing is counted here, and nothing is said that no page says.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import yaml

from ansinh.campaign import Campaign
from ansinh.show import Shown, escape, numbers
from ansinh.show import tables as show_tables
from ansinh.site.cores import spread
from ansinh.site.downloads import FOLDER, as_csv, as_xlsx, source_line
from ansinh.site.memory import Memory, key
from ansinh.site.published import Row, Table, slug, tables

METHOD = "method"
"""The notebook whose page explains every figure."""
FIGURE_TERMS = {
    "tu-danh-sach-den-chi-tra": "Tỷ lệ đủ thông tin",
    "ban-do": "Tỷ lệ có tài khoản",
    "dien-bien": "Tỷ lệ có tài khoản",
    "so-sanh": "Cao, thấp hơn mức chung",
    "bang-con-vuong": "Tỷ lệ tài khoản dùng được",
    "bang-dung-lai": "Khâu còn vướng",
    "bang-khong-kip": "Tốc độ cần đạt",
    "bang-don-vi-xu-ly": "Mức độ",
    "bang-loi": "Bản ghi",
    "bang-thay-doi": "Lần chốt số liệu",
    "bang-cac-ky": "Lần chốt số liệu",
    "bang-chi-tra": "Người có khoản chi",
    "bang-vi-sao-tien-mat": "Người có khoản chi",
    "bang-kenh": "Tỷ lệ tài khoản dùng được",
    "bang-chu-tai-khoan": "Người nhận thay",
    "bang-gio": "Điểm lưu động",
    "bang-tung-ngay": "Điểm lưu động",
}
"""Figures whose words do not name their definition: start of the figure's id → the term the method page defines."""
_BLOCK = re.compile(
    r'<figure class="as-figure" id="(?P<figure>[^"]+)">.*?</figure>'
    r'|<div class="as-table-wrap"[^>]*><table [^>]*id="(?P<table>[^"]+)".*?</table></div>(?:\s*<p class="as-note">.*?</p>)?',
    re.DOTALL,
)
_TILES = r"class=\"as-tiles\""
_ROW = re.compile(r'<tr(?P<rest>(?: class="[^"]*")?)>(?=<th scope="row")')
TABS = "Các trang của đơn vị"
HIDDEN = "…"
WITHHELD = "…: không công bố để không suy ra được số nhỏ."
POINTS = "điểm phần trăm"
_CAPTION = re.compile(r"<figcaption>([^<]*)</figcaption>")
_UNLINKED = re.compile(r'(<th scope="row">)([^<]+)(</th>)')
_CHECK = re.compile(r'(<th scope="row"[^>]*>)([A-Z]\d\d)( · )')


@dataclass
class Page:
    """A sealed notebook on its way to the renderer; `address` is where it will stand, without ending."""

    address: str
    notebook: dict[str, Any]
    sidebar: str = ""
    """The sidebar it shows where none lists it, "" for that which does."""
    tabs: tuple[tuple[str, str], ...] = ()
    """The pages it belongs with, itself among them or not: address and word."""
    below: Mapping[str, str] = field(default_factory=dict)
    """Communes that have a page: name → address."""
    proof: str = ""
    """The address of the page that proves its figures, "" where there is none."""
    proven: frozenset[str] = frozenset()
    """Anchors, on that page, of the figures and tables whose queries it lists."""

    @cached_property
    def tables(self) -> list[Table]:
        """The page's published tables."""
        return [table for output in self.outputs() for table in tables(_text(output))]

    @property
    def up(self) -> str:
        """The relative way to the site's root."""
        return "../" * self.address.count("/")

    @property
    def front(self) -> dict[str, Any]:
        """What the batch wrote of the page: title, date, and under `ansinh` its unit."""
        return dict(yaml.safe_load("".join(self.notebook["cells"][0]["source"]).strip().strip("-")))

    def outputs(self) -> list[dict[str, Any]]:
        """Return the outputs that are HTML."""
        return [
            output["data"] for cell in self.notebook["cells"] for output in cell.get("outputs", []) if "text/html" in output.get("data", {})
        ]


def dress(
    pages: Sequence[Page], campaign: Campaign, method: str | None, memory: Memory | None = None, jobs: int = 1
) -> Iterator[tuple[str, bytes]]:
    """Yield the dressed notebooks and the downloads, path from the site's root and bytes, pages in their order.

    `method` is the address of the page that explains the figures, None when the campaign publishes none.
    """
    memory = memory or Memory()
    terms = _terms(next((page for page in pages if page.address == method), None))
    whole = _rows_by_page([page for page in pages if not page.tabs])
    tasks = []
    for page in pages:
        way = f"{page.up}{method}.html" if method and page.address != method else ""
        tasks.append(_Task(page, whole.get(page.address), _Explained(way, terms), campaign))
    found = {task.key: memory.get(task.key) for task in tasks}
    missing = [task for task in tasks if not found[task.key]]
    made = zip(missing, spread(_dress, missing, jobs), strict=True)
    for task, files in made:
        memory.put(task.key, files)
        found[task.key] = files
    for task in tasks:
        yield from found[task.key].items()


@dataclass(frozen=True)
class _Task:
    """All that one page's dressing depends on."""

    page: Page
    whole: tuple[Table, Row, Row] | None
    explained: _Explained
    campaign: Campaign

    @cached_property
    def key(self) -> str:
        page, explained = self.page, self.explained
        told = [
            page.address,
            page.sidebar,
            page.tabs,
            dict(page.below),
            page.proof,
            sorted(page.proven),
            explained.way,
            dict(explained.terms),
        ]
        settings = [source_line(self.campaign), self.campaign.authority, self.campaign.place]
        return key(json.dumps([page.notebook, told, settings], sort_keys=True), repr(self.whole))


def _dress(task: _Task) -> dict[str, bytes]:
    """Return one page's notebook and downloads."""
    page = task.page
    found = page.tables + _compare(page, task.whole, task.campaign.place)
    _belong(page)
    for output in page.outputs():
        output["text/html"] = _dressed(_text(output), page, task.explained)
    files = {f"{page.address}.ipynb": (json.dumps(page.notebook, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()}
    for table in found:
        name = f"{FOLDER}/{page.address}/{table.id}"
        files[f"{name}.csv"], files[f"{name}.xlsx"] = as_csv(table), as_xlsx(table, task.campaign, str(page.front["title"]))
    return files


def _text(output: Mapping[str, Any]) -> str:
    given = output["text/html"]
    return given if isinstance(given, str) else "".join(given)


def _terms(page: Page | None) -> dict[str, str]:
    """Return what the method page explains: words of a row → the row's anchor."""
    if page is None:
        return {}
    return {
        slug(row.cells[0].text): anchor
        for table in page.tables
        for row, anchor in zip(table.rows, table.anchors(), strict=True)
        if row.cells
    }


@dataclass(frozen=True)
class _Explained:
    """The way to the method page ("" on that page itself) and what it explains."""

    way: str
    terms: Mapping[str, str]

    def check(self, found: re.Match[str]) -> str:
        """Return the start of a row that names a check, the check's id now a link to its row on the method page."""
        anchor = self.terms.get(slug(found[2]))
        return f'{found[1]}<a href="{self.way}#{anchor}">{found[2]}</a>{found[3]}' if self.way and anchor else found[0]

    def address(self, id: str, own: Sequence[Table]) -> str:
        """Return the way to what explains a figure or table: declared, else the first rate among its headings, else the definitions."""
        declared = next((term for start, term in FIGURE_TERMS.items() if id.startswith(start)), "")
        headings = sorted((heading for table in own for heading in table.headings), key=lambda heading: not heading.startswith("Tỷ lệ"))
        found = next((self.terms[slug(word)] for word in [declared, *headings] if slug(word) in self.terms), None)
        return f"{self.way}#{found}" if found else self.way


def _dressed(markup: str, page: Page, explained: _Explained) -> str:
    """Return one output with anchors on the rows of its tables and a line of links below each figure and table."""

    def block(found: re.Match[str]) -> str:
        own = tables(found[0])
        anchors = iter([anchor for table in own for anchor in table.anchors()])
        marked = _ROW.sub(lambda row: f'<tr id="{escape(next(anchors))}"{row["rest"]}>', found[0])
        marked = _CHECK.sub(explained.check, marked)
        if any(table.searchable for table in own):
            marked = _UNLINKED.sub(lambda name: _linked(name, page), marked)
        caption = own[0].caption if own else html.unescape(_CAPTION.search(found[0])[1])  # type: ignore[index]
        line = _links(found["figure"] or found["table"], caption, own, page, explained)
        return f"{marked.removesuffix('</figure>')}{line}</figure>" if found["figure"] else marked + line

    return _BLOCK.sub(block, markup)


def _links(id: str, caption: str, own: Sequence[Table], page: Page, explained: _Explained) -> str:
    """Return the line below a figure or table: downloads, how it is computed, permanent link."""
    folder = f"{page.up}{FOLDER}/{page.address}"
    saved = escape("-".join(page.address.split("/")[-2:]))
    parts = [
        _link(f"{folder}/{id}.{ending}", word, caption, f' download="{saved}-{id}.{ending}"')
        for ending, word in (("csv", "Tải CSV"), ("xlsx", "Tải Excel"))
        if own
    ]
    if explained.way:
        parts.append(_link(explained.address(id, own), "Cách tính", caption))
    if (anchor := anchor_of(page.address, id)) in page.proven:
        parts.append(_link(f"{page.up}{page.proof}.html#{anchor}", "Truy vấn", caption))
    parts.append(_link(f"#{id}", "Đường dẫn", caption))
    return f'<p class="as-tools">{" ".join(parts)}</p>'


def anchor_of(address: str, id: str) -> str:
    """Return the anchor, on a place's evidence page, of a figure or table of one of its pages."""
    return f"{address.rsplit('/', 1)[-1]}--{id}"


def _link(address: str, word: str, caption: str, attribute: str = "") -> str:
    return f'<a href="{escape(address)}" aria-label="{word}: {escape(caption)}"{attribute}>{word}</a>'


def _linked(name: re.Match[str], page: Page) -> str:
    """Return a row's name as a link to the page of its own, where it has one."""
    address = page.below.get(html.unescape(name[2]))
    return f'{name[1]}<a href="{page.up}{escape(address)}.html">{name[2]}</a>{name[3]}' if address else name[0]


def _belong(page: Page) -> None:
    """Write into the notebook which sidebar it shows, and first the links to the pages it belongs with."""
    first = page.notebook["cells"][0]
    if page.sidebar:
        source = first["source"] if isinstance(first["source"], str) else "".join(first["source"])
        first["source"] = f"{source.removesuffix('---')}sidebar: {page.sidebar}\n---"
    if page.tabs:
        here = ' aria-current="page"'
        links = "".join(
            f'<li><a href="{page.up}{escape(address)}.html"{here if address == page.address else ""}>{escape(word)}</a></li>'
            for address, word in page.tabs
        )
        markup = f'<nav class="as-tabs" aria-label="{TABS}"><ul>{links}</ul></nav>'
        page.notebook["cells"].insert(1, cell_of("trang-cua-don-vi", Shown(markup, " · ".join(word for _, word in page.tabs))))


def _rows_by_page(pages: Sequence[Page]) -> dict[str, tuple[Table, Row, Row]]:
    """Return, for every page a table of the whole leads to, that table, the page's row in it and the row that sums up."""
    found: dict[str, tuple[Table, Row, Row]] = {}
    for page in pages:
        for table in page.tables:
            total = next((row for row in table.rows if row.total), None)
            for row in table.rows if total else ():
                if row.link:
                    found.setdefault(row.link.removesuffix(".html"), (table, row, total))  # type: ignore[arg-type]
    return found


def _compare(page: Page, whole: tuple[Table, Row, Row] | None, place: str) -> list[Table]:
    """Add, below the headline figures of a unit's page, how its rates stand beside those of the whole; returns the table added."""
    at = next((at for at, cell in enumerate(page.notebook["cells"]) if _TILES in json.dumps(cell.get("outputs", []))), None)
    if whole is None or at is None:
        return []
    table, row, total = whole
    lines = [
        [heading, here.text, there.text, _difference(here.text, there.text)]
        for heading, here, there in zip(table.headings, row.cells, total.cells, strict=True)
        if there.text.endswith("%")
    ]
    if not lines:
        return []
    headings = ["Chỉ tiêu", row.cells[0].text, place, f"Chênh lệch ({POINTS})"]
    note = WITHHELD if any(HIDDEN in line for line in lines) else ""
    shown = show_tables.plain("so-voi-chung", f"So với {place}", headings, lines, note, figures=(1, 2, 3))
    page.notebook["cells"].insert(at + 1, cell_of("so-voi-chung", shown))
    return tables(shown.html)


def _difference(here: str, there: str) -> str:
    """Return the difference of two shares as shown, a dash where one is withheld."""
    one, other = numbers.parse(here), numbers.parse(there)
    if one is None or other is None:
        return "–"
    # A difference is no more exact than the less exact of the two.
    digits = 1 if "," in here and "," in there else 0
    return numbers.change(numbers.between(other, one, digits), digits)


def cell_of(id: str, shown: Shown) -> dict[str, Any]:
    """Return a code cell without code that shows one thing, in the form of notebook format 4.5."""
    data = {"text/html": shown.html, "text/plain": shown.text}
    output = {"output_type": "display_data", "metadata": {}, "data": data}
    return {"cell_type": "code", "id": id, "execution_count": None, "metadata": {}, "source": "", "outputs": [output]}
