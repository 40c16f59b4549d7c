"""Vietnamese telephone numbers: mobile numbers have 10 digits from 03 to 09, landlines 11 from 02 (numbering plan since 2018)."""

from __future__ import annotations

import re

_NUMBER = re.compile(r"^(0[35789]\d{8}|02\d{9})$")


class InvalidFormat(ValueError):
    """This is no Vietnamese telephone number."""


def compact(text: object) -> str:
    """Return the digits with a leading zero: +84 and 84 become 0, a zero that a spreadsheet dropped comes back."""
    if text is None or isinstance(text, bool):
        return ""
    if isinstance(text, float):
        text = int(text) if text == text and abs(text) < 1e15 else ""
    value = re.sub(r"\.0$", "", str(text).strip())
    digits = re.sub(r"\D", "", value)
    if digits.startswith("84") and len(digits) in (11, 12):
        digits = "0" + digits[2:]
    if len(digits) == 9 and digits[0] in "35789":
        digits = "0" + digits
    return digits


def validate(number: str) -> str:
    """Return the compact number; raises InvalidFormat."""
    value = compact(number)
    if not _NUMBER.match(value):
        raise InvalidFormat("A telephone number has 10 digits and begins with 03, 05, 07, 08 or 09, or 11 and begins with 02.")
    return value


def is_valid(number: str) -> bool:
    """Tell whether `number` is a Vietnamese telephone number."""
    return bool(_NUMBER.match(compact(number)))


def format(number: str) -> str:
    """Return the number in groups."""
    value = compact(number)
    return f"{value[:4]} {value[4:7]} {value[7:]}".strip()


def mask(number: str) -> str:
    """Return the number with all but its last two digits hidden."""
    value = compact(number)
    return "•" * max(len(value) - 2, 0) + value[-2:]
