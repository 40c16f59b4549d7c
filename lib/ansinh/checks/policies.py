"""Policy codes with their age limits and coefficients: Decree 20/2021/NĐ-CP art. 5 and 6; Ordinance 02/2020/UBTVQH14 art. 3.

An amount is the campaign's standard times a coefficient. Merit allowances have their own tables, so their amounts are not judged.
"""

from __future__ import annotations

from dataclasses import dataclass

OLDEST = 200


@dataclass(frozen=True)
class PolicyRule:
    """One policy code in one age band: coefficients that are due between `band_from` and `band_to` years, both included."""

    code: str
    age_from: int
    age_to: int
    band_from: int
    band_to: int
    coefficients: tuple[float, ...]


RULES: tuple[PolicyRule, ...] = (
    PolicyRule("5.1", 0, 15, 0, 3, (2.5,)),
    PolicyRule("5.1", 0, 15, 4, 15, (1.5,)),
    PolicyRule("5.2", 16, 22, 16, 22, (1.5,)),
    PolicyRule("5.3", 0, 15, 0, 3, (2.5,)),
    PolicyRule("5.3", 0, 15, 4, 15, (2.0,)),
    PolicyRule("5.4", 0, OLDEST, 0, OLDEST, (1.0, 2.0, 3.0, 4.0)),
    PolicyRule("5.5a", 60, OLDEST, 60, 79, (1.5,)),
    PolicyRule("5.5a", 60, OLDEST, 80, OLDEST, (2.0,)),
    PolicyRule("5.5b", 75, 79, 75, 79, (1.0,)),
    PolicyRule("5.5c", 80, OLDEST, 80, OLDEST, (1.0,)),
    PolicyRule("5.5d", 60, OLDEST, 60, OLDEST, (3.0,)),
    PolicyRule("5.6", 0, OLDEST, 0, 15, (2.0, 2.5)),
    PolicyRule("5.6", 0, OLDEST, 16, 59, (1.5, 2.0)),
    PolicyRule("5.6", 0, OLDEST, 60, OLDEST, (2.0, 2.5)),
    PolicyRule("5.7", 0, 2, 0, 2, (1.5,)),
    PolicyRule("5.8", 0, OLDEST, 0, OLDEST, (1.5,)),
)

KNOWN_PREFIXES = ("NCC.", "TP.")
"""Codes of other laws: merit (letters of art. 3 of the Ordinance) and the city's own resolutions."""
