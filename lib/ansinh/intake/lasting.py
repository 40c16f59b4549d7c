"""Ids of rows: opaque, and the same in the next snapshot, also where officials have mended the row in between.

A row's own id is a hash of what names it in the list as it came, so it does not matter where in the list it stands. A row that
the snapshot before does not know by its own id, but knows beyond doubt by other columns, keeps the id it had there: what was
found on it stands on, and does not count as mended and found anew.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ansinh import store

if TYPE_CHECKING:
    import duckdb

Run = Callable[["duckdb.DuckDBPyConnection", str], None]

ID = "substr(sha256({}), 1, 16)"


@dataclass(frozen=True)
class Named:
    """How the rows of one table are told apart.

    id      the id column.
    letter  begins what is hashed, so that no two tables share an id.
    own     columns that name a row; rows with the same are numbered in the order of the lists.
    again   sets of SQL expressions by which a changed row is known again, the surest first. A set says nothing where one of them is
            null, or where two rows of a snapshot have the same.
    """

    id: str
    letter: str
    own: tuple[str, ...]
    again: tuple[tuple[str, ...], ...]


_AT = ("source_file", "source_sheet", "source_row::VARCHAR")
_POLICY, _BANK = "coalesce(policy_code, '')", "coalesce(bank_text, '')"

NAMED: Mapping[str, Named] = {
    "beneficiaries": Named(
        "record_id",
        "r",
        ("unit", "commune", "policy_code", "number", "name_key", "birth_text"),
        (("unit", _POLICY, "number"), (*_AT, "name_key"), ("unit", _POLICY, "name_key", "birth_text")),
    ),
    "register_matches": Named(
        "match_id", "m", ("number", "name_key", "birth_date", "birth_year"), (("number", "name_key"), ("number",), (*_AT, "name_key"))
    ),
    "accounts": Named(
        "account_id",
        "a",
        ("bank_text", "account_number", "number", "name_key", "birth_date"),
        ((_BANK, "account_number"), (_BANK, "number", "name_key"), (*_AT, "name_key")),
    ),
    "payments": Named(
        "payment_id",
        "y",
        ("period", "number", "name_key", "birth_date", "policy_code"),
        (("period", _POLICY, "number"), (*_AT, "period", "name_key")),
    ),
}
"""Table → how its rows are told apart."""


def named(table: store.Table, relation: str) -> str:
    """Return SQL for the rows of `relation`, lists as they came, with their own ids."""
    rule, place = NAMED[table.name], "source_file, source_sheet, source_row"
    own, columns = ", ".join(rule.own), ", ".join(f"coalesce(r.{column}::VARCHAR, '')" for column in rule.own)
    # Hardly any row has a twin to be told from: only those are numbered, so that whole rows need not be sorted.
    return f"""WITH twins AS (SELECT hash({own}) AS twin FROM {relation} GROUP BY 1 HAVING count(*) > 1),
    numbered AS (
        SELECT {place}, row_number() OVER (PARTITION BY {own} ORDER BY {place}) AS nth FROM {relation} WHERE hash({own}) IN (SELECT twin FROM twins))
    SELECT r.* REPLACE ({ID.format(f"concat_ws('|', '{rule.letter}', {columns}, coalesce(n.nth, 1))")} AS {rule.id})
    FROM {relation} r LEFT JOIN numbered n USING ({place})"""


def kept(con: duckdb.DuckDBPyConnection, table: store.Table, relation: str, before: Path, run: Run) -> str:
    """Return SQL for the rows of `relation` (made by `named`) with the ids they had in the snapshot `before`, where it knows them.

    Leaves the table kept_<table> (own id, id kept) in `con`; `run` executes SQL there.
    """
    rule, pairs = NAMED[table.name], f"kept_{table.name}"
    keys = [rule.id, *(" || '|' || ".join(columns) for columns in rule.again)]
    told = ", ".join([f"{rule.id} AS id", *(f"{key} AS key{number}" for number, key in enumerate(keys))])
    run(con, f"CREATE TEMP TABLE rows_now AS SELECT {told} FROM {relation}")
    run(con, f"CREATE TEMP TABLE rows_before AS SELECT {told} FROM ({store.select(before, table)})")
    run(con, f"CREATE TABLE {pairs} (own VARCHAR, kept VARCHAR)")
    for number in range(len(keys)):
        run(
            con,
            f"INSERT INTO {pairs} SELECT n.id, b.id FROM {_once('now', 'own', number, pairs)} n JOIN {_once('before', 'kept', number, pairs)} b USING (key)",
        )
    run(con, "DROP TABLE rows_now; DROP TABLE rows_before")
    return f"SELECT r.* REPLACE (coalesce(k.kept, r.{rule.id}) AS {rule.id}) FROM {relation} r LEFT JOIN {pairs} k ON k.own = r.{rule.id}"


def _once(when: str, side: str, number: int, pairs: str) -> str:
    """Return SQL for the rows of one snapshot that are not paired yet and alone have their key."""
    return f"""(SELECT key{number} AS key, any_value(id) AS id FROM rows_{when} ANTI JOIN {pairs} ON {pairs}.{side} = rows_{when}.id
        WHERE key{number} IS NOT NULL GROUP BY 1 HAVING count(*) = 1)"""
