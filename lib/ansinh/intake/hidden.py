"""Which sheets of an .xlsx file have hidden rows or columns: they are read like all others, and it is said."""

from __future__ import annotations

import posixpath
import re
import zipfile
from pathlib import Path
from xml.etree import ElementTree

LIMIT = 8 << 20
"""The workbook's own parts are small; a larger one is not looked into."""
CHUNK = 1 << 20
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_REL = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_ROW = re.compile(rb"<row\b[^>]*\shidden=\"(?:1|true)\"")
_COLUMN = re.compile(rb"<col\b[^>]*\shidden=\"(?:1|true)\"")


def hidden_parts(path: Path) -> dict[str, str]:
    """Return sheet name → what is hidden in it, in words; nothing for other kinds of workbook."""
    if path.suffix.lower() not in {".xlsx", ".xlsm"} or not zipfile.is_zipfile(path):
        return {}
    with zipfile.ZipFile(path) as archive:
        try:
            parts = _sheets(archive)
        except (KeyError, ElementTree.ParseError, zipfile.BadZipFile):
            return {}
        return {name: told for name, part in parts.items() if (told := _told(archive, part))}


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


def _told(archive: zipfile.ZipFile, part: str) -> str:
    rows = columns = 0
    if part not in archive.namelist():
        return ""
    with archive.open(part) as file:
        kept = b""
        while chunk := file.read(CHUNK):
            # A tag may stand across two chunks: what follows the last "<" waits for the next.
            data = kept + chunk
            cut = data.rfind(b"<")
            data, kept = data[:cut], data[cut:]
            rows += len(_ROW.findall(data))
            columns += len(_COLUMN.findall(data))
    words = [f"{count} hidden {name}{'s' if count > 1 else ''}" for count, name in ((rows, "row"), (columns, "column group")) if count]
    return " and ".join(words)
