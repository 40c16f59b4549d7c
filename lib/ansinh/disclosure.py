"""Disclosure control: the only way from a raw count to something that may be shown.

Measures return `Counts`; `release` turns them into `Released`; show accepts nothing else. Rules: docs/security.md.
Source of the practice: OpenSAFELY (counts up to 7 redacted, then rounded to 5), applied to a count *and* to its complement.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from ansinh.campaign import Campaign, Disclosure

SMALL = "small"  # 1 to threshold: shown as "≤ 7"
HIDDEN = "hidden"  # shown as "…": it would give another count away
OPEN = ""


@dataclass(frozen=True)
class Counts:
    """Raw counts, one row per combination of `keys`. Never shown.

    keys      text columns that name the row.
    counts    count column → the count column it is a part of (None for a whole); all of them count `unit`.
    rates     rate column to make → (numerator column, denominator column); shares between 0 and 1.
    amounts   amount column in VND → the count column of the persons behind it.
    unit      what is counted: persons, entitlements, records, accounts, rows.
    total     column of `frame` that is True in rows that sum up the others (None: no such row).
    open      count columns that disclose nothing about persons (rows of files, number of communes): not protected.
    """

    frame: pd.DataFrame
    keys: tuple[str, ...]
    counts: Mapping[str, str | None]
    rates: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    amounts: Mapping[str, str] = field(default_factory=dict)
    unit: str = "persons"
    total: str | None = None
    open: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Released:
    """A table that may be shown.

    frame   keys as given, then counts (Int64, rounded, NA where withheld), amounts (Int64) and rates (Float64, shares).
    marks   same shape for counts, amounts and rates: "" shown, "small" is 1 to `threshold`, "hidden" withheld.
    """

    frame: pd.DataFrame
    marks: pd.DataFrame
    keys: tuple[str, ...]
    counts: tuple[str, ...]
    rates: Mapping[str, tuple[str, str]]
    amounts: tuple[str, ...]
    unit: str
    total: str | None
    threshold: int
    rounding: int

    def value(self, column: str, row: int = 0) -> float | int | None:
        """Return one shown value (count, VND or share), or None when it is withheld."""
        cell = self.frame[column].iloc[row]
        return None if pd.isna(cell) else cell.item() if hasattr(cell, "item") else cell

    def mark(self, column: str, row: int = 0) -> str:
        """Return the mark of one cell: "", "small" or "hidden"."""
        return str(self.marks[column].iloc[row])


def release(counts: Counts, campaign: Campaign) -> Released:
    """Apply the campaign's disclosure rule (none of it for the audience `internal`) and return what may be shown."""
    rule = campaign.disclosure if campaign.audience == "public" else Disclosure(threshold=0, rounding=1, rate_minimum=1)
    shown = counts.frame[list(counts.keys) + ([counts.total] if counts.total else [])].reset_index(drop=True).copy()
    marks = pd.DataFrame(index=shown.index)
    raw = counts.frame.reset_index(drop=True)
    for column in counts.counts:
        marks[column] = OPEN if column in counts.open else _mark(raw[column], rule)
    for column, whole in counts.counts.items():
        if whole is not None and column not in counts.open:
            complement = _mark(raw[whole] - raw[column], rule)
            marks.loc[(complement == SMALL) & (marks[column] == OPEN), column] = HIDDEN
    for column in counts.counts:
        base = 1 if column in counts.open else rule.rounding
        shown[column] = _rounded(raw[column], base).mask(marks[column] != OPEN)
    for column, persons in counts.amounts.items():
        marks[column] = marks[persons].where(marks[persons] == OPEN, HIDDEN)
        base = 1 if rule.rounding == 1 else 1_000_000
        shown[column] = _rounded(raw[column], base).mask(marks[column] != OPEN)
    for column, (numerator, denominator) in counts.rates.items():
        withheld = (marks[numerator] != OPEN) | (marks[denominator] != OPEN) | (raw[denominator] < max(rule.rate_minimum, 1))
        withheld |= shown[denominator].fillna(0) == 0
        marks[column] = withheld.map({True: HIDDEN, False: OPEN})
        share = shown[numerator].astype("Float64").div(shown[denominator].astype("Float64").mask(withheld))
        shown[column] = share.mask(withheld)
    return Released(
        shown,
        marks,
        counts.keys,
        tuple(counts.counts),
        dict(counts.rates),
        tuple(counts.amounts),
        counts.unit,
        counts.total,
        rule.threshold,
        rule.rounding,
    )


def _mark(values: pd.Series, rule: Disclosure) -> pd.Series:
    return ((values > 0) & (values <= rule.threshold)).map({True: SMALL, False: OPEN})


def _rounded(values: pd.Series, base: int) -> pd.Series:
    whole = values.astype("Int64")
    return whole if base == 1 else ((whole + base // 2) // base) * base
