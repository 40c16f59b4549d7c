"""The canonical tables: their schema (`tables`), what stands in a store (`standing`), how it is written and queried (`engine`).

One Parquet file per table and unit (`<table>/unit=001/part.parquet`, `unit=none` where no unit is known), queried with
DuckDB. Everything under a store is restricted. The engine is loaded when it is first asked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ansinh.doors import on_first_use
from ansinh.store.standing import earlier, has_findings, has_withheld, part, sign, signature_of, signed, snapshots, told, unsign
from ansinh.store.tables import (
    ACCOUNTS,
    BENEFICIARIES,
    CORRECTIONS,
    FINDINGS,
    LOADS,
    MENDS,
    NO_UNIT,
    OUTCOMES,
    PAYMENTS,
    PERSONS,
    QUARANTINE,
    REGISTER_MATCHES,
    TABLES,
    TYPES,
    WITHHELD,
    Column,
    Table,
    data_model,
)

if TYPE_CHECKING:
    from ansinh.store.engine import BATCH, connect, empty, in_memory, query, select, sql_type, write, write_all

__all__ = [
    "ACCOUNTS",
    "BATCH",
    "BENEFICIARIES",
    "CORRECTIONS",
    "Column",
    "FINDINGS",
    "LOADS",
    "MENDS",
    "NO_UNIT",
    "OUTCOMES",
    "PAYMENTS",
    "PERSONS",
    "QUARANTINE",
    "REGISTER_MATCHES",
    "TABLES",
    "TYPES",
    "Table",
    "WITHHELD",
    "connect",
    "data_model",
    "earlier",
    "empty",
    "has_findings",
    "has_withheld",
    "in_memory",
    "part",
    "query",
    "select",
    "sign",
    "signature_of",
    "signed",
    "snapshots",
    "sql_type",
    "told",
    "unsign",
    "write",
    "write_all",
]

__getattr__ = on_first_use(
    __name__, {"ansinh.store.engine": ("BATCH", "connect", "empty", "in_memory", "query", "select", "sql_type", "write", "write_all")}
)
