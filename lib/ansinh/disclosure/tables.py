"""What a raw table and a released one are, and the rule for each cell: small counts, counts that leave few others, rounding.

Source of the practice: OpenSAFELY (counts up to 7 redacted, then rounded to 5), applied to a count *and* to its complement.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
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

    What follows names each cell, so that one count bears one name in whatever table it stands (`cell_names`):
    place     code of the place the table is about, "" the whole campaign.
    axis      what the rows are: "" the place itself, "unit" places by the key `code`, else a dimension ("bank").
    means     count column → what it counts, where the column's own name says it otherwise in another table.
    fixed     count columns that count the place itself in every row.
    margin    True when rows without a total row add up to the place's own count all the same.
    sums      (whole, parts): count columns that add up, row by row.
    label     keys that tell rows apart, where not all of them do.
    """

    frame: pd.DataFrame
    keys: tuple[str, ...]
    counts: Mapping[str, str | None]
    rates: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    amounts: Mapping[str, str] = field(default_factory=dict)
    unit: str = "persons"
    total: str | None = None
    open: frozenset[str] = frozenset()
    place: str = ""
    axis: str = ""
    means: Mapping[str, str] = field(default_factory=dict)
    fixed: frozenset[str] = frozenset()
    margin: bool = False
    sums: tuple[tuple[str, tuple[str, ...]], ...] = ()
    label: tuple[str, ...] = ()


def cell_names(counts: Counts) -> pd.DataFrame:
    """Return the name of every count, same shape as the counts of `counts.frame`: "place|row|meaning", row "" for the place itself."""
    return pd.DataFrame(_names(counts), index=range(len(counts.frame)))


def _names(counts: Counts) -> dict[str, list[str]]:
    frame = counts.frame
    own = f"{counts.place}|"
    if not counts.axis:
        rows = [own] * len(frame)
    elif counts.axis == "unit":
        rows = [f"{code or counts.place + '?'}|" for code in frame["code"].tolist()]
    else:
        labels = zip(*(frame[key].astype(str).tolist() for key in counts.label or counts.keys), strict=True)
        rows = [f"{own}{counts.axis}={'/'.join(label)}" for label in labels]
    if counts.axis and counts.total:
        rows = [own if is_total else row for row, is_total in zip(rows, frame[counts.total].tolist(), strict=True)]
    meanings = {column: counts.means.get(column, column) for column in counts.counts}
    return {column: [f"{own if column in counts.fixed else row}|{meaning}" for row in rows] for column, meaning in meanings.items()}


@dataclass(frozen=True)
class Released:
    """A table that may be shown.

    frame   keys as given, then counts (Int64, rounded, NA where withheld), amounts (Int64) and rates (Float64, shares).
    marks   same shape for counts, amounts and rates: "" shown, "small" is 1 to `threshold`, "hidden" withheld.
    sums    which counts add up to a whole, as `Counts` names them.
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
    sums: tuple[tuple[str, tuple[str, ...]], ...] = ()

    def value(self, column: str, row: int = 0) -> float | int | None:
        """Return one shown value (count, VND or share), or None when it is withheld."""
        if column not in self._values:
            self._values[column] = [None if pd.isna(cell) else cell for cell in self.frame[column].tolist()]
        return self._values[column][row]

    def mark(self, column: str, row: int = 0) -> str:
        """Return the mark of one cell: "", "small" or "hidden"."""
        if column not in self._marks:
            self._marks[column] = self.marks[column].astype(str).tolist()
        return self._marks[column][row]

    # Pages ask for hundreds of cells one by one, and each would cost more in pandas than its whole column here.
    @cached_property
    def _values(self) -> dict[str, list[float | int | None]]:
        return {}

    @cached_property
    def _marks(self) -> dict[str, list[str]]:
        return {}

    def ordered(self, column: str) -> Released:
        """Return the same table with the largest shown values of `column` first, withheld ones next, totals last.

        The order tells no more than the values.
        """
        order = self.frame[column].sort_values(ascending=False, kind="stable", na_position="last").index
        if self.total:
            order = order[self.frame[self.total].loc[order].astype(bool).argsort(kind="stable")]
        return replace(self, frame=self.frame.loc[order].reset_index(drop=True), marks=self.marks.loc[order].reset_index(drop=True))


def rule_of(campaign: Campaign) -> Disclosure:
    """Return the rule in force: the campaign's, none for the audience `internal`."""
    return campaign.disclosure if campaign.audience == "public" else Disclosure(threshold=0, rounding=1, rate_minimum=1)


def primary_marks(counts: Counts, rule: Disclosure) -> pd.DataFrame:
    """Return the mark of every count by itself: small from 1 to the threshold, hidden where it leaves as few of its whole."""
    return pd.DataFrame(_marks(counts, rule), index=range(len(counts.frame)))


def _marks(counts: Counts, rule: Disclosure) -> dict[str, np.ndarray]:
    raw = {column: counts.frame[column].to_numpy() for column in counts.counts}
    marks = {}
    for column, whole in counts.counts.items():
        mark = np.full(len(counts.frame), OPEN, dtype=object)
        if column not in counts.open:
            if whole is not None:
                mark[_small(raw[whole] - raw[column], rule)] = HIDDEN
            mark[_small(raw[column], rule)] = SMALL
        marks[column] = mark
    return marks


def release(counts: Counts, campaign: Campaign, withheld: Collection[str] = frozenset()) -> Released:
    """Apply the campaign's disclosure rule and return what may be shown.

    `withheld` names the cells that must not be shown for the sake of others (`Board.protect`); they have no effect on `internal`.
    """
    rule = rule_of(campaign)
    marks = _marks(counts, rule)
    if withheld and rule.threshold:
        for column, names in _names(counts).items():
            marks[column][[name in withheld for name in names]] = HIDDEN
    # Plain arrays to the end: the tables are small and many, and each step on a pandas table costs more than all its rows.
    rounded = {column: _rounded(counts.frame[column], 1 if column in counts.open else rule.rounding) for column in counts.counts}
    for column, persons in counts.amounts.items():
        marks[column] = np.where(marks[persons] == OPEN, OPEN, HIDDEN).astype(object)
        rounded[column] = _rounded(counts.frame[column], 1 if rule.rounding == 1 else 1_000_000)
    shown: dict[str, Any] = {column: pd.arrays.IntegerArray(whole, marks[column] != OPEN) for column, whole in rounded.items()}
    for column, (numerator, denominator) in counts.rates.items():
        unsaid = (marks[numerator] != OPEN) | (marks[denominator] != OPEN)
        unsaid |= rounded[denominator] < max(rule.rate_minimum, 1)
        marks[column] = np.where(unsaid, HIDDEN, OPEN).astype(object)
        shares = np.divide(rounded[numerator], rounded[denominator], out=np.zeros(len(unsaid)), where=~unsaid)
        shown[column] = pd.arrays.FloatingArray(shares, unsaid)
    keys = counts.frame[list(counts.keys) + ([counts.total] if counts.total else [])].reset_index(drop=True)
    index = range(len(counts.frame))
    return Released(
        pd.concat([keys, pd.DataFrame(shown, index=index)], axis=1),
        pd.DataFrame(marks, index=index),
        counts.keys,
        tuple(counts.counts),
        dict(counts.rates),
        tuple(counts.amounts),
        counts.unit,
        counts.total,
        rule.threshold,
        rule.rounding if set(counts.counts) - counts.open else 1,
        tuple(counts.sums),
    )


def _small(values: np.ndarray, rule: Disclosure) -> np.ndarray:
    return (values > 0) & (values <= rule.threshold)


def _rounded(values: pd.Series, base: int) -> np.ndarray:
    whole = values.to_numpy().astype("int64")
    return whole if base == 1 else ((whole + base // 2) // base) * base
