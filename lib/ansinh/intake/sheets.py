"""A file → its sheets as blocks of plain cells. Values are read, never evaluated; what cannot be read is one clear sentence.

Workbooks through calamine (Rust): .xlsx, .xls, .xlsb, .ods. Text through csv: UTF-8, UTF-16, windows-1258, any of , ; tab |.
Parquet through pyarrow. Rows come block by block, so that a long list never stands in memory as Python objects whole.
"""

from __future__ import annotations

import codecs
import csv
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path
from typing import TextIO

import pyarrow.parquet as pq
import python_calamine
from pyarrow import ArrowException

from ansinh.errors import SourceError
from ansinh.intake.hidden import hidden_parts

WORKBOOKS = frozenset({".xlsx", ".xlsm", ".xls", ".xlsb", ".ods"})
TEXTS = frozenset({".csv", ".tsv", ".txt"})
TABLES = frozenset({".parquet"})
MAX_INFLATED = 2 * 1024**3
"""Bytes a workbook may unpack to; more is a zip bomb, not a list of a district."""
MAX_COLUMNS = 512
BLOCK = 20_000
"""Rows of a block."""
CHUNK = 1 << 20

Cell = object
Row = list[Cell]


@dataclass(frozen=True)
class Sheet:
    """One sheet: its name ("" for text files), its first rows, the rows after them, its format, and what of it was hidden.

    rows     the first block; headings are looked for here.
    rest     the rows that follow; may be gone through once.
    hidden   "" or what is hidden, in words: all of it is read.
    """

    name: str
    rows: list[Row]
    format: str
    rest: Iterable[Row] = field(default=())
    hidden: str = ""

    def blocks(self, first: int) -> Iterator[tuple[int, list[Row]]]:
        """Yield (index of its first row, rows) from row `first` on, block by block."""
        yield first, self.rows[first:]
        start, rest = len(self.rows), iter(self.rest)
        while block := list(islice(rest, BLOCK)):
            yield start, block
            start += len(block)


def read_sheets(path: Path) -> Iterator[Sheet]:
    """Yield the sheets of a file; raises SourceError with the remedy when the file cannot be read."""
    ending = path.suffix.lower()
    if ending in WORKBOOKS:
        yield from _workbook(path)
    elif ending in TEXTS:
        yield from _text(path)
    elif ending in TABLES:
        yield _parquet(path)
    else:
        raise SourceError(f"{path.name}: files ending in {ending or 'nothing'} are not lists. Save it as .xlsx or .csv.")


def _sheet(name: str, rows: Iterable[Row], format: str, hidden: str = "") -> Sheet:
    later = iter(rows)
    return Sheet(name, list(islice(later, BLOCK)), format, later, hidden)


def _workbook(path: Path) -> Iterator[Sheet]:
    _refuse_bomb(path)
    form = path.suffix.lower().lstrip(".")
    try:
        hidden = hidden_parts(path)
        book = python_calamine.CalamineWorkbook.from_path(str(path))
        for meta in book.sheets_metadata:
            if meta.typ != python_calamine.SheetTypeEnum.WorkSheet:
                continue
            sheet = book.get_sheet_by_name(meta.name)
            if sheet.width > MAX_COLUMNS:
                raise SourceError(f"{path.name}, sheet {meta.name}: {sheet.width} columns. Delete the empty columns beside the list.")
            # Rows come with those above the first filled one, but without the empty columns left of it.
            left: Row = [""] * sheet.start[1] if sheet.start else []
            rows = ([*left, *row] for row in sheet.iter_rows())
            told = "hidden sheet" if meta.visible != python_calamine.SheetVisibleEnum.Visible else hidden.get(meta.name, "")
            yield _sheet(meta.name, rows, form, told)
    except python_calamine.PasswordError:
        raise SourceError(f"{path.name} is protected by a password. Save it without one.") from None
    except SourceError:
        raise
    except (python_calamine.CalamineError, OSError, ValueError, zipfile.BadZipFile):
        raise SourceError(f"{path.name} is damaged or is no workbook. Open it in Excel and save it again as .xlsx.") from None


def _refuse_bomb(path: Path) -> None:
    if not zipfile.is_zipfile(path):
        return
    with zipfile.ZipFile(path) as archive:
        if sum(item.file_size for item in archive.infolist()) > MAX_INFLATED:
            raise SourceError(f"{path.name} unpacks to more than 2 GiB. Save the list alone in a new workbook.")


def _text(path: Path) -> Iterator[Sheet]:
    encoding = _encoding(path)
    with path.open(encoding=encoding, errors="replace", newline="") as file:
        first = file.read(CHUNK)
        if "\x00" in first:
            raise SourceError(f"{path.name} is no text file. Save it as .xlsx or as CSV UTF-8.")
        delimiter = _delimiter(first)
        file.seek(0)
        named = {"\t": "tab"}.get(delimiter, delimiter)
        yield _sheet("", _lines(file, delimiter, path), f"csv ({encoding.replace('-sig', '')}, {named})")


def _lines(file: TextIO, delimiter: str, path: Path) -> Iterator[Row]:
    try:
        for row in csv.reader(file, delimiter=delimiter):
            if len(row) > MAX_COLUMNS:
                raise SourceError(f"{path.name}: {len(row)} columns. Delete the empty columns beside the list.")
            yield list(row)
    except csv.Error:
        raise SourceError(f"{path.name} has a cell that never ends. Look for a quotation mark without its partner.") from None


def _parquet(path: Path) -> Sheet:
    try:
        file = pq.ParquetFile(path)
    except (ArrowException, OSError):
        raise SourceError(f"{path.name} is damaged or is no Parquet file. Write it again.") from None
    heading: Row = list(file.schema_arrow.names)
    rows = ([*row.values()] for batch in file.iter_batches(BLOCK) for row in batch.to_pylist())
    return _sheet("", chain([heading], rows), "parquet")


def _encoding(path: Path) -> str:
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        first = file.read(CHUNK)
        if first.startswith((b"\xff\xfe", b"\xfe\xff")):
            return "utf-16"
        try:
            decoder.decode(first)
            while chunk := file.read(CHUNK):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            # TCVN3 and VNI are Latin-1 to the eye; windows-1258 shows itself by its combining tone marks.
            marks = (b"\xcc", b"\xec", b"\xd2", b"\xde", b"\xf2")
            return "windows-1258" if any(mark in first for mark in marks) and b"\xae" not in first else "latin-1"
    return "utf-8-sig"


def _delimiter(text: str) -> str:
    lines = [line for line in text.splitlines()[:50] if line.strip()]
    counts = {sign: sorted(line.count(sign) for line in lines)[len(lines) // 2] if lines else 0 for sign in (",", ";", "\t", "|")}
    return max(counts, key=lambda sign: counts[sign])
