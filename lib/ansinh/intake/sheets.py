"""A file → its sheets as blocks of plain cells. Values are read, never evaluated; what cannot be read is one clear sentence.

Workbooks through calamine (Rust): .xlsx, .xls, .xlsb, .ods. Text through csv: UTF-8, UTF-16, windows-1258, any of , ; tab |.
Parquet through pyarrow. Rows come block by block, so that a long list never stands in memory as Python objects whole.
"""

from __future__ import annotations

import csv
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path
from typing import TextIO

import pyarrow.parquet as pq
import python_calamine
from pyarrow import ArrowException

from ansinh.errors import SourceError
from ansinh.intake.inside import MAX_COLUMNS, look_inside
from ansinh.intake.text import CHUNK, encoding_of, separator_of

WORKBOOKS = frozenset({".xlsx", ".xlsm", ".xls", ".xlsb", ".ods"})
TEXTS = frozenset({".csv", ".tsv", ".txt"})
TABLES = frozenset({".parquet"})
BLOCK = 20_000
"""Rows of a block."""

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
    try:
        hidden = look_inside(path)
        book, form = _opened(path)
        for meta in book.sheets_metadata:
            if meta.typ != python_calamine.SheetTypeEnum.WorkSheet:
                continue
            sheet = book.get_sheet_by_name(meta.name)
            if sheet.width > MAX_COLUMNS:
                raise SourceError(f"{path.name}, sheet {meta.name}: {sheet.width} columns. Delete the empty columns beside the list.")
            # Rows come with those above the first filled one, but without the empty columns left of it.
            left: Row = [""] * sheet.start[1] if sheet.start else []
            rows: Iterable[Row] = ([*left, *row] for row in sheet.iter_rows())
            told = "hidden sheet" if meta.visible != python_calamine.SheetVisibleEnum.Visible else hidden.get(meta.name, "")
            yield _sheet(meta.name, rows, form, told)
    except python_calamine.PasswordError:
        raise SourceError(f"{path.name} is protected by a password. Save it without one.") from None
    except SourceError:
        raise
    except (python_calamine.CalamineError, OSError, ValueError, zipfile.BadZipFile, EOFError, zlib.error, NotImplementedError):
        raise SourceError(_damaged(path)) from None


def _opened(path: Path) -> tuple[python_calamine.CalamineWorkbook, str]:
    """Open a workbook by its name's ending, else by its content: an .xlsx saved as .xls is a workbook all the same."""
    form = path.suffix.lower().lstrip(".")
    try:
        return python_calamine.CalamineWorkbook.from_path(str(path)), form
    except python_calamine.PasswordError:
        raise
    except python_calamine.CalamineError:
        with path.open("rb") as file:
            start = file.read(8)
            if not start.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
                raise
            file.seek(0)
            return python_calamine.CalamineWorkbook.from_filelike(file), f"{form} by name only"


def _damaged(path: Path) -> str:
    """Return why a file that should be a workbook is none, and what to do."""
    with path.open("rb") as file:
        start = file.read(1024).lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if start.startswith((b"<html", b"<!doctype html", b"<table", b"<meta", b"<?xml")):
        return f"{path.name} is a web page or XML under a workbook's name. Open it in Excel and save it as .xlsx."
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            if any(name.startswith("word/") for name in archive.namelist()):
                return f"{path.name} is a Word document under a workbook's name. Copy its table into Excel and save it as .xlsx."
    return f"{path.name} is damaged or is no workbook. Open it in Excel and save it again as .xlsx."


def _text(path: Path) -> Iterator[Sheet]:
    encoding = encoding_of(path)
    with path.open(encoding=encoding, errors="replace", newline="") as file:
        first = file.read(CHUNK)
        if "\x00" in first:
            raise SourceError(f"{path.name} is no text file. Save it as .xlsx or as CSV UTF-8.")
        separator = separator_of(first)
        file.seek(0)
        spoilt = " with spoilt letters" if "\ufffd" in first else ""
        named = {"\t": "tab"}.get(separator, separator)
        yield _sheet("", _lines(file, separator, path), f"csv ({encoding.replace('-sig', '')}{spoilt}, {named})")


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
    if len(heading) > MAX_COLUMNS:
        raise SourceError(f"{path.name}: {len(heading)} columns. Choose those of the list.")
    return _sheet("", chain([heading], _batches(file, path)), "parquet")


def _batches(file: pq.ParquetFile, path: Path) -> Iterator[Row]:
    try:
        for batch in file.iter_batches(BLOCK):
            yield from map(list, zip(*(column.to_pylist() for column in batch.columns), strict=True))
    except (ArrowException, OSError):
        raise SourceError(f"{path.name} is damaged. Write it again.") from None
