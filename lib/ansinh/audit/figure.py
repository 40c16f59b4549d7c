"""What an audit shows, with the way back: the SQL it was counted with, and the records behind it."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from ansinh import store
from ansinh.audit.helping import near
from ansinh.audit.records import PERSONAL, Records, fetch
from ansinh.errors import UserError
from ansinh.measures import Scope, cleanliness, coverage, payment
from ansinh.show import Shown


@dataclass(frozen=True)
class Origin:
    """The call that made a figure: its records are asked for only when they are wanted, so that a figure costs nothing more until then."""

    area: type
    scope: Scope
    call: str

    @property
    def name(self) -> str:
        """The call in dotted words, such as "coverage.by_row"."""
        return f"{self.area.__name__.lower()}.{self.call}"


@dataclass(frozen=True, repr=False)
class Figure(Shown):
    """What a call shows. `sql` is how it was counted, before disclosure control; `records` lists whom it counts."""

    origin: Origin = field(compare=False, kw_only=True)

    @property
    def sql(self) -> str:
        """The queries over the store that the figure is counted with."""
        return "\n\n".join(f"{textwrap.dedent(query).strip()};" for query in self.queries)

    def records(self, of: str = "", row: str = "", limit: int = 20, *, reveal: bool = False, reason: str = "") -> Records:
        """Return up to `limit` records of the persons a figure counts: restricted, never a page.

        of      a count of the table ("remaining"), or "not " and a count ("not clean"); default: those still waiting.
        row     code of one row: a unit, a commune, a group, a bank; default: all rows.
        reveal  show names and numbers; needs `reason`, and is written to the access log.

        Raises UserError when the figure counts no persons, or for an unknown count or row.
        """
        behind = BEHIND.get(self.origin.name)
        if behind is None:
            raise UserError(
                f'audit.{self.origin.name}() leads to no records. Open a check with audit.check("V07").records(), or ask {", ".join(sorted(BEHIND))}.'
            )
        condition = behind.condition(self.origin.scope, of or behind.usual, row)
        return fetch(
            self.origin.scope, _people(self.origin.scope, condition), limit=limit, what=self.origin.name, reveal=reveal, reason=reason
        )


def _people(scope: Scope, condition: str) -> str:
    personal = ", ".join(f"b.{name}" for name in PERSONAL if name in store.BENEFICIARIES.names)
    return (
        f"SELECT p.person_id, p.unit, p.commune, b.source_file, b.source_sheet, b.source_row, {personal}\n"
        f"FROM (SELECT * FROM persons WHERE {scope.where} AND {condition}) p LEFT JOIN beneficiaries b USING (person_id)\n"
        "ORDER BY b.source_file, b.source_sheet, b.source_row, p.person_id"
    )


@dataclass(frozen=True)
class Behind:
    """Whom a figure counts: count → SQL condition over `persons`, the count asked for usually, and the column of its rows."""

    conditions: Mapping[str, str]
    usual: str
    column: Callable[[Scope], str] = lambda scope: ""

    def condition(self, scope: Scope, of: str, row: str) -> str:
        """Return the SQL condition of one count of one row; raises UserError for what the figure does not have."""
        name = of.removeprefix("not ")
        if name not in self.conditions:
            raise UserError(f"The figure has no count {name!r}.{near(name, self.conditions)}")
        condition = f"({self.conditions[name]})" if name == of else f"NOT coalesce({self.conditions[name]}, false)"
        if not row:
            return condition
        column = self.column(scope)
        if not column:
            raise UserError("The figure is one row; leave out row.")
        known = set(scope.query(f"SELECT DISTINCT {column} AS code FROM persons WHERE {scope.where}", "the rows")["code"].dropna())
        if row not in known:
            raise UserError(f"The figure has no row {row!r}.{near(row, sorted(known))}")
        quoted = row.replace("'", "''")
        return f"{condition} AND {column} = '{quoted}'"


def _conditions(counts: Mapping[str, str]) -> dict[str, str]:
    """Return the condition of each count written as count(*) FILTER (condition)."""
    found = {name: re.fullmatch(r"count\(\*\)(?: FILTER \((.*)\))?", sql) for name, sql in counts.items()}
    return {name: match[1] or "true" for name, match in found.items() if match}


def _causes() -> dict[str, str]:
    """Return the condition of each cause of the gap: the first that holds counts."""
    cases = " ".join(f"WHEN {condition} THEN '{name}'" for name, _, _, condition in coverage.CAUSES)
    found = {name: f"NOT usable_account AND CASE {cases} END = '{name}'" for name, *_ in coverage.CAUSES}
    return {"persons": "NOT usable_account"} | found


_COVERED, _CLEAN, _PAID = (_conditions(room.COUNTS) for room in (coverage, cleanliness, payment))


def _by_row(scope: Scope) -> str:
    return scope.column


BEHIND: Mapping[str, Behind] = {
    **{f"coverage.{call}": Behind(_COVERED, "remaining") for call in ("answer", "headlines")},
    **{f"coverage.{call}": Behind(_COVERED, "remaining", _by_row) for call in ("by_row", "map", "standing")},
    "coverage.funnel": Behind(_conditions(coverage.FUNNEL), "not complete"),
    "coverage.gap": Behind(_causes(), "persons"),
    "coverage.by_group": Behind(_COVERED, "remaining", lambda scope: "policy_group"),
    "coverage.by_sex": Behind(_COVERED, "remaining", lambda scope: "sex"),
    "coverage.by_age": Behind(_COVERED, "remaining", lambda scope: coverage.AGE_BAND),
    "coverage.by_bank": Behind(_COVERED, "has_account", lambda scope: "account_bank"),
    "coverage.by_channel": Behind(_COVERED, "has_account", lambda scope: "account_channel"),
    **{f"cleanliness.{call}": Behind(_CLEAN, "not clean") for call in ("answer", "headlines")},
    "cleanliness.by_row": Behind(_CLEAN, "not clean", _by_row),
    **{f"payment.{call}": Behind(_PAID, "in_cash") for call in ("answer", "headlines", "amounts")},
    "payment.by_row": Behind(_PAID, "in_cash", _by_row),
    "payment.by_group": Behind(_PAID, "in_cash", lambda scope: "policy_group"),
}
"""Figure → whom it counts. Figures of records lead to their check; figures of files and days to nobody."""
