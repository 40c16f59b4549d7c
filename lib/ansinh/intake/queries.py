"""Lists from a database: the query's rows become a file of the restricted cache, read like any other.

The address with its credentials comes from the environment or from a file named there; it is never stored, logged or quoted.
Drivers are ADBC's (extra `sql`): PostgreSQL and SQLite.
"""

from __future__ import annotations

import os
import uuid
from contextlib import closing
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from ansinh.campaign import Query

FETCHED = "fetched"
"""Folder of the cache for rows fetched from databases."""
SCHEMES = ("postgresql://", "postgres://", "sqlite:///")


def fetch(query: Query, cache: Path) -> tuple[Path, str]:
    """Run the query and return (file with its rows, "") or (the file's place, why the list is refused and what to do)."""
    target = cache / FETCHED / f"{query.name}.parquet"
    address, refusal = _address(query)
    if not refusal:
        refusal = _written(query, address, target)
    return target, refusal


def _address(query: Query) -> tuple[str, str]:
    found = os.environ.get(query.address_from, "")
    if found.startswith("file:"):
        path = Path(found.removeprefix("file:"))
        if not path.is_file():
            return "", f"sources.queries {query.name}: the file that {query.address_from} names does not exist."
        found = path.read_text(encoding="utf-8").strip()
    if not found:
        return (
            "",
            f"sources.queries {query.name}: the environment variable {query.address_from} is not set. Set it to the database's address.",
        )
    if not found.startswith(SCHEMES):
        return "", f"sources.queries {query.name}: {query.address_from} must begin with {' or '.join(SCHEMES)}."
    return found, ""


def _written(query: Query, address: str, target: Path) -> str:
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name}.{uuid.uuid4().hex}")
    try:
        with closing(_connect(address)) as connection, closing(connection.cursor()) as cursor:
            cursor.execute(query.sql)
            reader = cursor.fetch_record_batch()
            with pq.ParquetWriter(draft, reader.schema, compression="zstd") as writer:
                for batch in reader:
                    writer.write_batch(batch)
        draft.replace(target)
    except ImportError:
        return f"sources.queries {query.name}: the database driver is not installed. Install ansinh with the extra sql."
    except Exception as error:
        # Drivers quote addresses and values in what they say; only the kind of the error is told.
        return f"sources.queries {query.name}: the database refused ({type(error).__name__}). Check the address in {query.address_from} and run the query by hand."
    finally:
        draft.unlink(missing_ok=True)
    return ""


def _connect(address: str) -> Any:
    if address.startswith("sqlite:///"):
        import adbc_driver_sqlite.dbapi

        return adbc_driver_sqlite.dbapi.connect(address.removeprefix("sqlite:///"))
    import adbc_driver_postgresql.dbapi

    return adbc_driver_postgresql.dbapi.connect(address)
