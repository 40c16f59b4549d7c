"""The same counts at every snapshot up to the as-of date: a small table that grows with each day's data. Unit: persons."""

from __future__ import annotations

import pandas as pd

from ansinh import store
from ansinh.disclosure import Counts
from ansinh.measures.scope import Scope, one_row

AXIS = "snapshot"
"""Rows are snapshots: the place's own counts, as they were decided on each day (`protection`)."""
COUNTS = {
    "persons": "count(*)",
    "complete": "count(*) FILTER (complete)",
    "clean": "count(*) FILTER (clean)",
    "covered": "count(*) FILTER (has_account)",
    "usable": "count(*) FILTER (usable_account)",
}
PARTS = {"persons": None, "complete": "persons", "clean": "persons", "covered": "persons", "usable": "persons"}
MEANS = {"covered": "has_account"}
RATES = {
    "complete_rate": ("complete", "persons"),
    "clean_rate": ("clean", "persons"),
    "coverage": ("covered", "persons"),
    "usable_rate": ("usable", "persons"),
}


def today(scope: Scope) -> Counts:
    """Return the same counts as they stand now, one row."""
    return one_row(scope, COUNTS, PARTS, RATES, means=MEANS)


def snapshots(scope: Scope) -> Counts:
    """Return one row per judged snapshot up to the campaign's as-of date (key `as_of`, YYYY-MM-DD), oldest first."""
    rows = []
    for folder in scope.judged:
        with scope.within(folder, store.PERSONS) as then:
            row = one_row(then, COUNTS, PARTS, RATES).frame
        row.insert(0, "as_of", folder.name)
        rows.append(row)
    frame = pd.concat(rows, ignore_index=True)
    return Counts(frame, ("as_of",), PARTS, RATES, place=scope.place, axis=AXIS, means=MEANS)
