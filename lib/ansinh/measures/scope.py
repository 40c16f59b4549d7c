"""What a measure is taken over: the campaign's whole or one unit, and the rows below it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import duckdb
import pandas as pd

from ansinh import store
from ansinh.campaign import Campaign, Workspace
from ansinh.disclosure import Counts
from ansinh.units import Unit

UNPLACED = "Chưa xác định được"
"""Name of the row for persons whose part is not known: they stay in the total."""


@dataclass(frozen=True)
class Scope:
    """The whole campaign (`unit` is None) or one unit; rows are the units, or the unit's parts."""

    con: duckdb.DuckDBPyConnection
    workspace: Workspace
    campaign: Campaign
    unit: Unit | None

    @property
    def name(self) -> str:
        """The place's name as sentences use it."""
        return self.unit.name if self.unit else self.campaign.place

    @property
    def column(self) -> str:
        """The column of `persons` that names the rows."""
        return "unit" if self.unit is None else self.campaign.units.part

    @cached_property
    def rows(self) -> tuple[tuple[str, str], ...]:
        """(code, name) of every row of the register, those with nobody too; empty where the register ends (villages)."""
        if self.unit is None:
            return tuple((unit.code, unit.name) for unit in self.workspace.units(self.campaign))
        register = self.workspace.register(self.campaign)
        return tuple((part.code, part.name) for part in register.children(self.unit.code))

    @property
    def where(self) -> str:
        """SQL condition that keeps this scope's persons."""
        return f"unit = '{self.unit.code}'" if self.unit else "true"

    def query(self, sql: str, what: str) -> pd.DataFrame:
        """Run a query over the store; raises EngineError naming `what`."""
        return store.query(self.con, sql, what=what)

    def by_row(self, counts: Mapping[str, str]) -> pd.DataFrame:
        """Return one row per part or unit (register order, nobody's rows included) and a total row.

        counts maps a column to its SQL aggregate over `persons`. Columns: code, name, is_total, then the counts. Rows add up to
        the total, which is counted on its own.
        """
        selected = ", ".join(f"{sql} AS {name}" for name, sql in counts.items())
        found = self.query(
            f"SELECT coalesce({self.column}, '') AS code, {selected} FROM persons WHERE {self.where} GROUP BY 1", "rows"
        ).set_index("code")
        total = self.query(f"SELECT {selected} FROM persons WHERE {self.where}", "the total")
        known = list(self.rows) or [(code, code) for code in sorted(found.index) if code]
        strays = [(code, UNPLACED) for code in found.index if code not in {known_code for known_code, _ in known}]
        frame = found.reindex([code for code, _ in (*known, *strays)]).fillna(0).reset_index(drop=True)
        frame.insert(0, "code", [code for code, _ in (*known, *strays)])
        frame.insert(1, "name", [name for _, name in (*known, *strays)])
        total.insert(0, "code", "")
        total.insert(1, "name", "Tổng số")
        whole = pd.concat([frame, total], ignore_index=True)
        whole.insert(2, "is_total", [False] * len(frame) + [True])
        return whole.astype(dict.fromkeys(counts, "int64"))


def one_row(
    scope: Scope,
    counts: Mapping[str, str],
    parts: Mapping[str, str | None],
    rates: Mapping[str, tuple[str, str]],
    amounts: Mapping[str, str] | None = None,
) -> Counts:
    """Return the counts of the whole scope as a table of one row."""
    selected = ", ".join(f"{sql} AS {name}" for name, sql in counts.items())
    frame = scope.query(f"SELECT {selected} FROM persons WHERE {scope.where}", "the whole").fillna(0)
    frame.insert(0, "name", scope.name)
    return Counts(frame.astype(dict.fromkeys(counts, "int64")), ("name",), parts, rates, amounts or {})
