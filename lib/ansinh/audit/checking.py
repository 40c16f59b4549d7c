"""One check, opened by an auditor: its rule, its SQL, its counts, and the records that fail, masked unless revealed for a reason."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ansinh import store
from ansinh.audit.helping import near
from ansinh.audit.records import PERSONAL, Records, fetch
from ansinh.checks import ACTORS, DIMENSIONS, SEVERITIES
from ansinh.checks.catalogue import catalogue
from ansinh.checks.check import KEY_OF, Check
from ansinh.errors import UserError
from ansinh.measures import Scope, cleanliness, protection
from ansinh.show import Shown, escape, tables


class OpenCheck:
    """A check of the catalogue in one scope; shows itself, and may be published: its counts went through disclosure control."""

    def __init__(self, scope: Scope, id: str) -> None:
        """Open the check `id` ("V07"); raises UserError naming the checks there are."""
        found = {check.id: check for check in catalogue(scope.campaign)}
        if id not in found:
            raise UserError(f"There is no check {id!r}.{near(str(id).upper(), found)}")
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
        """Return up to `limit` failing records as source file, sheet and row, numbers masked: restricted, never a page.

        `reveal` shows names and numbers; it needs a `reason` and is written to the access log. Raises UserError without one.
        """
        table, key = self.rule.table, KEY_OF[self.rule.table]
        personal = ", ".join(f"b.{name}" for name in PERSONAL if name in store.TABLES[table].names)
        sql = (
            f"SELECT f.row_id, f.person_id, f.unit, f.commune, b.source_file, b.source_sheet, b.source_row, f.state, f.since, {personal}\n"
            f"FROM (SELECT * FROM findings WHERE check_id = '{self.rule.id}' AND {self._scope.where}) f JOIN \"{table}\" b ON b.{key} = f.row_id\n"
            "ORDER BY b.source_file, b.source_sheet, b.source_row"
        )
        return fetch(self._scope, sql, limit=limit, what=f"check {self.rule.id}", reveal=reveal, reason=reason)

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
