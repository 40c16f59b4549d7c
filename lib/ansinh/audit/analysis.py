"""Free analysis: one SELECT of the auditor's own over documented views, on an engine that can neither read nor write anything else.

The rows of the audit's scope are copied into an engine of their own, without the personal columns; then the engine is closed: no files, no
network, no extensions, no settings. So a query can reach nothing that is not in the views, whatever it says.
"""

from __future__ import annotations

import contextlib
import difflib
import re

import duckdb
import pandas as pd

from ansinh import store
from ansinh.audit.records import Records
from ansinh.errors import EngineError, UserError
from ansinh.measures import Scope
from ansinh.measures.coverage import AGE_BAND

LEFT_OUT = frozenset({store.WITHHELD.name})
"""Tables that are no matter of analysis: what is withheld would help to find what is withheld."""
DERIVED = {
    store.PERSONS.name: (("age_band", f"({AGE_BAND})", "Age band on the as-of date: 0 under 16, 1 under 60, 2 under 80, 3 from 80 on"),)
}
"""Columns that stand for personal ones: name, SQL over the table, meaning."""
MEMORY = "1GB"
"""What a query may hold; it can spill nowhere."""
_REASONS: dict[type[Exception], str] = {
    duckdb.ConversionException: "a value cannot be turned into the type asked for; TRY_CAST gives null there",
    duckdb.OutOfMemoryException: f"it needs more than {MEMORY}; count or filter before joining",
    duckdb.OutOfRangeException: "a number is out of range",
    duckdb.InvalidInputException: "a function was given what it does not take",
}
"""What an engine's error means, without the value it failed on."""
CLOSED = (
    "python_enable_replacements = false",
    "memory_limit = '{memory}'",
    "temp_directory = ''",
    "enable_external_access = false",
    "lock_configuration = true",
)


def columns(table: store.Table) -> list[tuple[str, str, str]]:
    """Return (name, SQL, meaning) of the columns a view shows of `table`."""
    shown = [(column.name, f'"{column.name}"', column.meaning) for column in table.columns if not column.personal]
    return [*shown, *DERIVED.get(table.name, ())]


def views() -> list[store.Table]:
    """Return the tables that have a view."""
    return [table for table in store.TABLES.values() if table.name not in LEFT_OUT]


def describe() -> str:
    """Return the views as Markdown (part of docs/data-model.md)."""
    lines = ["| view | columns |", "| --- | --- |"]
    for table in views():
        names = ", ".join(f"`{name}`" for name, _, _ in columns(table))
        lines.append(f"| `{table.name}` | {names} |")
    told = [f"`{table}.{name}`: {meaning}." for table, added in DERIVED.items() for name, _, meaning in added]
    return "\n".join([*lines, "", *told]) + "\n"


class Analysis:
    """The closed engine with the rows of one scope."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._con = self._closed()

    def ask(self, query: str, limit: int) -> Records:
        """Run one SELECT and return up to `limit` rows, marked restricted; raises UserError naming what is not allowed or does not fit."""
        if limit < 1:
            raise UserError(f"limit is {limit}; ask for at least one row.")
        self._admit(query)
        inner = query.strip().rstrip(";")
        frame = self._run(f"SELECT * FROM ({inner}\n) LIMIT {int(limit)}")
        total = len(frame) if len(frame) < limit else int(self._run(f"SELECT count(*) AS rows FROM ({inner}\n)")["rows"].iloc[0])
        return Records(frame, total, query, "analysis")

    def _closed(self) -> duckdb.DuckDBPyConnection:
        con = duckdb.connect(":memory:")
        with contextlib.suppress(duckdb.InvalidInputException):
            con.execute("SET enable_progress_bar = false")
        for table in views():
            listed = ", ".join(f'{sql} AS "{name}"' for name, sql, _ in columns(table))
            rows = self._scope.con.sql(f'SELECT {listed} FROM "{table.name}" WHERE {_inside(self._scope, table)}').to_arrow_table()
            con.register("rows", rows)
            con.execute(f'CREATE TABLE "{table.name}" AS SELECT * FROM rows')
            con.unregister("rows")
        for setting in CLOSED:
            con.execute(f"SET {setting.format(memory=MEMORY)}")
        return con

    def _admit(self, query: str) -> None:
        """Refuse all but one SELECT; the engine is closed anyway, this says so in words."""
        try:
            statements = self._con.extract_statements(query)
        except duckdb.Error as error:
            raise UserError(f"audit.sql: this is not valid SQL. {_first_line(error)}") from None
        if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
            raise UserError("audit.sql takes one SELECT over the documented views (docs/data-model.md); nothing can be written or set.")

    def _run(self, sql: str) -> pd.DataFrame:
        try:
            return self._con.execute(sql).df()
        except (duckdb.BinderException, duckdb.CatalogException, duckdb.ParserException) as error:
            raise UserError(f"audit.sql: the query does not fit the views. {_first_line(error)}{_near(error)}{_personal(sql)}") from None
        except duckdb.PermissionException:
            raise UserError("audit.sql reaches the documented views only: no files, no network, no settings.") from None
        except duckdb.Error as error:
            # The engine's own words may quote a value.
            raise EngineError(
                f"The engine could not run the query of audit.sql: {_REASONS.get(type(error), type(error).__name__)}."
            ) from None


def _inside(scope: Scope, table: store.Table) -> str:
    """Return the condition that keeps the scope's rows of `table`; lists come from units, so files are kept by unit."""
    if scope.unit is None:
        return "true"
    if not scope.below:
        return f"unit = '{scope.unit.code}'"
    if "commune" in table.names:
        return f"commune = '{scope.unit.code}'"
    if "person_id" in table.names:
        return f"person_id IN (SELECT person_id FROM persons WHERE {scope.where})"
    return scope.where_files


def _first_line(error: Exception) -> str:
    """Return what the engine says of the SQL itself (parser and binder know no values)."""
    return str(error).split("\n")[0]


def _near(error: Exception) -> str:
    """Return which views, or columns of views, are near to the name that the engine does not know, "" for none."""
    unknown = re.search(r'(?:column|name) "?(\w+)"?', _first_line(error))
    known = [name for table in views() for name in (table.name, *(column for column, _, _ in columns(table)))]
    found = difflib.get_close_matches(unknown[1].lower(), dict.fromkeys(known), n=3, cutoff=0.7) if unknown else []
    return f" Near: {', '.join(found)}." if found else ""


def _personal(sql: str) -> str:
    """Say which words of the query are personal columns, which no view has."""
    words = set(re.findall(r"\w+", sql.lower()))
    asked = sorted({column.name for table in views() for column in table.columns if column.personal} & words)
    more = "Records show them to who gives a reason: audit.check(…).records(reveal=True, reason=…)."
    return f" Personal columns are left out of the views: {', '.join(asked)}. {more}" if asked else ""
