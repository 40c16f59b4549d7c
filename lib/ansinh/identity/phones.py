"""Vietnamese telephone numbers.

A mobile number has 10 digits and begins with 03, 05, 07, 08 or 09; a landline has 11 and begins with 02 (Circular
22/2014/TT-BTTTT, numbering plan, as changed by Decision 798/QĐ-BTTTT of 2018: the 11-digit mobile numbers 012, 016, 018
and 019 became 10-digit numbers between 15/09/2018 and 14/11/2018).

>>> validate('+84 912 345 678')
'0912345678'
>>> compact(912345678.0), is_valid('0412345678')
('0912345678', False)
>>> modernise('0168 234 5678')
'0382345678'
"""

from __future__ import annotations

import re

_DIGITS = re.compile(r"\D+")
_NUMBER = re.compile(r"0[35789]\d{8}|02\d{9}")
_FLOAT = re.compile(r"\d+\.0")

_OLD = {
    **{f"016{digit}": f"03{digit}" for digit in "23456789"},
    **{"0120": "070", "0121": "079", "0122": "077", "0126": "076", "0128": "078"},
    **{"0123": "083", "0124": "084", "0125": "085", "0127": "081", "0129": "082"},
    **{"0186": "056", "0188": "058", "0199": "059"},
}


class InvalidFormat(ValueError):
    """This is no Vietnamese telephone number."""


def compact(text: object) -> str:
    """Return the digits with a leading zero: +84 and 84 become 0, a zero that a spreadsheet dropped comes back."""
    if isinstance(text, str):
        digits = text if text.isdigit() and text.isascii() else _clean(text)
    elif isinstance(text, (int, float)) and not isinstance(text, bool):
        digits = str(int(text)) if 0 <= text < 1e15 else ""
    else:
        return ""
    if digits.startswith("84") and len(digits) in (11, 12):
        return "0" + digits[2:]
    if len(digits) == 9 and digits[0] in "35789":
        return "0" + digits
    return digits


def _clean(text: str) -> str:
    value = text.strip()
    if _FLOAT.fullmatch(value):
        value = value[:-2]
    return "".join(str(int(sign)) for sign in _DIGITS.sub("", value))


def modernise(number: str) -> str | None:
    """Return the number that an 11-digit mobile number became in 2018, or None when it is no such number."""
    value = compact(number)
    return _OLD[value[:4]] + value[4:] if len(value) == 11 and value[:4] in _OLD else None


def validate(number: str) -> str:
    """Return the compact number; raises InvalidFormat."""
    value = compact(number)
    if not _NUMBER.fullmatch(value):
        raise InvalidFormat("A telephone number has 10 digits and begins with 03, 05, 07, 08 or 09, or 11 and begins with 02.")
    return value


def is_valid(number: str) -> bool:
    """Tell whether `number` is a Vietnamese telephone number."""
    return _NUMBER.fullmatch(compact(number)) is not None


def format(number: str) -> str:
    """Return the number in groups, such as 0912 345 678."""
    value = compact(number)
    return f"{value[:4]} {value[4:7]} {value[7:]}".strip()


def mask(number: str) -> str:
    """Return the number with all but its last two digits hidden."""
    value = compact(number)
    return "•" * max(len(value) - 2, 0) + value[-2:]
