"""Dates as officials write them, with the precision that was really given.

A birth date that is only a year is lawful in old papers, so a date here has a precision: day, month or year. Impossible,
future and very old dates are read too, so that checks can judge them. The order is day, month, year, as Decree
30/2020/NĐ-CP writes dates; month, day, year only where the second part can be no month.

>>> parse('15/8/1945')
PartialDate(year=1945, month=8, day=15, precision='day', rule='')
>>> parse('1950').precision, parse('00/00/1945').precision, parse('1945?').rule
('year', 'year', 'words')
>>> parse('tháng 5/1950').precision, parse('ngày 2 tháng 9 năm 1945').date
('month', datetime.date(1945, 9, 2))
>>> parse(16664).rule, parse('8/25/1945').rule, parse('31/02/1950')
('excel_serial', 'american_order', PartialDate(year=1950, month=2, day=0, precision='month', rule='impossible_day'))
>>> format(parse('15.8.45', latest=dt.date(2024, 1, 14)))
'15/08/1945'
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

RULES = ("two_digit_year", "excel_serial", "american_order", "no_separators", "impossible_day", "words")
"""Ids of the rules that mend a date, as they stand in PartialDate.rule."""

EXCEL_EPOCH = dt.date(1899, 12, 30)
"""Day 0 of Excel's 1900 system, its invented 29/02/1900 taken into account for every date after it."""

FIRST_SERIAL, LAST_SERIAL = 100, 73_050
"""Numbers read as Excel days, to 31/12/2099; below lie ages and years of two digits, which are no dates."""

FIRST_YEAR, LAST_YEAR = 1850, 2150
"""Whole numbers in this range are years, never Excel days (which would lie in 1905)."""

_DAY_FIRST = re.compile(r"(\d{1,2})[/.,\-](\d{1,2})[/.,\-](\d{4}|\d{2})")
_YEAR_FIRST = re.compile(r"(\d{4})[/.,\-](\d{1,2})[/.,\-](\d{1,2})")
_MONTH = re.compile(r"(\d{1,2})[/.,\-](\d{4})")
_YEAR_MONTH = re.compile(r"(\d{4})[/.,\-](\d{1,2})")
_TIME = re.compile(r"[T ]+\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?( *([SC]H?|[AP]M|SA|CH|Z))?$", re.IGNORECASE)
_WORDS = re.compile(r"\b(ngày|ngay|mồng|mùng|sinh|khoảng|khoang|chừng|độ|sn|ns|không rõ|ko rõ)\b[.:]*")
_BETWEEN = re.compile(r"(?<=\d) *\b(tháng|thang|năm|nam)\b *(?=\d)")
_LEFT = re.compile(r"\b(năm|nam|tháng|thang)\b|[?()\[\]~]")
_GAPS = re.compile(r"(?<=\d) +(?=\d)")
_SERIAL = re.compile(r"\d{4,5}\.\d+")
_SLASHES = re.compile(r" *([/.,\-])[ /.,\-]*")


@dataclass(frozen=True, slots=True)
class PartialDate:
    """A date with its precision (day, month or year; month and day are 0 when unknown) and the rule that mended it ("" if none)."""

    year: int
    month: int
    day: int
    precision: str
    rule: str = ""

    @property
    def date(self) -> dt.date | None:
        """The date when it is known to the day, else None."""
        return dt.date(self.year, self.month, self.day) if self.precision == "day" else None


def parse(value: object, *, latest: dt.date | None = None) -> PartialDate | None:
    """Read one cell (text, number, date or datetime) as a date; None when it holds none.

    `latest` (the as-of date) decides which century a year of two digits means: the last one that is not after it; without
    it, the year is of the 2000s. The rule of a mended date is one of RULES.
    """
    if isinstance(value, str):
        return _text(value, latest.year if latest else 2099) if value else None
    if isinstance(value, dt.date):
        return PartialDate(value.year, value.month, value.day, "day")
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return _number(float(value))
    return None


def _number(value: float) -> PartialDate | None:
    if not FIRST_SERIAL <= value < 1e8:
        return None
    if value == int(value) and FIRST_YEAR <= value <= LAST_YEAR:
        return PartialDate(int(value), 0, 0, "year")
    if value < LAST_SERIAL:
        day = EXCEL_EPOCH + dt.timedelta(days=int(value))
        return PartialDate(day.year, day.month, day.day, "day", "excel_serial")
    whole = str(int(value)).zfill(8)
    return _eight_digits(whole) if value == int(value) and len(str(int(value))) >= 7 else None


@lru_cache(maxsize=1 << 17)
def _text(text: str, latest_year: int) -> PartialDate | None:
    plain = text.strip(" \t\r\n\u00a0\ufeff'\"`*")
    if found := _shape(plain, latest_year, ""):
        return found
    folded = unicodedata.normalize("NFKC", plain).strip()
    folded = _TIME.sub("", folded).lower()
    bare = _BETWEEN.sub("/", _WORDS.sub(" ", folded))
    bare = _LEFT.sub(" ", bare)
    rule = "words" if bare != folded else ""
    return _shape(_GAPS.sub("/", _SLASHES.sub(r"\1", bare.strip(" .,;:/-"))), latest_year, rule)


def _shape(text: str, latest_year: int, rule: str) -> PartialDate | None:
    if not text.isascii():
        return None
    if matched := _DAY_FIRST.fullmatch(text):
        return _day_first(matched[1], matched[2], matched[3], latest_year, rule)
    if text.isdigit():
        if len(text) == 8:
            return _eight_digits(text)
        return _checked(int(text), 0, 0, rule) if len(text) == 4 else _number(float(text)) if len(text) == 5 else None
    if matched := _YEAR_FIRST.fullmatch(text):
        return _checked(int(matched[1]), int(matched[2]), int(matched[3]), rule)
    if matched := _MONTH.fullmatch(text):
        return _checked(int(matched[2]), int(matched[1]), 0, rule)
    if _SERIAL.fullmatch(text):
        return _number(float(text))
    if matched := _YEAR_MONTH.fullmatch(text):
        return _checked(int(matched[1]), int(matched[2]), 0, rule)
    return None


def _eight_digits(text: str) -> PartialDate | None:
    day_first = _checked(int(text[4:]), int(text[2:4]), int(text[:2]), "no_separators")
    if day_first and day_first.precision == "day" and FIRST_YEAR <= day_first.year <= LAST_YEAR:
        return day_first
    year_first = _checked(int(text[:4]), int(text[4:6]), int(text[6:]), "no_separators")
    if year_first and year_first.precision == "day" and FIRST_YEAR <= year_first.year <= LAST_YEAR:
        return year_first
    return day_first if day_first and FIRST_YEAR <= day_first.year <= LAST_YEAR else None


def _day_first(first: str, second: str, third: str, latest_year: int, rule: str) -> PartialDate | None:
    day, month, year = int(first), int(second), int(third)
    if len(third) == 2:
        year += latest_year // 100 * 100
        year -= 100 if year > latest_year else 0
        rule = rule or "two_digit_year"
    if month > 12 >= day > 0:
        day, month, rule = month, day, "american_order"
    return _checked(year, month, day, rule)


def _checked(year: int, month: int, day: int, rule: str) -> PartialDate | None:
    """Return the date at the precision that holds: an impossible day leaves the month, an impossible month the year."""
    if not 1000 <= year <= 9999:
        return None
    if month == 0:
        return PartialDate(year, 0, 0, "year", rule if day == 0 else "impossible_day")
    if month > 12:
        return PartialDate(year, 0, 0, "year", "impossible_day")
    if day == 0:
        return PartialDate(year, month, 0, "month", rule)
    if day > 31 or (day > 28 and not _exists(year, month, day)):
        return PartialDate(year, month, 0, "month", "impossible_day")
    return PartialDate(year, month, day, "day", rule)


def _exists(year: int, month: int, day: int) -> bool:
    try:
        dt.date(year, month, day)
    except ValueError:
        return False
    return True


def format(value: PartialDate) -> str:
    """Return a date as Vietnamese offices write it: 15/08/1945, 08/1945 or 1945."""
    if value.precision == "day":
        return f"{value.day:02d}/{value.month:02d}/{value.year:04d}"
    return f"{value.month:02d}/{value.year:04d}" if value.precision == "month" else f"{value.year:04d}"
