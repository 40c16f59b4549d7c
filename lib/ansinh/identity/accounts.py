"""Account numbers. There is no national standard, no IBAN and no check digit.

Wrong is only what is empty, shorter than 6, longer than 19 or holds symbols; some wallets use letters. What is unusual for a
bank is a warning of a check, not an error here.

>>> validate('0011 0043 12345'), is_valid('99MM24011M34875080'), is_valid('123')
('0011004312345', True, False)
>>> compact(19031234567890.0)
'19031234567890'
"""

from __future__ import annotations

import re

SHORTEST, LONGEST = 6, 19

_MARKS = re.compile(r"[\s.'\"`\-\u00a0\u200b\ufeff]+")
_FLOAT = re.compile(r"\d+\.0+")


class InvalidLength(ValueError):
    """The account number is shorter than 6 or longer than 19 signs."""


class InvalidFormat(ValueError):
    """The account number holds a symbol."""


def compact(text: object) -> str:
    """Return the account number without spaces and marks, in capitals; floats of spreadsheets become their digits."""
    if isinstance(text, str):
        if text.isalnum():
            return text.upper()
        value = text.strip()
        return value.split(".")[0] if _FLOAT.fullmatch(value) else _MARKS.sub("", value).upper()
    if isinstance(text, (int, float)) and not isinstance(text, bool):
        return str(int(text)) if 0 <= text < 1e19 else ""
    return ""


def validate(number: str) -> str:
    """Return the compact number; raises InvalidFormat or InvalidLength."""
    value = compact(number)
    if value and not (value.isascii() and value.isalnum()):
        raise InvalidFormat("An account number holds letters and digits only.")
    if not SHORTEST <= len(value) <= LONGEST:
        raise InvalidLength(f"An account number has {SHORTEST} to {LONGEST} signs.")
    return value


def is_valid(number: str) -> bool:
    """Tell whether `number` can be an account number."""
    try:
        validate(number)
    except ValueError:
        return False
    return True


def format(number: str) -> str:
    """Return the compact number."""
    return compact(number)


def mask(number: str) -> str:
    """Return the number with all but its last two signs hidden."""
    value = compact(number)
    return "•" * max(len(value) - 2, 0) + value[-2:]
