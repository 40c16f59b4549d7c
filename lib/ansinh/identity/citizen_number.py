"""Số định danh cá nhân (personal number, CCCD) and its forerunner, the CMND.

The personal number has 12 digits: 3 for the province or country of birth registration, 1 for century and sex, 2 for the
last digits of the birth year, 6 random. Century and sex: 1900–1999 male 0, female 1; then two more per century. There is
no check digit. The first three digits are where the birth was registered, not where the person lives: 001 is Hà Nội,
and any other province is as good. (Circular 59/2021/TT-BCA art. 4; Decree 137/2015/NĐ-CP art. 13; Circular 07/2016/TT-BCA art. 7.)

The CMND has 9 digits and was lawful until 31/12/2024. Spreadsheets drop leading zeros: 10 or 11 digits are probably a
personal number, 8 digits a CMND – where the zeros, put back, make one. Where they do not, it is another digit that is missing.

>>> validate('001 045 012345')
'001045012345'
>>> birth_year('001045012345'), sex('001045012345'), province('001045012345')
(1945, 'male', '001')
>>> kind('1045012345'), repair('1045012345', birth_year=1945)
('lost_zeros', '001045012345')
>>> filled('1045012345'), filled('00104501234'), filled('12567894')
('001045012345', None, '012567894')
>>> is_valid('003045012345'), compact('OO1O45O12345')
(False, '001045012345')
>>> kind(1045012345.0), kind('012345678'), kind('9.9E+09')
('lost_zeros', 'placeholder', 'invalid')
"""

from __future__ import annotations

import re

PROVINCE_CODES = frozenset(
    f"{code:03d}"
    for code in (
        *(1, 2, 4, 6, 8, 10, 11, 12, 14, 15, 17, 19, 20, 22, 24, 25, 26, 27, 30, 31, 33, 34, 35, 36, 37, 38, 40, 42, 44, 45, 46, 48, 49),
        *(51, 52, 54, 56, 58, 60, 62, 64, 66, 67, 68, 70, 72, 74, 75, 77, 79, 80, 82, 83, 84, 86, 87, 89, 91, 92, 93, 94, 95, 96),
    )
)
"""Codes of the 63 provinces of birth registration: the two-digit codes of the list of units with a leading zero."""

FIRST_COUNTRY_CODE = 101
"""Codes from here on are countries of birth (Circular 07/2016/TT-BCA, annex 2)."""

LATEST_YEAR = 2099
"""Birth years beyond are told by century digits that nobody has."""

PLACEHOLDERS = frozenset({"123456789012", "012345678901", "123456789", "012345678", "987654321"})

_MARKS = re.compile(r"[\s.,'\"`´‘’\-_/\u00a0\u200b\ufeff]+")
_FLOAT = re.compile(r"(\d+)[.,]0+")
_SCIENTIFIC = re.compile(r"(\d)(?:[.,](\d+))?[eE]\+?(\d{1,2})")
_LETTER_DIGITS = str.maketrans({"O": "0", "o": "0", "Q": "0", "l": "1", "I": "1"})
_SHORT = {8: "cmnd_lost_zero", 10: "lost_zeros", 11: "lost_zeros"}


class InvalidLength(ValueError):
    """The number has not 12 digits."""


class InvalidFormat(ValueError):
    """The number holds something that is no digit."""


class InvalidComponent(ValueError):
    """The province code or the century digit does not exist."""


def compact(text: object) -> str:
    """Return the number without spaces, marks and spreadsheet leftovers; letters O and l between digits become digits.

    Numbers that Excel made floats (1.045012345E+09, 1045012345.0) become their digits; where the float has lost digits
    (1.045E+09), and in all that is no number, the text stays as it is and is no valid number.
    """
    if isinstance(text, str):
        return text if text.isascii() and text.isdigit() else _clean(text)
    if isinstance(text, (int, float)) and not isinstance(text, bool):
        return str(int(text)) if 0 <= text < 1e15 else ""
    return ""


def _clean(text: str) -> str:
    value = text.strip()
    if matched := _FLOAT.fullmatch(value):
        value = matched[1]
    elif matched := _SCIENTIFIC.fullmatch(value):
        fraction, exponent = matched[2] or "", int(matched[3])
        whole = len(fraction) >= exponent and not fraction[exponent:].strip("0")
        return matched[1] + fraction[:exponent] if whole else value.upper()
    value = _MARKS.sub("", value)
    if not value.isascii():
        value = "".join(str(int(sign)) if sign.isdecimal() else sign for sign in value)
    swapped = value.translate(_LETTER_DIGITS)
    return swapped if swapped.isdigit() and any(sign.isdigit() for sign in value) else value


def validate(number: str) -> str:
    """Return the compact 12-digit number; raises InvalidFormat, InvalidLength or InvalidComponent."""
    value = compact(number)
    if not (value.isascii() and value.isdigit()):
        raise InvalidFormat("A personal number holds digits only.")
    if len(value) != 12:
        raise InvalidLength("A personal number has 12 digits.")
    if value[:3] not in PROVINCE_CODES and int(value[:3]) < FIRST_COUNTRY_CODE:
        raise InvalidComponent("No province or country has the code in the first three digits.")
    return value


def is_valid(number: str) -> bool:
    """Tell whether `number` is structurally a personal number."""
    try:
        validate(number)
    except ValueError:
        return False
    return True


def kind(number: str) -> str | None:
    """Return what a number is: personal, cmnd, lost_zeros, cmnd_lost_zero, placeholder, invalid; None when empty."""
    value = compact(number)
    if not value:
        return None
    if not (value.isascii() and value.isdigit()):
        return "invalid"
    if len(set(value)) == 1 or value in PLACEHOLDERS:
        return "placeholder"
    if len(value) == 12:
        return "personal" if value[:3] in PROVINCE_CODES or int(value[:3]) >= FIRST_COUNTRY_CODE else "invalid"
    if len(value) == 9:
        return "cmnd"
    return _SHORT[len(value)] if filled(value) else "invalid"


def filled(number: str, latest_year: int = LATEST_YEAR) -> str | None:
    """Return the number with its lost leading zeros put back, None where none can have been lost.

    A personal number (10 or 11 digits) must begin with a province that exists and tell a birth year up to `latest_year`; no CMND
    (8 digits) begins with two zeros.
    """
    value = compact(number)
    if not (value.isascii() and value.isdigit()) or len(value) not in _SHORT or len(set(value)) == 1:
        return None
    padded = value.zfill(9 if len(value) == 8 else 12)
    fits = value[0] != "0" if len(padded) == 9 else padded[:3] in PROVINCE_CODES and _year(padded) <= latest_year
    return padded if fits and padded not in PLACEHOLDERS else None


def birth_year(number: str) -> int:
    """Return the birth year in a valid personal number."""
    value = validate(number)
    return 1900 + 100 * (int(value[3]) // 2) + int(value[4:6])


def sex(number: str) -> str:
    """Return the sex in a valid personal number: male or female."""
    return "female" if int(validate(number)[3]) % 2 else "male"


def province(number: str) -> str:
    """Return the three-digit code of the province or country of birth registration."""
    return validate(number)[:3]


def repair(number: str, birth_year: int | None = None, sex: str | None = None) -> str | None:
    """Propose the number with its lost leading zeros, or None.

    Proposed only when the padded number is structurally valid and agrees with the birth year and the sex, where given. A CMND tells neither.
    """
    padded = filled(number)
    if padded is None or len(padded) == 9:
        return padded
    if birth_year is not None and _year(padded) != birth_year:
        return None
    if sex is not None and ("female" if int(padded[3]) % 2 else "male") != sex:
        return None
    return padded


def _year(value: str) -> int:
    return 1900 + 100 * (int(value[3]) // 2) + int(value[4:6])


def format(number: str) -> str:
    """Return the number in groups, as printed on cards: 001 045 012 345."""
    value = compact(number)
    return " ".join(value[start : start + 3] for start in range(0, len(value), 3))


def mask(number: str) -> str:
    """Return the number with all but its last two digits hidden, for restricted screens."""
    value = compact(number)
    return "•" * max(len(value) - 2, 0) + value[-2:]
