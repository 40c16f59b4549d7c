"""What intake changed and what it held back, for the auditor: counts for the screen, and whole lists for the restricted folder."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import duckdb
import pandas as pd
import xlsxwriter

from ansinh import store
from ansinh.campaign import KIND_WORDS, Campaign, Workspace

SHEET_ROWS = 1_000_000
"""Rows of a sheet of a list; the rest goes on the next sheet."""
CELLS = "cells"
"""The column with the original cells of a row held back."""
WIDTH = 18
"""Letters a column of a list is wide."""
HEADS = 200
"""Headings of files that get a column of their own; what stands under others is joined in the last one."""
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
    """Write every mended value or every row held back, with file, sheet, row and original, as a workbook in the restricted data folder.

    Headings are Vietnamese; a row held back has its cells in columns of their own, under the headings of its file.
    """
    rows = _ask(workspace, campaign, _LISTED[what], what, units)
    folder = workspace.data(campaign) / "lists"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{what}-{campaign.as_of.isoformat()}{''.join(f'-{unit}' for unit in units)}.xlsx"
    rows["kind"] = rows["kind"].map(KIND_WORDS).fillna(rows["kind"])
    rows = rows.rename(columns={column.name: column.meaning_vi for column in store.TABLES[what].columns if column.name != CELLS})
    if what == "quarantine":
        rows = _spread(rows)
    # Cells of lists may begin with "=": they are written as texts, and stay texts.
    safe = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(str(path), safe) as book:
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        for start in range(0, max(len(rows), 1), SHEET_ROWS):
            part = rows.iloc[start : start + SHEET_ROWS]
            sheet = book.add_worksheet()
            sheet.freeze_panes(1, 0)
            sheet.set_column(0, len(rows.columns) - 1, WIDTH)
            sheet.write_row(0, 0, list(rows.columns), bold)
            for at, values in enumerate(part.itertuples(index=False), 1):
                sheet.write_row(at, 0, ["" if pd.isna(value) else value for value in values])
            sheet.autofilter(0, 0, len(part), len(rows.columns) - 1)
    return path


def _spread(rows: pd.DataFrame) -> pd.DataFrame:
    """Give the original cells columns of their own: one for each heading, in the order in which files have them."""
    cells = [json.loads(text) for text in rows[CELLS]]
    heads = list(dict.fromkeys(head for row in cells for head in row))
    shown, rest = heads[:HEADS], heads[HEADS:]
    spread = {f"{head} (của tệp)" if head in rows.columns else head: [row.get(head, "") for row in cells] for head in shown}
    if rest:
        spread["Các cột khác của tệp"] = ["; ".join(f"{head}: {row[head]}" for head in rest if row.get(head)) for row in cells]
    return pd.concat([rows.drop(columns=CELLS), pd.DataFrame(spread, index=rows.index)], axis=1)


def _ask(workspace: Workspace, campaign: Campaign, sql: str, what: str, units: Sequence[str]) -> pd.DataFrame:
    con: duckdb.DuckDBPyConnection = store.connect(workspace.store(campaign, campaign.as_of), [store.TABLES[what]])
    where = "WHERE unit IN (SELECT unnest($units))" if units else ""
    return store.query(con, sql.format(where=where), {"units": list(units)} if units else None, what)
