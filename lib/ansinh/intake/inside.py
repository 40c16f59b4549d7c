"""What the parts of a workbook say before a reader opens it: how far each sheet reaches, and what of it is hidden.

A reader lays a sheet out as a rectangle from its first to its last cell. One stray cell at the far corner of an .xlsx file of
5 kB would ask for 550 GB and end the process, so how far cells really reach is looked up first (what a part declares may lie).
Hidden rows and columns are read like all others, and it is said.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from ansinh.errors import SourceError
from ansinh.intake.extent import CHUNK, ods_extent, pieces, xlsb_extent

MAX_INFLATED = 2 * 1024**3
"""Bytes a workbook may unpack to; more is a zip bomb, not a list of a district."""
MAX_COLUMNS = 512
MAX_CELLS = 50_000_000
"""Cells of a sheet's rectangle, empty ones included: 32 bytes each while it is read."""
LIMIT = 8 << 20
"""The workbook's own parts are small; a larger one is not looked into."""
DEFLATED = 1032
"""How many times its size a deflated part can at most become."""

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_REL = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_HIDDEN_ROW = re.compile(rb"<(?:\w+:)?row\b[^>]*\shidden=[\"'](?:1|true)[\"']")
_HIDDEN_COLUMN = re.compile(rb"<(?:\w+:)?col\b[^>]*\shidden=[\"'](?:1|true)[\"']")
_REACH = re.compile(rb"\sr=[\"'](?:0*(\d+)[\"']|([A-Za-z]{2,})0*(\d*)|[A-Za-z]0*(\d{5,})[\"'])")
"""A row's number; the letters and row of a cell beyond column Z; the row of a cell far down. Told in one pass: it takes as long as reading."""


@dataclass
class Part:
    """One sheet as its part tells it: the furthest row and column (counted from 1; columns up to 26 are not told apart), what is hidden."""

    rows: int = 0
    columns: int = 26
    hidden: str = ""


def look_inside(path: Path) -> dict[str, str]:
    """Return sheet name → what is hidden in it, in words; raises SourceError for a workbook too large to be laid out.

    Hidden parts are known for .xlsx; .ods and .xlsb are looked through for their size only.
    """
    if not zipfile.is_zipfile(path):
        return {}
    with zipfile.ZipFile(path) as archive:
        _refuse_bomb(path, archive)
        names = set(archive.namelist())
        if "content.xml" in names:
            _refuse_vast(path, "", *ods_extent(archive))
        elif "xl/workbook.bin" in names:
            for part in sorted(name for name in names if name.startswith("xl/worksheets/") and name.endswith(".bin")):
                _refuse_vast(path, "", *xlsb_extent(archive, part))
        elif "xl/workbook.xml" in names:
            return _xlsx(path, archive)
    return {}


def _refuse_bomb(path: Path, archive: zipfile.ZipFile) -> None:
    items = archive.infolist()
    if sum(item.file_size for item in items) > MAX_INFLATED:
        raise SourceError(f"{path.name} unpacks to more than 2 GiB. Save the list alone in a new workbook.")
    # A size that is declared too small shows when the part is read to its end: its checksum is wrong.
    if sum(item.compress_size for item in items) * DEFLATED > MAX_INFLATED:
        for item in items:
            if item.compress_size * DEFLATED > item.file_size * 4:
                with archive.open(item) as part:
                    while part.read(CHUNK):
                        pass


def _refuse_vast(path: Path, sheet: str, rows: int, columns: int) -> None:
    where = f"{path.name}, sheet {sheet}" if sheet else path.name
    if columns > MAX_COLUMNS:
        raise SourceError(f"{where}: {columns} columns. Delete the empty columns beside the list.")
    if rows * columns > MAX_CELLS:
        raise SourceError(f"{where}: reaches to row {rows} of {columns} columns. Delete the empty rows and columns around the list.")


def _xlsx(path: Path, archive: zipfile.ZipFile) -> dict[str, str]:
    try:
        sheets = _sheets(archive)
    except (KeyError, ElementTree.ParseError):
        sheets = {}
    parts = {part: name for name, part in sheets.items()}
    told = {}
    for item in archive.namelist():
        if re.match(r"xl/worksheets/[^/]+\.xml$", item) or item in parts:
            part, name = _read(archive, item), parts.get(item, "")
            _refuse_vast(path, name, part.rows, part.columns)
            if name and part.hidden:
                told[name] = part.hidden
    return told


def _sheets(archive: zipfile.ZipFile) -> dict[str, str]:
    """Return sheet name → its part in the archive."""
    targets = {
        item.get("Id", ""): posixpath.normpath(posixpath.join("xl", item.get("Target", "").lstrip("/").removeprefix("xl/")))
        for item in _tree(archive, "xl/_rels/workbook.xml.rels")
    }
    return {
        item.get("name", ""): targets[item.get(_REL, "")]
        for item in _tree(archive, "xl/workbook.xml").iter(f"{_MAIN}sheet")
        if item.get(_REL, "") in targets
    }


def _tree(archive: zipfile.ZipFile, part: str) -> ElementTree.Element:
    if archive.getinfo(part).file_size > LIMIT:
        raise KeyError(part)
    data = archive.read(part)
    # A workbook declares no entities; whoever does means mischief, and is not parsed.
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise KeyError(part)
    return ElementTree.fromstring(data)


def _read(archive: zipfile.ZipFile, part: str) -> Part:
    """Go through a sheet's part once, never holding more than a piece of it."""
    found = Part()
    hidden_rows = hidden_columns = 0
    for data in pieces(archive, part):
        if b"hidden=" in data:
            hidden_rows += len(_HIDDEN_ROW.findall(data))
            hidden_columns += len(_HIDDEN_COLUMN.findall(data))
        for row, letters, *rows in _REACH.findall(data):
            found.rows = max(found.rows, *(int(text[:9]) for text in (row, *rows) if text), 0)
            if letters:
                found.columns = max(found.columns, _number(letters))
    words = [
        f"{count} hidden {name}{'s' if count > 1 else ''}"
        for count, name in ((hidden_rows, "row"), (hidden_columns, "column group"))
        if count
    ]
    found.hidden = " and ".join(words)
    return found


def _number(letters: bytes) -> int:
    number = 0
    for letter in letters[:8].upper():
        number = number * 26 + letter - 64
    return number
