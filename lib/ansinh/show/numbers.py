r"""Numbers and dates as Vietnamese offices write them: 293.500; 40,26 %; 16/01/2024.

Shares of rounded counts carry one decimal; more would claim what is not known.

>>> count(293500), percent(0.4026, 2), percent(0.9), date(__import__('datetime').date(2024, 1, 16))
('293.500', '40,26\xa0%', '90,0\xa0%', '16/01/2024')
"""

from __future__ import annotations

import datetime as dt
import math
import re

SPACE = "\u00a0"
SMALL_WORDS = "số nhỏ, không công bố"
_WRITTEN = re.compile(
    r"(?P<sign>[−+]?)(?P<whole>0|[1-9]\d{0,2}(?:\.\d{3})*|[1-9]\d*)(?:,(?P<rest>\d+))?(?:\u00a0(?P<unit>%|tỷ đồng|triệu đồng|đồng))?"
)
_UNITS = {"%": 0, "tỷ đồng": 9, "triệu đồng": 6, "đồng": 0, None: 0}


def count(value: float | int) -> str:
    """Return a whole number with dots between thousands."""
    return f"{round(value):,}".replace(",", ".")


def about(value: float) -> str:
    """Return a number made of rounded counts, as exactly as these allow: to 5 from 20 on, to 10 from 1.000 on; none becomes 0.

    >>> about(4.3), about(158), about(9648)
    ('4', '160', '9.650')
    """
    step = 1 if value < 20 else 5 if value < 1000 else 10
    return count(max(1, step * math.floor(value / step + 0.5)) if value else 0)


def between(before: float, now: float, digits: int = 1) -> float:
    """Return the difference of two shares as their texts show them, so that a reader who subtracts finds the same."""
    scale = 10 ** (digits + 2)
    return (math.floor(now * scale + 0.5) - math.floor(before * scale + 0.5)) / scale


EXACT = 1000
"""From so many persons on, counts rounded to 5 allow a share its tenth of a per cent."""


def digits(base: float | None, rounding: int) -> int:
    """Return how many decimals a per cent of `base` persons may carry whose counts are rounded: none below EXACT, else one."""
    return 0 if base is not None and base < EXACT and rounding > 1 else 1


def percent(share: float, digits: int = 1) -> str:
    """Return a share (0 to 1) as per cent with a comma; never rounded up to 100 nor down to 0 when it is neither."""
    scale = 10 ** (digits + 2)
    scaled = share * scale
    whole = round(scaled)
    if 0 < share < 1:
        whole = min(max(math.floor(scaled + 0.5), 1), scale - 1)
    text = f"{whole / 10**digits:.{digits}f}" if 0 < share < 1 else str(whole // 10**digits)
    return text.replace(".", ",") + SPACE + "%"


def vnd(amount: float | int) -> str:
    """Return an amount in VND: thousands of millions as tỷ đồng, millions as triệu đồng, less in đồng."""
    if amount >= 1e9:
        return _decimal(amount / 1e9) + SPACE + "tỷ đồng"
    if amount >= 1e6:
        return _decimal(amount / 1e6) + SPACE + "triệu đồng"
    return count(amount) + SPACE + "đồng"


def _decimal(value: float) -> str:
    whole, _, rest = f"{value:.2f}".partition(".")
    rest = rest.rstrip("0")
    return count(int(whole)) + ("," + rest if rest else "")


def date(value: dt.date) -> str:
    """Return a date as dd/mm/yyyy."""
    return value.strftime("%d/%m/%Y")


def small(threshold: int) -> str:
    """Return what stands for a count from 1 to the threshold."""
    return f"≤{SPACE}{threshold}"


def signed(value: float | int) -> str:
    """Return a difference with its sign (a real minus)."""
    return ("+" if value > 0 else "−" if value < 0 else "") + count(abs(value))


def points(difference: float, digits: int = 1) -> str:
    """Return a difference of shares in percentage points, without sign ("0,4 điểm phần trăm")."""
    return f"{abs(difference) * 100:.{digits}f}".replace(".", ",") + " điểm phần trăm"


def change(difference: float, digits: int = 1) -> str:
    """Return a difference of shares for a column of percentage points: with its sign, without unit ("+14,4"); none at this precision is "0,0"."""
    rounded = round(difference * 100, digits)
    sign = "+" if rounded > 0 else "−" if rounded < 0 else ""
    return f"{sign}{abs(rounded):.{digits}f}".replace(".", ",")


def parse(text: str) -> int | float | None:
    r"""Return the number that count, percent, vnd, signed or change wrote: per cent as a share, amounts in VND; None for any other text.

    >>> parse("293.500"), parse("40,3\xa0%"), parse("1,25\xa0tỷ đồng"), parse("+14,4"), parse("001"), parse("16/01/2024")
    (293500, 0.403, 1250000000, 14.4, None, None)
    """
    found = _WRITTEN.fullmatch(text)
    if found is None or (found["rest"] and found["unit"] == "đồng"):
        return None
    digits, rest = found["whole"].replace(".", ""), found["rest"] or ""
    sign = -1 if found["sign"] == "−" else 1
    if found["unit"] == "%":
        return sign * int(digits + rest) / 10 ** (len(rest) + 2)
    if rest and found["unit"] is None:
        return sign * int(digits + rest) / 10 ** len(rest)
    return sign * int(digits + rest.ljust(_UNITS[found["unit"]], "0"))
