"""One check, opened by an auditor: its rule, its SQL, its counts, and the records that fail, masked unless revealed for a reason."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from typing import Any

from ansinh import store
from ansinh.audit.helping import near
from ansinh.audit.records import PERSONAL, Records, fetch
from ansinh.checks import ACTORS, DIMENSIONS, SEVERITIES
from ansinh.checks.catalogue import catalogue, nearest
from ansinh.checks.check import KEY_OF, VIEW_OF, Check
from ansinh.checks.views import PERSONAL as DERIVED_PERSONAL
from ansinh.checks.views import open_views, view_columns
from ansinh.errors import UserError
from ansinh.measures import Scope, cleanliness, protection
from ansinh.show import Shown, escape, tables


@dataclass(frozen=True)
class _Compared:
    """One column a rule reads: its name, whether it is personal, and SQL that shows it (a list as text)."""

    name: str
    personal: bool
    sql: str


def _compared(rule: Check) -> list[_Compared]:
    """Return the columns of its view that a rule reads, in the order it names them, but for those that every record shows."""
    text = " ".join([rule.fails, *(condition for condition, _ in rule.not_applicable)])
    words = re.findall(r"[a-z_]+", re.sub(r"'[^']*'", "", text))
    words = [word for name in words for word in (*_MADE_OF.get(name, ()), name)]
    flags = {column.name: column.personal for column in store.TABLES[rule.table].columns}
    found = []
    for name, type in view_columns(rule.table).items():
        if name in words and name not in _TOLD:
            sql = f"array_to_string(b.{name}, '; ') AS {name}" if type.endswith("[]") else f"b.{name}"
            found.append(_Compared(name, flags.get(name, name in DERIVED_PERSONAL), sql))
    return sorted(found, key=lambda column: words.index(column.name))


_MADE_OF = dict.fromkeys(("age_from", "age_to", "amounts_allowed", "policy_known"), ("policy_code",))
"""Column of a view → the list's own columns that it follows from, which stand beside it."""
_TOLD = frozenset({"person_id", "unit", "commune", "as_of", "lookalike"})
"""Columns that every record shows, that are the same for all, and what only a search over the whole city tells."""


class OpenCheck:
    """A check of the catalogue in one scope; shows itself, and may be published: its counts went through disclosure control."""

    def __init__(self, scope: Scope, id: str) -> None:
        """Open the check `id` ("V07"); raises UserError naming the checks there are."""
        found = {check.id: check for check in catalogue(scope.campaign)}
        if id not in found:
            meant = nearest(str(id), found)
            raise UserError(f"There is no check {id!r}." + (f" Did you mean {meant!r}?" if meant else near(str(id), found)))
        self.rule: Check = found[id]
        self._scope = scope

    @property
    def sql(self) -> str:
        """The query that lists the rows that fail; `ansinh check --only ID` runs it over the same views."""
        return self.rule.sql()

    def counts(self) -> Shown:
        """Rows that fail, rows the check applies to, and all rows judged; unit: records of the judged table."""
        whole = cleanliness.by_check(self._scope)
        frame = whole.frame[whole.frame["check_id"] == self.rule.id]
        released = protection.released(self._scope, replace(whole, frame=frame))
        columns = {
            "title": "Tiêu chí",
            "failing": "Có lỗi",
            "applicable": "Được kiểm tra",
            "judged": "Đã xét",
            "share": "Tỷ lệ trên số được kiểm tra",
        }
        return tables.table(released, id=f"tieu-chi-{self.rule.id}", caption=f"{self.rule.id} · {self.rule.title}", columns=columns)

    def records(self, limit: int = 20, *, reveal: bool = False, reason: str = "") -> Records:
        """Return up to `limit` failing records as source file, sheet and row, with what the rule compares; numbers masked: restricted, never a page.

        `reveal` shows names, numbers and the other personal columns of the rule (the age); it needs a `reason` and is written to the
        access log. Raises UserError without one.
        """
        table, key = self.rule.table, KEY_OF[self.rule.table]
        own = store.TABLES[table]
        compared = [column for column in _compared(self.rule) if column.name not in PERSONAL]
        personal = [name for name in PERSONAL if name in own.names]
        shown = ", ".join([*(column.sql for column in compared), *(f"b.{name}" for name in personal)])
        derived = any(column.name not in own.names for column in compared)
        sql = (
            f"SELECT f.row_id, f.person_id, f.unit, f.commune, b.source_file, b.source_sheet, b.source_row, f.state, f.since, {shown}\n"
            f"FROM (SELECT * FROM findings WHERE check_id = '{self.rule.id}' AND {self._scope.where}) f"
            f' JOIN "{VIEW_OF[table] if derived else table}" b ON b.{key} = f.row_id\n'
            "ORDER BY b.source_file, b.source_sheet, b.source_row"
        )
        left_out = tuple(column.name for column in compared if column.personal)
        with self._over_views() if derived else nullcontext(self._scope) as scope:
            return fetch(
                scope, sql, limit=limit, what=f"check {self.rule.id}", reveal=reveal, reason=reason, personal=(*PERSONAL, *left_out)
            )

    @contextmanager
    def _over_views(self) -> Iterator[Scope]:
        """Open the same place over the judged views, which look at the whole city as the checks did."""
        with open_views(self._scope.workspace, self._scope.campaign, same_person=False) as con:
            yield replace(self._scope, con=con)

    def _facts(self) -> list[tuple[str, str]]:
        rule = self.rule
        return [
            ("Mã, phiên bản", f"{rule.id}, phiên bản {rule.version}"),
            ("Tính chất", DIMENSIONS[rule.dimension]),
            ("Mức độ", SEVERITIES[rule.severity]),
            ("Đơn vị xử lý", ACTORS[rule.who]),
            ("Cách xử lý", rule.remedy),
            ("Căn cứ", rule.source),
        ]

    def __dir__(self) -> list[str]:
        return ["counts", "records", "rule", "sql"]

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(repr(self))

    def __repr__(self) -> str:
        return "\n".join([*(f"{name}: {text}" for name, text in self._facts()), self.counts().text, self.sql])

    def _repr_html_(self) -> str:
        facts = "".join(f"<dt>{escape(name)}</dt><dd>{escape(text)}</dd>" for name, text in self._facts())
        return f"<dl>{facts}</dl>{self.counts().html}<pre><code>{escape(self.sql)}</code></pre>"
