"""What intake changed and what it held back, for the auditor: counts for the screen, and whole lists for the restricted folder."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb
import pandas as pd
import xlsxwriter

from ansinh import store
from ansinh.campaign import Campaign, Workspace

SHEET_ROWS = 1_000_000
"""Rows of a sheet of a list; the rest goes on the next sheet."""
_LISTED = {
    "mends": "SELECT kind, source_file, source_sheet, source_row, field, original, value, rule, confidence FROM mends {where} ORDER BY ALL",
    "quarantine": "SELECT kind, source_file, source_sheet, source_row, reason_text, cells FROM quarantine {where} ORDER BY ALL",
}
_COUNTED = {
    "mends": "SELECT kind, field, rule, count(*) AS count, min(confidence) AS least_confidence FROM mends {where} GROUP BY ALL ORDER BY ALL",
    "quarantine": "SELECT kind, reason_text, count(*) AS count FROM quarantine {where} GROUP BY ALL ORDER BY ALL",
}
WHAT = tuple(_LISTED)


def counts(workspace: Workspace, campaign: Campaign, what: str, units: Sequence[str] = ()) -> pd.DataFrame:
    """Return how many values were mended by which rule ("mends") or rows held back for which reason ("quarantine"); no value of a list.

    `units` narrows to those units. Raises NotReady before the first intake.
    """
    return _ask(workspace, campaign, _COUNTED[what], what, units)


def write_list(workspace: Workspace, campaign: Campaign, what: str, units: Sequence[str] = ()) -> Path:
    """Write every mended value or every row held back, with file, sheet, row and original, as a workbook in the restricted data folder."""
    rows = _ask(workspace, campaign, _LISTED[what], what, units)
    folder = workspace.data(campaign) / "lists"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{what}-{campaign.as_of.isoformat()}{''.join(f'-{unit}' for unit in units)}.xlsx"
    # Cells of lists may begin with "=": they are written as texts, and stay texts.
    safe = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(str(path), safe) as book:
        for start in range(0, max(len(rows), 1), SHEET_ROWS):
            sheet = book.add_worksheet()
            sheet.write_row(0, 0, list(rows.columns))
            for at, values in enumerate(rows.iloc[start : start + SHEET_ROWS].itertuples(index=False), 1):
                sheet.write_row(at, 0, ["" if pd.isna(value) else value for value in values])
    return path


def _ask(workspace: Workspace, campaign: Campaign, sql: str, what: str, units: Sequence[str]) -> pd.DataFrame:
    con: duckdb.DuckDBPyConnection = store.connect(workspace.store(campaign, campaign.as_of), [store.TABLES[what]])
    where = "WHERE unit IN (SELECT unnest($units))" if units else ""
    return store.query(con, sql.format(where=where), {"units": list(units)} if units else None, what)
