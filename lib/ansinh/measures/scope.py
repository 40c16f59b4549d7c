"""What a measure is taken over: the campaign's whole or one unit, and the rows below it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

import duckdb
import pandas as pd

from ansinh import store
from ansinh.campaign import Campaign, Workspace
from ansinh.disclosure import Counts
from ansinh.errors import NotReady
from ansinh.units import Unit

UNPLACED = "Chưa xác định được"
"""Name of the row for persons whose part is not known: they stay in the total."""


@dataclass(frozen=True)
class Scope:
    """The whole campaign (`unit` is None), one unit, or one commune below the reported level.

    Rows are the units, the unit's parts, or the commune's villages.
    """

    con: duckdb.DuckDBPyConnection
    workspace: Workspace
    campaign: Campaign
    unit: Unit | None
    cache: dict[str, frozenset[str]] = field(default_factory=dict, repr=False, compare=False)
    asked: list[str] = field(default_factory=list, repr=False, compare=False)
    """The SQL of all queries put so far, in their order: what a figure was made by (`audit.area`)."""
    _answers: dict[str, pd.DataFrame] = field(default_factory=dict, init=False, repr=False, compare=False)

    @property
    def name(self) -> str:
        """The place's name as sentences use it; a commune below the reported level is named with its unit."""
        if self.unit is None:
            return self.campaign.place
        return f"{self.unit.name}, {self.workspace.register(self.campaign).get(self.home).name}" if self.below else self.unit.name

    @property
    def column(self) -> str:
        """The column of `persons` that names the rows."""
        if self.unit is None:
            return "unit"
        return "village" if self.below else self.campaign.units.part

    @property
    def below(self) -> bool:
        """True for a commune below the level the campaign reports at."""
        return self.unit is not None and self.unit.level != self.campaign.units.level

    @property
    def home(self) -> str:
        """Code of the reported unit the scope lies in, "" for the whole campaign: where its files and deadline are named."""
        return "" if self.unit is None else self.unit.parent if self.below else self.unit.code

    @cached_property
    def rows(self) -> tuple[tuple[str, str], ...]:
        """(code, name) of every row of the register, those with nobody too; empty where the register ends (villages)."""
        if self.unit is None:
            return tuple((unit.code, unit.name) for unit in self.workspace.units(self.campaign))
        if self.column == "village":
            return ()
        register = self.workspace.register(self.campaign)
        return tuple((part.code, part.name) for part in register.children(self.unit.code))

    @property
    def place(self) -> str:
        """Code of the place, "" for the whole campaign."""
        return self.unit.code if self.unit else ""

    @property
    def axis(self) -> str:
        """What the rows of `by_row` are, for the names of cells."""
        return "village" if self.column == "village" else "unit"

    @cached_property
    def withheld(self) -> frozenset[str]:
        """Names of the cells of this place that must not be shown (`measures.protection`); raises NotReady before they are decided."""
        today = self.workspace.store(self.campaign, self.campaign.as_of)
        if not store.has_withheld(today):
            raise NotReady(
                f"What must be withheld of {self.campaign.name} is not decided yet. Run `ansinh check {self.campaign.name}` first."
            )
        frame = store.query(self.con, "SELECT cell FROM withheld", what="what is withheld")
        return frozenset(frame["cell"])

    @property
    def where(self) -> str:
        """SQL condition that keeps this scope's persons, findings and outcomes."""
        if self.unit is None:
            return "true"
        return f"{'commune' if self.below else 'unit'} = '{self.unit.code}'"

    @property
    def where_files(self) -> str:
        """SQL condition that keeps the source files of the unit the scope lies in: lists come from units, not from communes."""
        return f"unit = '{self.home}'" if self.home else "true"

    def query(self, sql: str, what: str) -> pd.DataFrame:
        """Return a query's answer over the store; what was asked before is not run again. Raises EngineError naming `what`."""
        self.asked.append(sql)
        if sql not in self._answers:
            self._answers[sql] = store.query(self.con, sql, what=what)
        return self._answers[sql].copy()

    @property
    def judged(self) -> list[Path]:
        """The stores of the judged snapshots up to and with this one, oldest first."""
        today = self.workspace.store(self.campaign, self.campaign.as_of)
        return [*filter(store.has_findings, store.earlier(today)), today]

    @contextmanager
    def within(self, folder: Path, table: store.Table) -> Iterator[Scope]:
        """Open one table of the same place in the snapshot whose store is `folder`; today's is open already.

        Raises NotReady when there is no such store.
        """
        if folder == self.workspace.store(self.campaign, self.campaign.as_of):
            yield self
            return
        # A place's rows are few, and starting the engine's threads takes longer than reading them.
        with store.connect(folder, [table], units=[self.home] if self.home else None, threads=1 if self.home else 0) as con:
            yield replace(self, con=con)

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
        known = list(self.rows) or [(code, code) for code in sorted(found.index, key=_natural) if code]
        strays = [(code, UNPLACED) for code in found.index if code not in {known_code for known_code, _ in known}]
        frame = found.reindex([code for code, _ in (*known, *strays)]).fillna(0).reset_index(drop=True)
        frame.insert(0, "code", [code for code, _ in (*known, *strays)])
        frame.insert(1, "name", [name for _, name in (*known, *strays)])
        total.insert(0, "code", "")
        total.insert(1, "name", "Tổng số")
        whole = pd.concat([frame, total], ignore_index=True)
        whole.insert(2, "is_total", [False] * len(frame) + [True])
        return whole.astype(dict.fromkeys(counts, "int64"))


def _natural(name: str) -> list[tuple[int, str]]:
    """Return a key that sorts "Thôn 2" before "Thôn 10"."""
    return [(int(part), "") if part.isdecimal() else (0, part) for part in re.split(r"(\d+)", name)]


def one_row(
    scope: Scope,
    counts: Mapping[str, str],
    parts: Mapping[str, str | None],
    rates: Mapping[str, tuple[str, str]],
    amounts: Mapping[str, str] | None = None,
    means: Mapping[str, str] | None = None,
    sums: tuple[tuple[str, tuple[str, ...]], ...] = (),
) -> Counts:
    """Return the counts of the whole scope as a table of one row."""
    selected = ", ".join(f"{sql} AS {name}" for name, sql in counts.items())
    frame = scope.query(f"SELECT {selected} FROM persons WHERE {scope.where}", "the whole").fillna(0)
    frame.insert(0, "name", scope.name)
    return Counts(
        frame.astype(dict.fromkeys(counts, "int64")),
        ("name",),
        parts,
        rates,
        amounts or {},
        place=scope.place,
        means=means or {},
        sums=sums,
    )
