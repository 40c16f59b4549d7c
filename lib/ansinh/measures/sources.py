"""Where the figures come from: files, rows read = rows kept + rows quarantined. Rows are no persons, so nothing is withheld."""

from __future__ import annotations

from ansinh.campaign import KINDS
from ansinh.disclosure import Counts
from ansinh.measures.scope import Scope
from ansinh.store import NO_UNIT

COMMON = f"unit = '{NO_UNIT}'"
"""SQL condition of files that name no unit."""


def reconciliation(scope: Scope) -> Counts:
    """Return per kind of list: files, refused files, rows read, kept and quarantined.

    For a unit: the files that name it, and (`common`) those that name no unit, which hold everybody's rows.
    """
    frame = scope.query(
        f"""SELECT kind, {COMMON} AS common, count(DISTINCT source_file) AS files, count(DISTINCT source_file) FILTER (status = 'refused') AS refused,
            sum(rows_read)::BIGINT AS rows_read, sum(rows_kept)::BIGINT AS rows_kept, sum(rows_quarantined)::BIGINT AS rows_quarantined
        FROM loads WHERE {scope.where_files} OR {COMMON} GROUP BY 1, 2""",
        "the reconciliation",
    )
    columns = ("files", "refused", "rows_read", "rows_kept", "rows_quarantined")
    if scope.unit is None:
        frame = frame.groupby("kind", as_index=False)[list(columns)].sum().assign(common=False)
    frame["at"] = frame["kind"].map({kind: at for at, kind in enumerate(KINDS)})
    rows = frame.sort_values(["at", "common"]).drop(columns="at").astype(dict.fromkeys(columns, "int64")).reset_index(drop=True)
    return Counts(rows, ("kind", "common"), dict.fromkeys(columns), unit="rows", open=frozenset(columns))


def reasons(scope: Scope) -> Counts:
    """Return quarantined rows by reason, as a commune clerk reads it."""
    frame = scope.query(
        f"SELECT kind, reason_text, count(*) AS rows FROM quarantine WHERE {scope.where_files} GROUP BY ALL ORDER BY 3 DESC, 1, 2",
        "reasons of quarantine",
    )
    return Counts(frame, ("kind", "reason_text"), {"rows": None}, unit="rows", open=frozenset({"rows"}))


def refused(scope: Scope) -> list[tuple[str, str]]:
    """Return (file, kind of list) of the source files that could not be read at all."""
    frame = scope.query(
        f"SELECT DISTINCT source_file, kind FROM loads WHERE ({scope.where_files} OR {COMMON}) AND status = 'refused' ORDER BY 1",
        "refused files",
    )
    return list(zip(frame["source_file"], frame["kind"], strict=True))
