"""A file → its sheets as rows of plain cells. Values are read, never evaluated; what cannot be read is one clear sentence.

Workbooks through calamine (Rust): .xlsx, .xls, .xlsb, .ods. Text through csv: UTF-8, UTF-16, windows-1258, any of , ; tab |.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import python_calamine

from ansinh.errors import SourceError

WORKBOOKS = frozenset({".xlsx", ".xlsm", ".xls", ".xlsb", ".ods"})
TEXTS = frozenset({".csv", ".tsv", ".txt"})
MAX_INFLATED = 2 * 1024**3
"""Bytes a workbook may unpack to; more is a zip bomb, not a list of a district."""
MAX_COLUMNS = 512

Cell = object
Row = list[Cell]


@dataclass(frozen=True)
class Sheet:
    """One sheet: its name ("" for text files), its rows, the format it came in, and whether it was hidden."""

    name: str
    rows: list[Row]
    format: str
    hidden: bool = False


def read_sheets(path: Path) -> Iterator[Sheet]:
    """Yield the sheets of a file; raises SourceError with the remedy when the file cannot be read."""
    ending = path.suffix.lower()
    if ending in WORKBOOKS:
        yield from _workbook(path)
    elif ending in TEXTS:
        yield _text(path)
    else:
        raise SourceError(f"{path.name}: files ending in {ending or 'nothing'} are not lists. Save it as .xlsx or .csv.")


def _workbook(path: Path) -> Iterator[Sheet]:
    _refuse_bomb(path)
    try:
        book = python_calamine.CalamineWorkbook.from_path(str(path))
        for meta in book.sheets_metadata:
            sheet = book.get_sheet_by_name(meta.name)
            if sheet.width > MAX_COLUMNS:
                raise SourceError(f"{path.name}, sheet {meta.name}: {sheet.width} columns. Delete the empty columns beside the list.")
            hidden = meta.visible != python_calamine.SheetVisibleEnum.Visible
            rows: list[Row] = [list(row) for row in sheet.to_python(skip_empty_area=False)]
            yield Sheet(meta.name, rows, path.suffix.lower().lstrip("."), hidden)
    except python_calamine.PasswordError:
        raise SourceError(f"{path.name} is protected by a password. Save it without one.") from None
    except SourceError:
        raise
    except (python_calamine.CalamineError, OSError, ValueError):
        raise SourceError(f"{path.name} is damaged or is no workbook. Open it in Excel and save it again as .xlsx.") from None


def _refuse_bomb(path: Path) -> None:
    if not zipfile.is_zipfile(path):
        return
    with zipfile.ZipFile(path) as archive:
        if sum(item.file_size for item in archive.infolist()) > MAX_INFLATED:
            raise SourceError(f"{path.name} unpacks to more than 2 GiB. Save the list alone in a new workbook.")


def _text(path: Path) -> Sheet:
    data = path.read_bytes()
    encoding = _encoding(data)
    text = data.decode(encoding, errors="replace")
    if "\x00" in text:
        raise SourceError(f"{path.name} is no text file. Save it as .xlsx or as CSV UTF-8.")
    delimiter = _delimiter(text)
    rows: list[Row] = [list(row) for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)]
    named = {"\t": "tab"}.get(delimiter, delimiter)
    return Sheet("", rows, f"csv ({encoding.replace('-sig', '')}, {named})")


def _encoding(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    try:
        data.decode("utf-8-sig")
    except UnicodeDecodeError:
        # TCVN3 and VNI are Latin-1 to the eye; windows-1258 shows itself by its combining tone marks.
        return (
            "windows-1258"
            if any(mark in data for mark in (b"\xcc", b"\xec", b"\xd2", b"\xde", b"\xf2")) and b"\xae" not in data
            else "latin-1"
        )
    return "utf-8-sig"


def _delimiter(text: str) -> str:
    lines = [line for line in text.splitlines()[:50] if line.strip()]
    counts = {sign: sorted(line.count(sign) for line in lines)[len(lines) // 2] if lines else 0 for sign in (",", ";", "\t", "|")}
    return max(counts, key=lambda sign: counts[sign])
