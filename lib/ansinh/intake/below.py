"""What stands below the headings: rows of data, and what surrounds them on a printed list.

Repeated headings, column numbers, subtotals, section lines («Phường Phúc Xá», «II. Người cao tuổi»), signatures and remarks are
no data. How many of each were left out is told, so that nothing is dropped in silence.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from ansinh.identity import legacy
from ansinh.intake import values
from ansinh.intake.headings import Table
from ansinh.intake.sheets import Row
from ansinh.units import search_key

IDENTIFYING = ("row_key", "number", "old_number", "birth", "birth_male", "birth_female", "birth_year", "account_number")
"""Fields of which a row that has one is about somebody, whatever its other cells look like."""

# With diacritics where a surname would match without: Tống, Công, Bàn, Xa.
_TOTAL = re.compile(r"^(tổng|cộng|lu[ỹy] kế|lũy kế|tong (cong|so)|cong don)\b")
_SIGNATURE = re.compile(
    r"^(nguoi lap|lap bieu|lap bang|ke toan|truong phong|pho truong|chu tich|pho chu tich|tm uy ban|tm ubnd|kt chu tich|thu truong|giam doc|"
    r"can bo|cong chuc|ky ten|ky ghi ro|\w+( \w+){0,3} ngay( \d+)? thang|ngay( \d+)? thang|nguoi duyet|xac nhan cua)"
)
_SECTION = re.compile(
    r"^(xã|phường|thị trấn|thôn|xóm|tổ dân phố|tdp|khu|ấp|bản|nhóm|đối tượng|diện|người (cao tuổi|khuyết tật|có công|đơn thân)|trẻ em|hộ nghèo|"
    r"phuong|thi tran|to dan pho|doi tuong)\b"
)
_REMARK = re.compile(r"^(ghi chu|luu y|danh sach|an dinh|noi nhan|bang chu|so tien bang chu|ky)\b")
_NUMERAL = re.compile(r"^\(?([IVXL]{1,6}|[A-Z]|\d{1,2}(\.\d{1,2}){1,3})\)?[.)/]?$")
_MARK = re.compile(r"^\(?(\d{1,2}|[A-Za-zĐđ])\)?(\s*=.*)?$")


@dataclass(frozen=True)
class Section:
    """The texts of the section lines above a row, the nearest last: they may say where and to which group it belongs."""

    titles: tuple[str, ...] = ()


@dataclass
class Below:
    """Goes through the rows below the headings of one sheet, in order; remembers section and signature from block to block."""

    table: Table
    headings: Sequence[Row]
    left_out: Counter[str] = field(default_factory=Counter)
    section: Section = field(default_factory=Section)
    _signed: bool = False

    def data(self, first: int, rows: Sequence[Row]) -> Iterator[tuple[int, Row, Section]]:
        """Yield (row as a spreadsheet counts it, cells, section) of the rows of data; `first` is the index of the first row."""
        sure = [self.table.columns[name] for name in ("number", "birth", "account_number") if name in self.table.columns]
        for number, row in enumerate(rows, first + 1):
            if any(column < len(row) and _sure(row[column]) for column in sure):
                self._signed = False
                yield number, row, self.section
                continue
            what = self._what(row)
            if what == "data":
                yield number, row, self.section
            elif what:
                self.left_out[what] += 1

    def _what(self, row: Row) -> str:
        """Return data, "" for a blank row, or what else the row is."""
        filled = [cell for cell in row if cell is not None and cell != "" and str(cell).strip()]
        if not filled:
            return ""
        if self._repeats_heading(row):
            return "repeated heading"
        if _numbering(filled):
            return "row of column numbers"
        if any(self._identifies(row, name) for name in IDENTIFYING):
            self._signed = False
            return "data"
        numeral = _NUMERAL.match(str(filled[0]).strip()) is not None and not isinstance(filled[0], float)
        words = [_words(cell) for cell in filled[numeral:] if isinstance(cell, str) and any(map(str.isalpha, cell))]
        if words and _TOTAL.match(words[0].lower()):
            return "total"
        numbered = str(filled[0]).replace(".0", "").strip().isdigit()
        if not numbered and any(_SIGNATURE.match(search_key(text)) for text in words):
            self._signed = True
        if self._signed and not numbered:
            return "signature line"
        return self._line(row, words, numeral, numbered)

    def _line(self, row: Row, words: list[str], numeral: bool, numbered: bool) -> str:
        """Tell apart a line of one text: a section («Phường Phúc Xá», «II. Người cao tuổi»), a remark, or somebody with a name only."""
        if len(words) != 1:
            return "data"
        if _REMARK.match(search_key(words[0])) or (values.in_brackets(words[0]) and not numbered):
            return "remark"
        text = next(column for column, cell in enumerate(row) if isinstance(cell, str) and _words(cell) == words[0])
        name = self.table.columns.get("full_name", self.table.columns.get("family_name", 0))
        begun = numbered and text > name  # 12 | | | Người cao tuổi | 440.000: somebody of whom only the policy was written.
        if numeral or (text < name and not numbered) or (_SECTION.match(words[0].lower()) and not begun):
            # The latest three are enough to place a row: commune, village, group.
            self.section = Section((*self.section.titles[-2:], words[0]))
            return "section line"
        return "data"

    def _repeats_heading(self, row: Row) -> bool:
        """Tell whether a row says again, in at least two columns and nowhere else otherwise, what the headings say."""
        for heading in self.headings:
            same = sum(isinstance(cell, str) and cell != "" and cell == told for cell, told in zip(row, heading, strict=False))
            if same >= 2 and same >= sum(1 for cell in row if cell not in (None, "")) * 0.7:
                return True
        return False

    def _identifies(self, row: Row, name: str) -> bool:
        """Tell whether a row has a number, account or date: four digits at least, for counts and signatures stand in these columns too."""
        column = self.table.columns.get(name)
        if column is None or column >= len(row) or row[column] is None:
            return False
        return isinstance(row[column], dt.date) or sum(map(str.isdigit, values.plain(row[column]))) >= 4


def _sure(cell: object) -> bool:
    """Tell at a glance that a cell is a number, an account or a date of somebody: no heading, title or column number looks so."""
    if isinstance(cell, str):
        return len(cell) >= 6 and cell[-1].isdigit() and cell[0].isdigit()
    return isinstance(cell, dt.date) or (isinstance(cell, (int, float)) and cell >= 1000)


def _words(cell: str) -> str:
    encoding = legacy.detect(cell)
    text = legacy.to_unicode(cell, encoding) if encoding else cell
    return " ".join(unicodedata.normalize("NFC", text).split())


def _numbering(filled: list[object]) -> bool:
    """Tell whether a row numbers the columns: 1 2 3 …, (1) (2) (3) …, A B 1 2 3 …, 1 2 3 4=2x3."""
    if len(filled) < 3:
        return False
    marks = []
    for cell in filled:
        found = _MARK.match(str(int(cell)) if isinstance(cell, float) and cell == int(cell) else str(cell).strip())
        if not found:
            return False
        marks.append(found[1])
    numbers = [int(mark) for mark in marks if mark.isdigit()]
    letters = [mark.lower() for mark in marks if not mark.isdigit()]
    return (
        numbers == sorted(set(numbers))
        and letters == sorted(set(letters))
        and len(numbers) + len(letters) >= 3
        and (not numbers or numbers[0] <= 2)
    )
