"""From the rows of all files to the canonical tables: ids, persons, and which person an account or a payment is of.

A person is one personal number in the whole city; a record without a usable number is a person of its own. Other lists are
linked by number, else by name and full birth date where exactly one person has them, else by name and birth year in the list's
unit where the beneficiary list has only the year and exactly one person and one line are left over. Ids are hashes: opaque, and the same
in the next snapshot. They are no protection by themselves: the store is restricted.

A row's id is taken from the list as it came (lasting.py), so that it outlives a correction; persons and links are taken from what
is right after corrections.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import duckdb

from ansinh import store
from ansinh.errors import EngineError
from ansinh.intake.corrections import RULE
from ansinh.intake.lasting import ID, NAMED, kept, named

_LINK_NUMBER = """CASE
    WHEN length(number) = 12 AND regexp_full_match(number, '[0-9]+') AND number <> repeat(number[1], 12) THEN number
    WHEN length(number) IN (10, 11) AND regexp_full_match(number, '[0-9]+') THEN lpad(number, 12, '0')
    WHEN length(number) = 9 AND regexp_full_match(number, '[0-9]+') AND number <> repeat(number[1], 9) THEN number
END"""
"""The number rows are linked by. Lost leading zeros are put back for linking only; the stored number stays as given."""

LINKED = (store.REGISTER_MATCHES, store.ACCOUNTS, store.PAYMENTS)
Settle = Callable[[duckdb.DuckDBPyConnection], None]


def link(parts: Sequence[Path], target: Path, settle: Settle | None = None, before: Path | None = None, memory: str = "1GB") -> None:
    """Write the canonical tables of all files' `parts` (folders of staged Parquet) into the store `target`.

    `settle` settles the corrections among them (corrections.settle); it is needed where there are any. `before` is the store of the
    snapshot before this one: rows it knows keep their ids. The engine keeps to `memory` and puts the rest into a temporary folder
    beside the store, which is removed.
    """
    with tempfile.TemporaryDirectory(dir=_made(target.parent), prefix=".link-") as spill:
        con = duckdb.connect(":memory:", config={"memory_limit": memory, "temp_directory": spill, "preserve_insertion_order": "false"})
        _link(con, parts, target, settle, before)
        con.close()


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _link(con: duckdb.DuckDBPyConnection, parts: Sequence[Path], target: Path, settle: Settle | None, before: Path | None) -> None:
    con.execute("SET enable_progress_bar = false")
    written = (store.BENEFICIARIES, *LINKED, store.MENDS, store.QUARANTINE, store.CORRECTIONS)
    for table in written:
        _staged(
            con, table, sorted(str(folder / f"{table.name}.parquet") for folder in parts if (folder / f"{table.name}.parquet").is_file())
        )
    corrected = any((folder / f"{store.CORRECTIONS.name}.parquet").is_file() for folder in parts)
    # Only what is corrected must stand as a table of its own.
    kind = "TABLE" if corrected else "VIEW"
    for table in (store.BENEFICIARIES, *LINKED):
        rows = named(table, f"staged_{table.name}")
        if before:
            _run(con, f"CREATE VIEW named_{table.name} AS {rows}")
            rows = kept(con, table, f"named_{table.name}", before, _run)
        _run(con, f"CREATE {kind} listed_{table.name} AS {rows}")
    if corrected:
        assert settle
        settle(con)
    _run(con, _BENEFICIARIES)
    for table in LINKED:
        _run(con, _linked(table))
    _run(con, _IDS)
    _run(con, _MENDS + (_CORRECTED if corrected else ""))
    _run(
        con,
        "CREATE TABLE quarantine AS SELECT * FROM staged_quarantine" + (" UNION ALL BY NAME SELECT * FROM waiting" if corrected else ""),
    )
    _run(con, f"CREATE TABLE corrections AS {_SETTLED if corrected else store.empty(store.CORRECTIONS)}")
    for table in written:
        columns = ", ".join(f'"{name}"' for name in table.names)
        store.write_all(con, table, f'SELECT {columns} FROM "{table.name}"', target)


def _staged(con: duckdb.DuckDBPyConnection, table: store.Table, files: Sequence[str]) -> None:
    listed = ", ".join("'" + name.replace("'", "''") + "'" for name in files)
    source = f"read_parquet([{listed}])" if files else f"({store.empty(table)})"
    _run(con, f"CREATE VIEW staged_{table.name} AS SELECT * FROM {source}")


def _run(con: duckdb.DuckDBPyConnection, sql: str) -> None:
    try:
        con.execute(sql)
    except duckdb.Error as error:
        raise EngineError(f"The engine could not link the lists ({type(error).__name__}).") from None


_BENEFICIARIES = f"""
CREATE TABLE beneficiaries AS
WITH numbered AS (
    SELECT *, {_LINK_NUMBER} AS link_number,
        row_number() OVER (PARTITION BY name_key, birth_text, commune ORDER BY unit, source_file, source_sheet, source_row) AS nth_nameless
    FROM listed_beneficiaries
)
SELECT * REPLACE (
    CASE WHEN link_number IS NOT NULL THEN {ID.format("'n|' || link_number")}
         ELSE {ID.format("concat_ws('|', 'p', coalesce(name_key, ''), coalesce(birth_text, ''), coalesce(commune, ''), nth_nameless)")} END AS person_id)
FROM numbered
"""


def _linked(table: store.Table) -> str:
    id_column = NAMED[table.name].id
    qualified = ", ".join(f"s.{name}" for name in table.names if name not in (id_column, "person_id", "unit"))
    return f"""
CREATE TABLE {table.name} AS
WITH by_number AS (SELECT link_number, min(person_id) AS person_id FROM beneficiaries WHERE link_number IS NOT NULL GROUP BY link_number),
by_name AS (
    SELECT name_key, birth_date, min(person_id) AS person_id FROM beneficiaries
    WHERE birth_date IS NOT NULL AND name_key IS NOT NULL GROUP BY name_key, birth_date HAVING count(DISTINCT person_id) = 1),
home AS (SELECT person_id, min(unit) AS unit FROM beneficiaries GROUP BY person_id),
first AS (
    SELECT s.*, coalesce(n.person_id, b.person_id) AS first_person, nullif(s.unit, '{store.NO_UNIT}') AS list_unit
    FROM (SELECT *, {_LINK_NUMBER} AS link_number FROM listed_{table.name}) s LEFT JOIN by_number n USING (link_number)
    LEFT JOIN by_name b ON n.person_id IS NULL AND b.name_key = s.name_key AND b.birth_date = s.birth_date),
left_rows AS (
    SELECT list_unit, name_key, birth_year FROM first WHERE first_person IS NULL AND name_key IS NOT NULL AND birth_year IS NOT NULL
    GROUP BY ALL HAVING count(DISTINCT coalesce(link_number, concat_ws('|', source_file, source_sheet, source_row))) = 1),
left_people AS (
    SELECT unit, name_key, birth_year, min(person_id) AS person_id FROM beneficiaries
    WHERE birth_date IS NULL AND birth_year IS NOT NULL AND name_key IS NOT NULL AND person_id NOT IN (SELECT first_person FROM first WHERE first_person IS NOT NULL)
    GROUP BY GROUPING SETS ((unit, name_key, birth_year), (name_key, birth_year)) HAVING count(DISTINCT person_id) = 1),
by_year AS (
    SELECT r.*, p.person_id FROM left_rows r JOIN left_people p ON p.unit IS NOT DISTINCT FROM r.list_unit AND p.name_key = r.name_key AND p.birth_year = r.birth_year),
found AS (
    SELECT f.*, coalesce(f.first_person, y.person_id, '') AS found_person
    FROM first f LEFT JOIN by_year y ON f.first_person IS NULL AND y.list_unit IS NOT DISTINCT FROM f.list_unit AND y.name_key = f.name_key AND y.birth_year = f.birth_year)
SELECT s.{id_column},
    s.found_person AS person_id, coalesce(home.unit, s.unit, '{store.NO_UNIT}') AS unit, {qualified}
FROM found s LEFT JOIN home ON home.person_id = s.found_person
"""


_IDS = """
CREATE VIEW ids AS
    SELECT 'beneficiaries' AS "table", record_id AS id, unit, source_file, source_sheet, source_row FROM beneficiaries
    UNION ALL SELECT 'register_matches', match_id, unit, source_file, source_sheet, source_row FROM register_matches
    UNION ALL SELECT 'accounts', account_id, unit, source_file, source_sheet, source_row FROM accounts
    UNION ALL SELECT 'payments', payment_id, unit, source_file, source_sheet, source_row FROM payments
"""
_MENDS = f"""
CREATE TABLE mends AS
SELECT m.* REPLACE (ids.id AS row_id, coalesce(ids.unit, '{store.NO_UNIT}') AS unit)
FROM staged_mends m
LEFT JOIN ids ON ids."table" = m.kind AND ids.source_file = m.source_file AND ids.source_sheet = m.source_sheet AND ids.source_row = m.source_row
"""
_AT = 'ids."table" = s."table" AND ids.source_file = s.at_file AND ids.source_sheet = s.at_sheet AND ids.source_row = s.at_row'
_CORRECTED = f"""
UNION ALL BY NAME
SELECT s."table" AS kind, ids.id AS row_id, ids.unit, s.field, s.original, s.value, '{RULE}' AS rule, s.source_file, s.source_sheet, s.source_row
FROM corrected s JOIN ids ON {_AT}
"""
_SETTLED = f"SELECT s.* EXCLUDE (unit), coalesce(ids.unit, s.unit) AS unit, ids.id AS row_id FROM settled s LEFT JOIN ids ON {_AT}"
