"""One cell → one canonical value, with the rule that mended it ("" when nothing changed in meaning).

Every reader takes a cell as read and returns (value or None, rule). Spaces and Unicode composition are no mend; a changed
letter, digit or date is. Rules have permanent names.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable

from ansinh.identity import accounts, citizen_number, dates, legacy, names, phones

_MOMENT = re.compile(r"([0-9]{2})/([0-9]{2})/([0-9]{4}) ([0-9]{2}):([0-9]{2}):([0-9]{2})")

_NOTHING = re.compile(r"[\s\-–—−_./\\…*]*")
"""What is put into a cell to leave it empty: a dash, dots."""

Read = tuple[object, str]
Reader = Callable[[object], Read]


def plain(cell: object) -> str:
    """Return a cell as text: NFC, single spaces, whole floats without their .0; "" for an empty cell."""
    if isinstance(cell, str):
        return " ".join((cell if cell.isascii() else unicodedata.normalize("NFC", cell)).split())
    if cell is None:
        return ""
    if isinstance(cell, float) and abs(cell) < 1e15 and cell == int(cell):
        return str(int(cell))
    if isinstance(cell, (dt.datetime, dt.date)):
        return cell.isoformat()
    return str(cell)


def blank(cell: object) -> bool:
    """Tell whether a cell is empty, or holds only marks that stand for nothing («-», «…»)."""
    return cell is None or (isinstance(cell, str) and _NOTHING.fullmatch(cell) is not None)


def verbatim(cell: object) -> Read:
    """Read a cell of our own sheet as it stands; a date that a spreadsheet made of a text becomes day/month/year again."""
    if isinstance(cell, dt.datetime) and cell.time() != dt.time():
        return f"{cell:%d/%m/%Y %H:%M:%S}", ""
    return (f"{cell:%d/%m/%Y}" if isinstance(cell, dt.date) else plain(cell) or None), ""


def text(cell: object) -> Read:
    """Read a text; TCVN3 and VNI become Unicode."""
    value = plain(cell)
    if blank(value):
        return None, ""
    encoding = legacy.detect(value)
    return (legacy.to_unicode(value, encoding), encoding) if encoding else (value or None, "")


def name(cell: object) -> Read:
    """Read a person's name; capitalisation is no mend."""
    value, rule = text(cell)
    return (names.normalise(str(value)), rule) if value else (None, "")


def code(cell: object) -> Read:
    """Read the code of a policy; without a letter or digit («?») it is none."""
    value, rule = text(cell)
    return (value, rule) if any(map(str.isalnum, str(value or ""))) else (None, "")


def names_somebody(cell: object) -> bool:
    """Tell whether a cell may hold a person's name: it has a letter, is no error of a spreadsheet and no remark in brackets."""
    written = plain(cell)
    return any(map(str.isalpha, written)) and not written.startswith("#") and not in_brackets(written)


def in_brackets(text: str) -> bool:
    """Tell whether a text stands in brackets as a whole: «(tiếp trang sau)»."""
    return len(text) > 2 and text[0] + text[-1] in ("()", "[]")


def has_digit(cell: object) -> bool:
    """Tell whether a cell may hold a number, an account or a date."""
    return (type(cell) is str and cell[:1].isdigit()) or any(map(str.isdigit, plain(cell)))


def number(cell: object) -> Read:
    """Read a personal number or CMND as digits; nothing is repaired here."""
    if isinstance(cell, str) and cell.isascii() and cell.isdigit():
        return cell, ""
    value = citizen_number.compact(cell)
    given = re.sub(r"[\s.'\-]", "", plain(cell))
    return (value or None), "" if value == given else "number_letters" if not isinstance(cell, float) else "number_float"


def phone(cell: object) -> Read:
    """Read a telephone number with its leading zero."""
    if isinstance(cell, str) and len(cell) == 10 and cell.startswith("0") and cell.isascii() and cell.isdigit():
        return cell, ""
    value = phones.compact(cell)
    digits = re.sub(r"\D", "", plain(cell))
    return (value or None), "" if value == digits else "phone_zero"


def account(cell: object) -> Read:
    """Read an account number; a number of 16 digits and more that stands in a cell as a number has lost its last ones."""
    value = accounts.compact(cell)
    lost = isinstance(cell, float) and cell >= 1e15
    return (value or None), "digits_lost" if lost else ""


def amount(cell: object) -> Read:
    """Read an amount in VND; dots and commas that group digits go."""
    if isinstance(cell, (int, float)) and not isinstance(cell, bool):
        return (round(cell) if abs(cell) < 1e15 else None), ""
    value = re.sub(r"(?i)\s|đồng|dong|vnđ|vnd|đ$", "", plain(cell))
    if not value:
        return None, ""
    if re.fullmatch(r"\d{1,3}([.,]\d{3})+", value):
        return int(re.sub(r"\D", "", value)), ""
    if matched := re.fullmatch(r"(\d+)([.,]0+)?", value):
        return int(matched[1]), ""
    return None, ""


def period(cell: object) -> Read:
    """Read a payment period as YYYY-MM from 01/2024, Tháng 1/2024, 2024-01 or a date."""
    if isinstance(cell, (dt.datetime, dt.date)):
        return f"{cell.year}-{cell.month:02d}", ""
    value = plain(cell)
    if matched := re.search(r"(\d{1,2})\s*[/.-]\s*(\d{4})", value):
        return f"{matched[2]}-{int(matched[1]):02d}", ""
    if matched := re.search(r"(\d{4})-(\d{1,2})", value):
        return f"{matched[1]}-{int(matched[2]):02d}", ""
    return None, ""


def moment(cell: object) -> Read:
    """Read a time of day with its date; midnight when only the day is known."""
    if isinstance(cell, dt.datetime):
        return cell.replace(microsecond=0), ""
    value = plain(cell)
    if matched := _MOMENT.fullmatch(value):
        day, month, year, hour, minute, second = map(int, matched.groups())
        try:
            return dt.datetime(year, month, day, hour, minute, second), ""
        except ValueError:
            pass  # no such day or hour: what is left of it is found below
    if matched := re.fullmatch(r"(\S+?)[ T](\d{1,2}):(\d{2})(?::(\d{2}))?(?:\.\d+)?", value):
        on = dates.parse(matched[1])
        hour, minute, second = int(matched[2]), int(matched[3]), int(matched[4] or 0)
        if on and on.date and hour < 24 and minute < 60 and second < 60:
            return dt.datetime.combine(on.date, dt.time(hour, minute, second)), on.rule
    found = dates.parse(cell if isinstance(cell, (float, int, dt.date)) else value)
    return (dt.datetime.combine(found.date, dt.time()), found.rule) if found and found.date else (None, "")


def day(cell: object) -> Read:
    """Read a day; None unless day, month and year are known."""
    found = dates.parse(cell if isinstance(cell, (float, int, dt.date)) else plain(cell))
    return (found.date, found.rule) if found else (None, "")
