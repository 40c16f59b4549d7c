"""How far the sheets of .ods and .xlsb files reach, looked up without laying them out."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator

CHUNK = 1 << 20

_TAG = re.compile(
    rb"<table:(?:table-row|table-cell|covered-table-cell|table(?=[\s>]))\b[^>]*>|</table:table-row>|<text:p\b",
)
_COLUMNS = re.compile(rb"table:number-columns-repeated=[\"'](\d+)")
_ROWS = re.compile(rb"table:number-rows-repeated=[\"'](\d+)")


def ods_extent(archive: zipfile.ZipFile) -> tuple[int, int]:
    """Return (rows, columns) to which the cells with something in them reach, over all sheets; repeated cells count as often as they stand."""
    rows = row = columns = column = filled = times = 0
    for data in pieces(archive, "content.xml"):
        for tag in _TAG.findall(data):
            if tag.startswith(b"<table:table-row"):
                times, column, filled = _times(_ROWS, tag), 0, 0
                row += times if tag.endswith(b"/>") else 0
            elif tag.startswith(b"</table:table-row"):
                row += times
                if filled:
                    rows, columns = max(rows, row), max(columns, filled)
            elif tag.startswith(b"<text:p"):
                filled = column
            elif tag.startswith((b"<table:table-cell", b"<table:covered")):
                column += _times(_COLUMNS, tag)
                if b"office:" in tag:
                    filled = column
            else:
                row = 0
    return rows, columns


def _times(pattern: re.Pattern[bytes], tag: bytes) -> int:
    found = pattern.search(tag)
    return int(found[1][:9]) if found else 1


_ROW_HEADER = 0
_CELLS = range(1, 12)


def xlsb_extent(archive: zipfile.ZipFile, part: str) -> tuple[int, int]:
    """Return (rows, columns) to which the cells of one sheet of an .xlsb file reach ([MS-XLSB] 2.1.4: records of id, size, data)."""
    rows = columns = 0
    for kind, data in _records(archive, part):
        number = int.from_bytes(data[:4], "little") + 1
        if kind == _ROW_HEADER:
            rows = max(rows, number)
        else:
            columns = max(columns, number)
    return rows, columns


def _records(archive: zipfile.ZipFile, part: str) -> Iterator[tuple[int, bytes]]:
    with archive.open(part) as file:
        while head := file.read(1):
            kind = head[0]
            if kind & 0x80:
                kind = (kind & 0x7F) | (file.read(1) or b"\0")[0] << 7
            size = 0
            for shift in range(0, 28, 7):
                byte = (file.read(1) or b"\0")[0]
                size |= (byte & 0x7F) << shift
                if not byte & 0x80:
                    break
            data = file.read(size)
            if kind == _ROW_HEADER or kind in _CELLS:
                yield kind, data


def pieces(archive: zipfile.ZipFile, part: str) -> Iterator[bytes]:
    """Yield a part piece by piece, each ending between two tags."""
    if part not in archive.namelist():
        return
    with archive.open(part) as file:
        kept = b""
        while chunk := file.read(CHUNK):
            data = kept + chunk
            # A tag may stand across two pieces: what follows the last "<" waits for the next.
            cut = max(data.rfind(b"<"), len(data) - CHUNK)
            yield data[:cut]
            kept = data[cut:]
        yield kept
