"""Say how a file is understood, before anything is loaded."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from ansinh.campaign import KINDS, Campaign, Workspace
from ansinh.errors import SourceError, UserError
from ansinh.identity.banks import Banks
from ansinh.intake import values
from ansinh.intake.below import Below
from ansinh.intake.columns import used_fields
from ansinh.intake.files import refuse_returned
from ansinh.intake.headings import Headings, Table, find_table
from ansinh.intake.notices import notes
from ansinh.intake.places import Places
from ansinh.intake.records import SheetReader
from ansinh.intake.sheets import Sheet, read_sheets
from ansinh.intake.words import Words

SHOWN = 3
"""Values shown per column, masked."""


def explain(path: Path, workspace: Workspace, campaign: Campaign) -> str:
    """Return what would be understood of a file: kind, sheet, heading rows, column → field, rows, a few masked values.

    The kind is the one whose pattern in the campaign's sources names the file, else the one that reads most of its columns.
    Raises SourceError when the file cannot be read or holds no list of a known kind.
    """
    if not path.is_file():
        raise SourceError(f"There is no file {path.name}. Check the path.")
    headings = Headings.read(workspace.params / "headings.yml")
    places, banks = Places(workspace, campaign), Banks.read(workspace.params / "banks.csv")
    words = Words.read(workspace.params / "values.yml")
    relative, kinds = _named(path, workspace, campaign)
    lines = []
    for sheet in read_sheets(path):
        found = [(kind, table) for kind in kinds if (table := find_table(sheet, kind, headings, f"{path.name}, {sheet.name or 'file'}"))]
        if not found:
            lines.append(f"sheet {sheet.name or '(the file)'} ({sheet.format}): no list, left alone")
            continue
        kind, table = max(found, key=lambda item: len(used_fields(item[0], item[1].columns) & item[1].columns.keys()))
        refuse_returned(kind, table, path.name)
        lines += _sheet(sheet, table, SheetReader(kind, relative, campaign, places, banks, words), headings)
    if not any(line.startswith("  unit:") for line in lines):
        raise SourceError(
            f"{path.name}: no list was found. Its headings must name at least the person and one more field of params/headings.yml."
        )
    return "\n".join(lines)


def campaign_of(path: Path, workspace: Workspace) -> Campaign | None:
    """Return the campaign whose sources folder holds a file, the innermost folder's; None when it lies in none, or in one of several campaigns."""
    holding: dict[Path, list[Campaign]] = {}
    for file in sorted((workspace.params / "campaigns").glob("*.yml")):
        try:
            campaign = workspace.campaign(file.stem)
        except UserError:
            continue  # what is wrong with another campaign's file is told when that one is asked for
        folder = workspace.sources(campaign).resolve()
        if folder in path.resolve().parents:
            holding.setdefault(folder, []).append(campaign)
    innermost = max(holding, key=lambda folder: len(folder.parts), default=None)
    found = holding[innermost] if innermost else []
    return found[0] if len(found) == 1 else None


def _named(path: Path, workspace: Workspace, campaign: Campaign) -> tuple[PurePosixPath, tuple[str, ...]]:
    """Return the file's name as a load would tell it, and the kinds of list it may be."""
    folder = workspace.sources(campaign).resolve()
    if folder not in path.resolve().parents:
        return PurePosixPath(path.name), KINDS
    kinds = tuple(kind for kind in KINDS if any(path.resolve() in set(folder.glob(pattern)) for pattern in campaign.sources.patterns(kind)))
    return PurePosixPath(path.resolve().relative_to(folder).as_posix()), kinds or KINDS


def _sheet(sheet: Sheet, table: Table, reader: SheetReader, headings: Headings) -> list[str]:
    read = kept = held = mended = 0
    for got in reader.read(sheet, table):
        read, kept = read + got.read, kept + got.rows.num_rows
        held, mended = held + got.quarantine.num_rows, mended + got.mends.num_rows
    rows = " and ".join(str(row + 1) for row in table.heading_rows)
    lines = [
        f"sheet {sheet.name or '(the file)'} ({sheet.format}): {reader.kind}",
        f"  unit: {reader.unit or 'not named by the file'}; headings in row {rows}; data from row {table.first + 1}",
        f"  rows: {read} read = {kept} kept + {held} quarantined; {mended} values mended",
        *(f"  could not be read: {', '.join(map(str, unread))}" for unread in [reader.unread.told()] if unread),
        *(f"  {note}" for note in notes(sheet, table, reader, headings)),
    ]
    used = used_fields(reader.kind, table.columns)
    below = Below(table, [sheet.rows[row] for row in table.heading_rows])
    data = [row for _, row, _ in below.data(table.first, sheet.rows[table.first :])]
    for name, column in table.columns.items():
        filled = [row[column] for row in data if column < len(row) and row[column] not in (None, "")]
        shown = [_masked(values.plain(cell)) for cell in filled[:SHOWN]]
        meaning = name if name in used else f"kept as extra ({name} is not read from this kind of list)"
        lines.append(f"  «{table.texts[name]}» → {meaning}: {', '.join(shown) or '(empty)'}")
    return lines + [f"  «{text}» → kept as extra" for text in table.extra]


def _masked(text: str) -> str:
    """Return the shape of a value: letters become x, digits 9."""
    return "".join("9" if sign.isdigit() else "x" if sign.isalpha() else sign for sign in text)
