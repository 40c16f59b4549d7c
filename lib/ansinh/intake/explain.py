"""Say how a file is understood, before anything is loaded."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from ansinh.campaign import KINDS, Campaign, Workspace
from ansinh.errors import SourceError
from ansinh.identity.banks import Banks
from ansinh.intake.headings import Headings, Table, find_table
from ansinh.intake.places import Places
from ansinh.intake.records import SheetReader
from ansinh.intake.sheets import Sheet, read_sheets

SHOWN = 3
"""Values shown per column, masked."""


def explain(path: Path, workspace: Workspace, campaign: Campaign) -> str:
    """Return what would be understood of a file: kind, sheet, heading rows, column → field, rows, a few masked values.

    Raises SourceError when the file cannot be read or holds no list of a known kind.
    """
    if not path.is_file():
        raise SourceError(f"There is no file {path.name}. Check the path.")
    headings = Headings.read(workspace.params / "headings.yml")
    places, banks = Places(workspace, campaign), Banks.read(workspace.params / "banks.csv")
    lines = []
    for sheet in read_sheets(path):
        for kind in reversed(KINDS):  # a returned worklist looks like a list of persons too
            table = find_table(sheet, kind, headings, f"{path.name}, {sheet.name or 'file'}")
            if table is not None:
                reader = SheetReader(kind, PurePosixPath(path.name), campaign, places, banks)
                lines += _sheet(sheet, kind, table, reader)
                break
    if not lines:
        raise SourceError(
            f"{path.name}: no list was found. Its headings must name at least the person and one more field of params/headings.yml."
        )
    return "\n".join(lines)


def _sheet(sheet: Sheet, kind: str, table: Table, reader: SheetReader) -> list[str]:
    blocks = list(reader.read(sheet, table))
    read, kept, held, mended = (
        sum(found) for found in zip(*((got.read, len(got.rows), len(got.quarantine), len(got.mends)) for got in blocks), strict=True)
    )
    rows = " and ".join(str(row + 1) for row in table.heading_rows)
    lines = [
        f"sheet {sheet.name or '(the file)'} ({sheet.format}{f', {sheet.hidden}, read all the same' if sheet.hidden else ''}): {kind}",
        f"  unit: {reader.unit or 'not named by the file'}; headings in row {rows}; data from row {table.first + 1}",
        f"  rows: {read} read = {kept} kept + {held} quarantined; {mended} values mended",
    ]
    for name, column in table.columns.items():
        shown = [_masked(row[column]) for row in sheet.rows[table.first : table.first + SHOWN] if column < len(row)]
        lines.append(f"  «{table.texts[name]}» → {name}: {', '.join(shown)}")
    return lines + [f"  «{text}» → kept as extra" for text in table.extra]


def _masked(cell: object) -> str:
    """Return the shape of a value: letters become x, digits 9."""
    return "".join("9" if sign.isdigit() else "x" if sign.isalpha() else sign for sign in str(cell)) or "(empty)"
