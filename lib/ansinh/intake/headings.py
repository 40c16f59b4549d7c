"""Finding the table in a sheet: heading rows, columns → canonical fields, and which rows below are data.

Headings stand over one to three rows, merged or not; titles above, column numbers, subtotals and signatures are no data.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import yaml
from rapidfuzz import fuzz, process

from ansinh.errors import SourceError
from ansinh.identity import legacy
from ansinh.intake.sheets import Row, Sheet
from ansinh.units import search_key

SEARCHED_ROWS = 40
"""A heading stands in the first rows of a sheet."""
TOLERANCE = 92.0
"""Similarity (rapidfuzz ratio, 0 to 100) from which a heading with a slip is taken."""

_TOTAL = re.compile(r"^(tong|cong|tong cong|tong so|cong don|luy ke)\b")
_SIGNATURE = re.compile(
    r"^(nguoi lap|lap bieu|ke toan|truong phong|pho truong|chu tich|tm uy ban|ky ten|ky ghi ro|thu truong|\w+( \w+)? ngay|ngay thang|nguoi duyet|xac nhan cua)"
)


@dataclass(frozen=True)
class Headings:
    """The synonyms of params/headings.yml: folded heading → field, and what a kind of list is recognised by."""

    synonyms: Mapping[str, str]
    kinds: Mapping[str, Mapping[str, list[str]]]

    @classmethod
    def read(cls, path: Path) -> Headings:
        """Read params/headings.yml."""
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        synonyms = {search_key(str(text)): name for name, texts in content["fields"].items() for text in texts}
        return cls(synonyms, content["kinds"])

    def field_of(self, text: str) -> str | None:
        """Return the field a heading means, exactly or with a slip; None when it means none."""
        folded = search_key(_modern(text))
        if not folded:
            return None
        if folded in self.synonyms:
            return self.synonyms[folded]
        if len(folded) < 5:
            return None
        best = process.extractOne(folded, self.synonyms.keys(), scorer=fuzz.ratio, score_cutoff=TOLERANCE)
        return self.synonyms[best[0]] if best else None


@dataclass(frozen=True)
class Table:
    """Where the table stands: first data row (index into rows), field → column, unknown heading → column."""

    first: int
    heading_rows: tuple[int, ...]
    columns: Mapping[str, int]
    extra: Mapping[str, int] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)


@lru_cache(maxsize=4096)
def _modern(text: str) -> str:
    encoding = legacy.detect(text)
    return legacy.to_unicode(text, encoding) if encoding else text


def find_table(sheet: Sheet, kind: str, headings: Headings, where: str) -> Table | None:
    """Find the table of a sheet; None when the sheet holds none of this kind.

    `where` names file and sheet in errors. Raises SourceError when two columns mean the same field.
    """
    best: tuple[int, int, int] | None = None
    for start in range(min(SEARCHED_ROWS, len(sheet.rows))):
        for height in (1, 2, 3):
            texts = _combined(sheet.rows, start, height)
            fields = {headings.field_of(text) for text in texts if text}
            score = len(fields - {None})
            if _recognised(fields, kind, headings) and (best is None or (score, -height) > (best[0], -best[2])):
                best = (score, start, height)
    if best is None:
        return None
    _, start, height = best
    return _table(sheet, start, height, headings, where)


def _recognised(fields: set[str | None], kind: str, headings: Headings) -> bool:
    need = headings.kinds[kind]
    return all(name in fields for name in need["all"]) and any(name in fields for name in need["any"]) and len(fields - {None}) >= 3


def _combined(rows: list[Row], start: int, height: int) -> list[str]:
    """Join the heading texts of each column over `height` rows; a merged upper cell reaches over the empty ones right of it."""
    block = [[_text(cell) for cell in row] for row in rows[start : start + height]]
    width = max((len(row) for row in block), default=0)
    block = [row + [""] * (width - len(row)) for row in block]
    for upper, lower in zip(block, block[1:], strict=False):
        for column in range(1, width):
            if not upper[column] and lower[column] and upper[column - 1]:
                upper[column] = upper[column - 1]
    return [" ".join(dict.fromkeys(part for part in parts if part)) for parts in zip(*block, strict=True)]


def _text(cell: object) -> str:
    return " ".join(cell.split()) if isinstance(cell, str) else ""


def _table(sheet: Sheet, start: int, height: int, headings: Headings, where: str) -> Table:
    columns: dict[str, int] = {}
    texts: dict[str, str] = {}
    extra: dict[str, int] = {}
    for column, text in enumerate(_combined(sheet.rows, start, height)):
        name = headings.field_of(text) if text else None
        if name is None:
            if text:
                extra[text] = column
        elif name in columns:
            raise SourceError(f"{where}: the columns «{texts[name]}» and «{text}» both mean {name}. Rename the one that is not meant.")
        else:
            columns[name], texts[name] = column, text
    return Table(start + height, tuple(range(start, start + height)), columns, extra, texts)


def is_data(row: Row, table: Table, heading: Row) -> bool:
    """Tell whether a row below the headings is data: not blank, repeated heading, column numbers, subtotal or signature."""
    filled = [cell for cell in row if cell not in (None, "") and str(cell).strip()]
    if not filled or row == heading:
        return False
    if _numbering(filled):
        return False
    identifying = any(_cell(row, table, name) for name in ("number", "birth", "account_number"))
    first = next((search_key(_modern(cell)) for cell in filled if isinstance(cell, str)), "")
    if not identifying and (_TOTAL.match(first) or _SIGNATURE.match(first)):
        return False
    return identifying or len(filled) > 2 or not isinstance(filled[0], str) or not re.match(r"^\(?ky\b", first)


def _cell(row: Row, table: Table, name: str) -> bool:
    column = table.columns.get(name)
    return column is not None and column < len(row) and str(row[column] or "").strip() != ""


def _numbering(filled: list[object]) -> bool:
    numbers = [re.sub(r"[()\s]|\.0$", "", str(cell)) for cell in filled]
    return len(numbers) > 2 and numbers == [str(number) for number in range(1, len(numbers) + 1)]
