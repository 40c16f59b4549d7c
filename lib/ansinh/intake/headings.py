"""Finding the table in a sheet: heading rows, and column → canonical field.

Headings stand over one to three rows, merged or not. What each column means is decided from all its heading texts: together,
with the lower one before the upper, by the group they stand in (a guardian's name is not the person's), or by the lowest alone.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
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
MARGIN = 2.0
"""Two fields as near as this to a heading with a slip: it is ambiguous, and refused."""
LONGEST = 80
"""Letters of a text that may still be a heading with a slip."""
LOOKED_AT = 50
"""Rows below a heading that show whether a column without one holds the second half of the names."""

STANDS_FOR = {"given_name": "full_name", "old_number": "number", "amount": "paid_amount"}
"""Fields that do as well where a kind of list needs the other one."""
HARMLESS_TWICE = frozenset({"stt", "address", "village", "note", "phone", "number_issued", "status", "policy_text", "receiver_relation"})
"""Fields of which a second column decides no figure: the first is taken, the second is kept as extra."""
GUARDIANS = re.compile(r"\b(giam ho|nhan thay|uy quyen|dai dien|nguoi nhan|nhan ho)\b")
"""A group of columns under such a heading is about the receiver, not about the person entitled."""
OF_GUARDIANS = {
    "full_name": "receiver_name",
    "number": "receiver_number",
    "old_number": "receiver_number",
    "receiver_relation": "receiver_relation",
}
IN_BIRTH = {"nam": "birth_male", "nữ": "birth_female", "ngày": "birth_day", "tháng": "birth_month", "năm": "birth_year"}
"""Columns under a heading of birth, told with diacritics: «Nam» and «Năm» are one word without."""

_UNIT_WORDS = re.compile(r"( (dong|vnd|nghin dong|1 ?000d|thang|hang thang|neu co|viet hoa|dd mm yyyy|ngay thang nam))+$")
"""What officials add to a heading: its unit, its form."""


@dataclass(frozen=True)
class Headings:
    """The synonyms of params/headings.yml: folded heading → field, what a kind of list is recognised by, field → headings as declared."""

    synonyms: Mapping[str, str]
    kinds: Mapping[str, Mapping[str, list[str]]]
    fields: Mapping[str, list[str]] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path) -> Headings:
        """Read params/headings.yml."""
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        synonyms = {search_key(str(text)): name for name, texts in content["fields"].items() for text in texts}
        return cls(synonyms, content["kinds"], content["fields"])

    @cached_property
    def turned(self) -> Mapping[str, str]:
        """The synonyms' words in alphabetical order → field: «Phường/xã» is «Xã/phường». None where two fields have the same words."""
        found: dict[str, set[str]] = {}
        for text, name in self.synonyms.items():
            found.setdefault(" ".join(sorted(text.split())), set()).add(name)
        return {words: names.pop() for words, names in found.items() if len(names) == 1 and " " in words}

    def usual(self, name: str) -> str:
        """Return the heading officials know a field by: the first of its synonyms."""
        return str((self.fields.get(name) or [name])[0])

    def field_of(self, text: str) -> str | None:
        """Return the field a heading means, exactly or with a slip; None when it means none."""
        found = self.fields_of(text)
        return found[0] if found else None

    def fields_of(self, text: str) -> tuple[str, ...]:
        """Return the field a heading means; two when a heading with a slip is as near to both, none when it is near to none."""
        return _fields_of(self, search_key(_modern(text)))

    def __hash__(self) -> int:
        return id(self)

    def meaning(self, parts: Sequence[str]) -> tuple[str, ...]:
        """Return what a column means whose heading texts are `parts`, from the upper to the lower; as `fields_of`."""
        upper, lower = " ".join(parts[:-1]), parts[-1] if parts else ""
        if upper and self.field_of(upper) == "birth" and (named := IN_BIRTH.get(_plain(lower))):
            return (named,)
        if found := self.fields_of(" ".join(parts)):
            return found
        if len(parts) < 2:
            return ()
        if GUARDIANS.search(search_key(_modern(upper))):
            of_guardian = OF_GUARDIANS.get(self.field_of(lower) or "")
            return (of_guardian,) if of_guardian else ()
        return self.fields_of(f"{lower} {upper}") or self.fields_of(lower)


@lru_cache(maxsize=1 << 14)
def _fields_of(headings: Headings, folded: str) -> tuple[str, ...]:
    for form in (folded, _UNIT_WORDS.sub("", folded)):
        if form in headings.synonyms:
            return (headings.synonyms[form],)
    if turned := headings.turned.get(" ".join(sorted(folded.split()))):
        return (turned,)
    if not 5 <= len(folded) <= LONGEST:
        return ()
    near = process.extract(folded, headings.synonyms.keys(), scorer=fuzz.ratio, score_cutoff=TOLERANCE, limit=8)
    return tuple(dict.fromkeys(headings.synonyms[name] for name, score, _ in near if score >= near[0][1] - MARGIN))[:2]


@dataclass(frozen=True)
class Table:
    """Where the table stands: first data row (index into rows), field → column, unknown heading → column, field → heading."""

    first: int
    heading_rows: tuple[int, ...]
    columns: Mapping[str, int]
    extra: Mapping[str, int] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)


@lru_cache(maxsize=4096)
def _modern(text: str) -> str:
    encoding = legacy.detect(text)
    return legacy.to_unicode(text, encoding) if encoding else text


def _plain(text: str) -> str:
    return unicodedata.normalize("NFC", _modern(text)).strip(" .:()").lower()


def find_table(sheet: Sheet, kind: str, headings: Headings, where: str) -> Table | None:
    """Find the table of a sheet; None when the sheet holds none of this kind.

    `where` names file and sheet in errors. Raises SourceError when two columns mean the same field, or one column two.
    """
    best: tuple[int, int, int] | None = None
    for start in range(min(SEARCHED_ROWS, len(sheet.rows))):
        if best and best[0] > 3 and start > best[1] + 3:
            break
        if not any(isinstance(cell, str) and cell for cell in sheet.rows[start]):
            continue
        for height in (1, 2, 3):
            fields = {found for parts in _combined(sheet.rows, start, height) if parts for found in headings.meaning(parts)[:1]}
            score = len(fields)
            if _recognised(fields, kind, headings) and (best is None or (score, -height) > (best[0], -best[2])):
                best = (score, start, height)
    if best is None:
        return None
    _, start, height = best
    return _table(sheet, start, height, headings, where)


def _recognised(fields: set[str], kind: str, headings: Headings) -> bool:
    need = headings.kinds[kind]
    whole = fields | {STANDS_FOR[name] for name in fields & STANDS_FOR.keys()}
    return all(name in whole for name in need["all"]) and any(name in whole for name in need["any"]) and len(fields) >= 3


def _combined(rows: list[Row], start: int, height: int) -> list[list[str]]:
    """Return the heading texts of each column over `height` rows; a merged upper cell reaches over the empty ones right of it."""
    block = [[_text(cell) for cell in row] for row in rows[start : start + height]]
    width = max((len(row) for row in block), default=0)
    block = [row + [""] * (width - len(row)) for row in block]
    for upper, lower in zip(block, block[1:], strict=False):
        for column in range(1, width):
            if not upper[column] and lower[column] and upper[column - 1] and lower[column - 1]:
                upper[column] = upper[column - 1]
    return [list(dict.fromkeys(part for part in parts if part)) for parts in zip(*block, strict=True)]


def _text(cell: object) -> str:
    return " ".join(cell.split()) if isinstance(cell, str) else ""


def _table(sheet: Sheet, start: int, height: int, headings: Headings, where: str) -> Table:
    columns: dict[str, int] = {}
    texts: dict[str, str] = {}
    extra: dict[str, int] = {}
    for column, parts in enumerate(_combined(sheet.rows, start, height)):
        text = " ".join(parts)
        meant = headings.meaning(parts) if parts else ()
        if len(meant) > 1:
            raise SourceError(
                f"{where}: the column «{text}» may mean {meant[0]} or {meant[1]}. Give it one of the headings of params/headings.yml."
            )
        if not meant or (meant[0] in columns and meant[0] in HARMLESS_TWICE):
            if text:
                extra[_unused(text, extra)] = column
        elif meant[0] in columns:
            raise SourceError(
                f"{where}: the columns «{texts[meant[0]]}» and «{text}» both mean {meant[0]}. Rename the one that is not meant."
            )
        else:
            columns[meant[0]], texts[meant[0]] = column, text
    _whole_names(sheet, start + height, columns, texts)
    return Table(start + height, tuple(range(start, start + height)), columns, extra, texts)


def _unused(text: str, taken: Mapping[str, int]) -> str:
    return text if text not in taken else f"{text} ({len(taken) + 1})"


def _whole_names(sheet: Sheet, first: int, columns: dict[str, int], texts: dict[str, str]) -> None:
    """Settle names in two columns: «Họ đệm» and «Tên», or one heading merged over both of them."""
    if "full_name" in columns and "given_name" not in columns and _second_half(sheet, first, columns["full_name"] + 1, columns):
        columns["family_name"], texts["family_name"] = columns.pop("full_name"), texts.pop("full_name")
        columns["given_name"], texts["given_name"] = columns["family_name"] + 1, texts["family_name"]
    if "given_name" in columns and "family_name" not in columns and "full_name" not in columns:
        columns["full_name"], texts["full_name"] = columns.pop("given_name"), texts.pop("given_name")


def _second_half(sheet: Sheet, first: int, column: int, columns: Mapping[str, int]) -> bool:
    """Tell whether a column without heading holds one word where the column left of it holds the rest of a name."""
    if column in columns.values() or any(column < len(row) and _text(row[column]) for row in sheet.rows[max(first - 3, 0) : first]):
        return False
    pairs = [(_text(row[column - 1]), _text(row[column])) for row in sheet.rows[first : first + LOOKED_AT] if column < len(row)]
    named = [given for family, given in pairs if family]
    return bool(named) and sum(bool(given) and given.replace(" ", "").isalpha() for given in named) > len(named) * 0.7
