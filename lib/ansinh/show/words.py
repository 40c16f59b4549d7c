"""Vietnamese sentences that follow the figures: zero, one, all and withheld each read well, and none contradicts the data."""

from __future__ import annotations

from collections.abc import Sequence

from ansinh.disclosure import OPEN, SMALL, Released
from ansinh.show import numbers


def persons(released: Released, column: str, row: int = 0) -> str:
    """Return a count of persons as words: "293.500 người", "không có ai", "không quá 7 người", or that it is not published."""
    mark, value = released.mark(column, row), released.value(column, row)
    if mark == SMALL:
        return f"không quá {released.threshold} người"
    if mark != OPEN or value is None:
        return "số người không công bố"
    return "không có ai" if value == 0 else f"{numbers.count(value)} người"


def rate(released: Released, column: str, row: int = 0) -> str:
    """Return a rate as words; withheld rates say what may be said: nearly all, or not published."""
    value = released.value(column, row)
    if value is not None:
        return numbers.percent(value)
    numerator, denominator = released.rates[column]
    whole = released.value(denominator, row)
    if released.mark(numerator, row) == "hidden" and whole and whole >= 20:
        return f"trên {numbers.percent(max(0.0, 1 - (released.threshold + released.rounding) / whole), 1)}"
    return "không công bố"


def days_left(days: int) -> str:
    """Return how many days are left until the deadline."""
    if days > 0:
        return f"còn {days} ngày"
    return "hôm nay là hạn cuối" if days == 0 else f"đã quá hạn {-days} ngày"


def inside(name: str) -> str:
    """Return a name as it stands inside a sentence: its first letter small, the rest as it is."""
    return name[:1].lower() + name[1:]


def joined(parts: Sequence[str]) -> str:
    """Join parts as a sentence does: a, b và c."""
    return parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + " và " + parts[-1] if parts else ""
