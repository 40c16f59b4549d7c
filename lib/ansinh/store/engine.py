"""How the canonical tables are written and queried: atomic Parquet, DuckDB views. The engine's own words are never passed on: they quote values."""

from __future__ import annotations

import contextlib
import os
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ansinh.errors import EngineError, NotReady
from ansinh.store.standing import part
from ansinh.store.tables import FINDINGS, LOADS, NO_UNIT, OUTCOMES, PERSONS, TABLES, Table

BATCH = 50_000
"""Rows taken from the engine at a time."""


def write(store: Path, table: Table, frame: pd.DataFrame | pa.Table, unit: str) -> Path:
    """Write one unit's rows of `table`, whole and atomically; the same rows give the same bytes.

    `frame` has the table's columns (missing ones become null, others are refused), rows are sorted by the table's key.
    Returns the file written. Raises EngineError when a column does not fit its type (the message names the column only).
    """
    path = part(store, table, unit)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    try:
        pq.write_table(_arrow(table, frame), temporary, compression="zstd")
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
    return path


def write_all(con: duckdb.DuckDBPyConnection, table: Table, sql: str, store: Path) -> int:
    """Write the rows of the query `sql` as one file per unit; units that have no row any more lose their file.

    Returns the number of rows. Raises EngineError as `write` and `query` do.
    """
    units, rows = set(), 0
    try:
        for unit, part in _by_unit(con, sql):
            write(store, table, part, unit)
            units.add(unit)
            rows += part.num_rows
    except duckdb.Error as error:
        raise EngineError(f"The engine could not make {table.name} ({type(error).__name__}).") from None
    for folder in (store / table.name).glob("unit=*"):
        if folder.name.removeprefix("unit=") not in units:
            (folder / "part.parquet").unlink(missing_ok=True)
            folder.rmdir()
    return rows


def _by_unit(con: duckdb.DuckDBPyConnection, sql: str) -> Iterator[tuple[str, pa.Table]]:
    """Yield (unit, its rows) of a query one unit at a time, so that no more than one unit's rows stand in memory."""
    waiting: list[pa.RecordBatch] = []
    for batch in con.sql(f"SELECT * REPLACE (coalesce(unit, '{NO_UNIT}') AS unit) FROM ({sql}) ORDER BY unit").to_arrow_reader(BATCH):
        column = batch.column(batch.schema.get_field_index("unit"))
        start = 0
        while start < batch.num_rows:
            unit = column[start].as_py()
            stop = start + pc.sum(pc.equal(column, unit)).as_py()
            if waiting and waiting[0].column("unit")[0].as_py() != unit:
                yield waiting[0].column("unit")[0].as_py(), pa.Table.from_batches(waiting)
                waiting = []
            waiting.append(batch.slice(start, stop - start))
            start = stop
    if waiting:
        yield waiting[0].column("unit")[0].as_py(), pa.Table.from_batches(waiting)


def _arrow(table: Table, frame: pd.DataFrame | pa.Table) -> pa.Table:
    given = frame if isinstance(frame, pa.Table) else pa.Table.from_pandas(frame, preserve_index=False)
    unknown = [name for name in given.column_names if name not in table.names]
    if unknown:
        raise EngineError(f"{table.name} has no column {unknown[0]}.")
    arrays = []
    for field in table.schema:
        if field.name not in given.column_names:
            arrays.append(pa.nulls(given.num_rows, field.type))
            continue
        try:
            arrays.append(given.column(field.name).cast(field.type))
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError, pa.ArrowTypeError):
            raise EngineError(f"{table.name}.{field.name}: the values do not fit the type {field.type}.") from None
    whole = pa.Table.from_arrays(arrays, schema=table.schema)
    return whole.sort_by([(name, "ascending") for name in table.key if name in table.names])


def connect(
    store: Path, tables: Iterable[Table] = TABLES.values(), units: Sequence[str] | None = None, memory: str = "", threads: int = 0
) -> duckdb.DuckDBPyConnection:
    """Open an in-memory DuckDB with one view per table of the store; `units` narrows them to those units' files.

    A table nobody has written yet is an empty view. Limits: `memory` such as "2GB", `threads` a count; 0 leaves both to DuckDB.
    Raises NotReady when the store does not exist.
    """
    if not store.is_dir():
        raise NotReady(f"There are no data for {store.name} yet. Run `ansinh intake` first.")
    con = duckdb.connect(":memory:", config={"threads": threads} if threads else {})
    con.execute("SET preserve_insertion_order = true")
    # In a Jupyter kernel without ipywidgets DuckDB refuses the setting, and then has no bar to show.
    with contextlib.suppress(duckdb.InvalidInputException):
        con.execute("SET enable_progress_bar = false")
    if memory:
        # What does not fit goes to the restricted store, never to a folder the engine chooses.
        spill = (store / ".spill").as_posix().replace("'", "''")
        con.execute(f"SET memory_limit = '{memory}'; SET temp_directory = '{spill}'")
    for table in tables:
        con.execute(f'CREATE VIEW "{table.name}" AS {select(store, table, units)}')
    return con


def in_memory(store: Path) -> duckdb.DuckDBPyConnection:
    """Open the judged tables as `connect` does, read once into memory, one thread: for many small questions, which threads only delay."""
    con = connect(store, threads=1)
    for table in (PERSONS, FINDINGS, OUTCOMES):
        con.execute(f'CREATE TEMP TABLE "read {table.name}" AS SELECT * FROM "{table.name}"')
        con.execute(f'CREATE OR REPLACE VIEW "{table.name}" AS SELECT * FROM "read {table.name}"')
    return con


def select(store: Path, table: Table, units: Sequence[str] | None = None) -> str:
    """Return SQL for the table's rows of a store, of `units` alone where given; no rows where nobody has written any.

    A column that an earlier version of this software did not write is null.
    """
    if units is None:
        files = sorted((store / table.name).glob("unit=*/part.parquet"))
    else:
        files = [path for path in (part(store, table, unit) for unit in units_read(table, units)) if path.is_file()]
    if not files:
        return empty(table)
    listed = ", ".join("'" + path.as_posix().replace("'", "''") + "'" for path in files)
    found = f"SELECT * FROM read_parquet([{listed}], hive_partitioning = false)"
    whole = {*table.names} <= {*pq.read_schema(files[0]).names}
    return found if whole else f"{empty(table)} UNION ALL BY NAME {found}"


def units_read(table: Table, units: Sequence[str]) -> list[str]:
    """Return whose files of a table are read for `units`: of LOADS also those of no unit, lists that hold everybody's rows."""
    return [*units, NO_UNIT] if table is LOADS else [*units]


def empty(table: Table) -> str:
    """Return SQL for the table without rows."""
    columns = ", ".join(f'NULL::{_SQL[column.type]} AS "{column.name}"' for column in table.columns)
    return f"SELECT {columns} WHERE false"


_SQL = {"text": "VARCHAR", "integer": "BIGINT", "number": "DOUBLE", "boolean": "BOOLEAN", "date": "DATE", "time": "TIMESTAMP_S"}


def sql_type(table: Table, column: str) -> str:
    """Return the engine's type of one column; raises KeyError when the table has no such column."""
    return _SQL[{found.name: found.type for found in table.columns}[column]]


def query(
    con: duckdb.DuckDBPyConnection, sql: str, parameters: Sequence[object] | Mapping[str, object] | None = None, what: str = "a query"
) -> pd.DataFrame:
    """Run `sql` and return its rows as pandas (text as str, integers as Int64 where null occurs).

    Raises EngineError naming `what`, never the engine's own message, which may quote a person's value.
    """
    try:
        return con.execute(sql, parameters or []).df()
    except duckdb.Error as error:
        raise EngineError(f"The engine could not run {what} ({type(error).__name__}).") from None
