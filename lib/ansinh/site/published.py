"""The tables of a page, read back from its markup: what is offered for download is what stands on the page, and nothing more."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

from ansinh.show import numbers
from ansinh.units import search_key

Value = str | int | float


@dataclass
class Cell:
    """One cell: its text as shown, and whether it stands in a column of figures."""

    text: str = ""
    figure: bool = False

    @property
    def value(self) -> Value:
        """The number shown (a share for per cent, VND for amounts); the text where none is shown ("≤ 7", "…")."""
        found = numbers.parse(self.text) if self.figure else None
        return self.text if found is None else found


@dataclass
class Row:
    """One row of a table's body: its cells, the page its first cell leads to, and whether it sums up the others."""

    cells: list[Cell] = field(default_factory=list)
    link: str = ""
    total: bool = False


@dataclass
class Table:
    """One published table. `id` is its own or, for the numbers of a figure, the figure's."""

    id: str
    caption: str = ""
    headings: list[str] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    note: str = ""
    searchable: bool = False

    def anchors(self) -> list[str]:
        """Return an id for every row, from the words of its first cell before "·" or "(": a version or a title may change."""
        taken: set[str] = set()
        return [_unique(f"{self.id}--{slug(row.cells[0].text)}", taken) for row in self.rows]


def slug(text: str) -> str:
    """Return the ASCII words of a text up to "·" or "(", joined by hyphens ("A08 · Chưa đối chiếu" → "a08")."""
    return search_key(text.split("·")[0].split("(")[0] or text).replace(" ", "-") or "dong"


def _unique(name: str, taken: set[str]) -> str:
    found, number = name, 1
    while found in taken:
        number += 1
        found = f"{name}-{number}"
    taken.add(found)
    return found


def tables(markup: str) -> list[Table]:
    """Return the tables of a page or of one output, in their order; tables without an id and outside a figure are left out."""
    reader = _Reader()
    reader.feed(markup)
    reader.close()
    return [table for table in reader.tables if table.id]


class _Reader(HTMLParser):
    """Collects tables; text outside captions, cells and notes is passed over."""

    def __init__(self) -> None:
        super().__init__()
        self.tables: list[Table] = []
        self._figure = ""
        self._place = ""
        self._head = False

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attributes}
        classes = told.get("class", "").split()
        if tag == "figure":
            self._figure = told.get("id", "")
        elif tag == "table":
            self.tables.append(Table(told.get("id") or self._figure, searchable="data-filter" in told))
        elif not self.tables:
            return
        elif tag == "p" and "as-note" in classes and not self._figure:
            self._place = "note"
        elif tag in ("caption", "thead", "tbody"):
            self._place, self._head = ("caption" if tag == "caption" else ""), tag == "thead"
        elif tag == "tr" and not self._head:
            self._here.rows.append(Row(total="as-total" in classes))
        elif tag in ("th", "td"):
            self._place = "heading" if self._head else "cell"
            if self._head:
                self._here.headings.append("")
            else:
                self._here.rows[-1].cells.append(Cell(figure="as-number" in classes))
        elif tag == "a" and self._place == "cell" and len(self._here.rows[-1].cells) == 1:
            self._here.rows[-1].link = told.get("href", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "figure":
            self._figure = ""
        elif tag in ("caption", "th", "td", "p", "table"):
            self._place = ""

    def handle_data(self, data: str) -> None:
        if self._place == "caption":
            self._here.caption += data
        elif self._place == "heading":
            self._here.headings[-1] += data
        elif self._place == "cell":
            self._here.rows[-1].cells[-1].text += data
        elif self._place == "note":
            self._here.note += data

    @property
    def _here(self) -> Table:
        return self.tables[-1]
