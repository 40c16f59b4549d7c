"""Where the figures come from: files, rows read = rows kept + rows quarantined. Rows are no persons, so nothing is withheld."""

from __future__ import annotations

from ansinh.campaign import KINDS
from ansinh.disclosure import Counts
from ansinh.measures.scope import Scope


def reconciliation(scope: Scope) -> Counts:
    """Return per kind of list: files, refused files, rows read, kept and quarantined; for a unit, the files that name it."""
    frame = scope.query(
        f"""SELECT kind, count(DISTINCT source_file) AS files, count(DISTINCT source_file) FILTER (status = 'refused') AS refused,
            sum(rows_read)::BIGINT AS rows_read, sum(rows_kept)::BIGINT AS rows_kept, sum(rows_quarantined)::BIGINT AS rows_quarantined
        FROM loads WHERE {scope.where_files} GROUP BY 1""",
        "the reconciliation",
    ).set_index("kind")
    rows = frame.reindex([kind for kind in KINDS if kind in frame.index]).astype("int64").reset_index()
    columns = ("files", "refused", "rows_read", "rows_kept", "rows_quarantined")
    return Counts(rows, ("kind",), dict.fromkeys(columns), unit="rows", open=frozenset(columns))


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
        f"SELECT DISTINCT source_file, kind FROM loads WHERE {scope.where_files} AND status = 'refused' ORDER BY 1", "refused files"
    )
    return list(zip(frame["source_file"], frame["kind"], strict=True))
