"""Dates as officials write them, with the precision that was really given.

A year-only birth date is legal. Impossible, future and very old dates are read too, so that checks can judge them.

>>> parse('15/8/1945')
PartialDate(year=1945, month=8, day=15, precision='day', rule='')
>>> parse('1950').precision, parse('00/00/1945').precision
('year', 'year')
>>> parse('tháng 5/1950').precision
'month'
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from functools import lru_cache

EXCEL_EPOCH = dt.date(1899, 12, 30)
"""Day 0 of Excel's 1900 system, its invented 29/02/1900 taken into account for every date after it."""

_NOISE = re.compile(r"(?i)\b(ngày|ngay|sinh|năm|nam|khoảng|khoang|tháng|thang)\b|[?()*\s\u00a0]+")
_PARTS = re.compile(r"^(\d{1,4})[/.\-,](\d{1,2})[/.\-,](\d{1,4})(?:T?\d{1,2}:\d{2}(?::\d{2})?(?:\.\d+)?)?$")
_MONTH = re.compile(r"^(\d{1,2})[/.\-,](\d{4})$")
_COMPACT = re.compile(r"^(\d{2})(\d{2})(\d{4})$")


@dataclass(frozen=True)
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
    """Read one cell as a date; None when it holds none.

    `latest` (the as-of date) decides which century a two-digit year means: the last one not after it.
    Rules: two_digit_year, excel_serial, american_order, no_separators, impossible_day (kept as month or year), words.
    """
    if value is None or isinstance(value, bool):
        return None
    if isinstance(value, dt.datetime):
        return PartialDate(value.year, value.month, value.day, "day")
    if isinstance(value, dt.date):
        return PartialDate(value.year, value.month, value.day, "day")
    if isinstance(value, (int, float)):
        return _number(float(value))
    return _text(str(value), latest.year if latest else 2100)


def _number(value: float) -> PartialDate | None:
    if value != value or value < 1:
        return None
    if value == int(value) and 1850 <= value <= 2150:
        return PartialDate(int(value), 0, 0, "year")
    if value >= 73050:
        whole = str(int(value)).zfill(8) if value == int(value) and value < 1e8 else ""
        return _text(whole, 2100) if whole else None
    day = EXCEL_EPOCH + dt.timedelta(days=int(value))
    return PartialDate(day.year, day.month, day.day, "day", "excel_serial")


@lru_cache(maxsize=65536)
def _text(text: str, latest_year: int) -> PartialDate | None:
    plain = text.strip().strip("'\"`")
    bare = _NOISE.sub("", plain.replace(" tháng ", "/").replace(" năm ", "/"))
    rule = "words" if re.search(r"[^\W\d_]|\?", plain) and not re.search(r"\dT\d", plain) else ""
    if matched := _PARTS.match(bare):
        return _parts(*matched.groups(), latest_year=latest_year, rule=rule)
    if matched := _COMPACT.match(bare):
        return _parts(*matched.groups(), latest_year=latest_year, rule="no_separators")
    if matched := _MONTH.match(bare):
        month, year = int(matched[1]), int(matched[2])
        return _checked(year, month, 0, rule)
    if re.fullmatch(r"\d{4}(\.0+)?", bare):
        return _checked(int(bare[:4]), 0, 0, rule)
    if re.fullmatch(r"\d{5}(\.\d+)?", bare):
        return _number(float(bare))
    return None


def _parts(first: str, second: str, third: str, *, latest_year: int, rule: str) -> PartialDate | None:
    if len(first) == 4:
        return _checked(int(first), int(second), int(third), rule)
    if len(first) > 2 or len(third) not in (2, 4):
        return None
    day, month, year = int(first), int(second), int(third)
    if len(third) == 2:
        year += latest_year // 100 * 100
        year -= 100 if year > latest_year else 0
        rule = rule or "two_digit_year"
    if month > 12 >= day > 0:
        day, month, rule = month, day, "american_order"
    return _checked(year, month, day, rule)


def _checked(year: int, month: int, day: int, rule: str) -> PartialDate | None:
    if not 1000 <= year <= 9999:
        return None
    if month == 0:
        return PartialDate(year, 0, 0, "year", rule)
    if not 1 <= month <= 12:
        return PartialDate(year, 0, 0, "year", "impossible_day")
    if day == 0:
        return PartialDate(year, month, 0, "month", rule)
    try:
        dt.date(year, month, day)
    except ValueError:
        return PartialDate(year, month, 0, "month", "impossible_day")
    return PartialDate(year, month, day, "day", rule)


def format(value: PartialDate) -> str:
    """Return a date as Vietnamese offices write it: 15/08/1945, 08/1945 or 1945."""
    if value.precision == "day":
        return f"{value.day:02d}/{value.month:02d}/{value.year:04d}"
    return f"{value.month:02d}/{value.year:04d}" if value.precision == "month" else f"{value.year:04d}"
