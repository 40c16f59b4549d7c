"""A fair ranking of units: a small unit's rate swings by chance, so each stands with its Wilson interval against the whole's rate.

Source: E. B. Wilson, Probable inference, the law of succession, and statistical inference, JASA 22 (1927). Released counts only.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from ansinh.disclosure import Released

Z = 1.959964
"""Two-sided 95 %."""


@dataclass(frozen=True)
class Standing:
    """One row of the released table: rate, interval, and whether it differs from the whole by more than chance."""

    row: int
    rate: float
    low: float
    high: float
    verdict: Literal["above", "below", "alike"]


def wilson(part: int, whole: int) -> tuple[float, float]:
    """Return the 95 % Wilson interval of part ÷ whole, as shares; raises ValueError unless 0 <= part <= whole and whole > 0."""
    if not 0 <= part <= whole or whole == 0:
        raise ValueError("part must lie between 0 and whole, and whole must not be 0")
    share, square = part / whole, Z * Z
    centre = (share + square / (2 * whole)) / (1 + square / whole)
    half = Z / (1 + square / whole) * math.sqrt(share * (1 - share) / whole + square / (4 * whole * whole))
    return max(0.0, centre - half), min(1.0, centre + half)


def standings(released: Released, part: str, whole: str) -> list[Standing]:
    """Return the rows whose counts are shown, highest rate first; the released table's total row is the measure and no standing.

    Empty when the total is withheld: without it nothing can be compared.
    """
    if released.total is None:
        raise ValueError("a ranking needs a total row to compare with")
    totals = [row for row, is_total in enumerate(released.frame[released.total]) if is_total]
    base, reached = released.value(whole, totals[0]), released.value(part, totals[0])
    if not base or reached is None:
        return []
    share = reached / base
    found = []
    for row in range(len(released.frame)):
        persons, covered = released.value(whole, row), released.value(part, row)
        if row in totals or not persons or covered is None:
            continue
        low, high = wilson(int(min(covered, persons)), int(persons))
        verdict: Literal["above", "below", "alike"] = "above" if low > share else "below" if high < share else "alike"
        found.append(Standing(row, covered / persons, low, high, verdict))
    return sorted(found, key=lambda item: (-item.rate, item.row))
