"""One source file → its canonical rows, kept in a cache by the content of the file, so that an unchanged file is read once."""

from __future__ import annotations

import gc
import hashlib
import json
import os
import shutil
import uuid
from dataclasses import asdict, replace
from functools import lru_cache
from pathlib import Path, PurePosixPath

import pyarrow as pa
import pyarrow.parquet as pq

from ansinh import store
from ansinh.campaign import Campaign, Workspace
from ansinh.errors import SourceError
from ansinh.identity.banks import Banks
from ansinh.intake.columns import TABLE_OF
from ansinh.intake.fields import Tools
from ansinh.intake.headings import Headings, Table, find_table
from ansinh.intake.known import FileLoad, Job, SheetLoad, folder_of, loaded_in
from ansinh.intake.notices import notes
from ansinh.intake.places import Places
from ansinh.intake.records import SheetReader
from ansinh.intake.sheets import Sheet, read_sheets
from ansinh.intake.words import Words


@lru_cache(maxsize=4)
def _tools(root: Path, campaign: str) -> tuple[Places, Banks, Headings, Words]:
    workspace = Workspace(root)
    params = workspace.params
    places = Places(workspace, Campaign.model_validate_json(campaign))
    return places, Banks.read(params / "banks.csv"), Headings.read(params / "headings.yml"), Words.read(params / "values.yml")


def tools(root: Path, campaign: Campaign) -> Tools:
    """Return what reading corrections needs."""
    places, banks, *_ = _tools(root, campaign.model_dump_json(by_alias=True))
    return Tools(campaign, places, banks)


def read_file(job: Job) -> tuple[FileLoad, Path]:
    """Read one file, or find it in the cache; returns what was loaded and the folder with its rows."""
    if job.refusal:
        return _refused(job), job.cache / f"refused-{hashlib.sha256(job.relative.encode()).hexdigest()[:32]}"
    try:
        before = _stamp(job.path)
        with job.path.open("rb") as file:
            content = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return read_file(replace(job, refusal=f"{job.relative} cannot be opened. See whether it is still there and may be read."))
    folder = folder_of(job, content)
    if folder.is_dir() and not job.force:
        return loaded_in(folder), folder
    places, banks, headings, words = _tools(job.root, job.campaign.model_dump_json(by_alias=True))
    reader = SheetReader(job.kind, PurePosixPath(job.relative), job.campaign, places, banks, words)
    temporary = job.cache / f".{uuid.uuid4().hex}"
    temporary.mkdir(parents=True)
    # Millions of cells and not one cycle: looking for cycles among them takes a third of the time.
    gc.disable()
    try:
        loaded = _read(job, reader, headings, temporary, content, before)
        (temporary / "load.json").write_text(json.dumps(asdict(loaded), ensure_ascii=False), encoding="utf-8")
        shutil.rmtree(folder, ignore_errors=True)
        os.replace(temporary, folder)
    finally:
        gc.enable()
        shutil.rmtree(temporary, ignore_errors=True)
    return loaded, folder


def _refused(job: Job) -> FileLoad:
    """Return a file that was refused before it could be opened."""
    places, *_ = _tools(job.root, job.campaign.model_dump_json(by_alias=True))
    unit = places.unit_of_file(PurePosixPath(job.relative)) or store.NO_UNIT
    return FileLoad(job.relative, job.kind, unit, "", 0, "refused", job.refusal)


def _read(job: Job, reader: SheetReader, headings: Headings, folder: Path, content: str, before: tuple[int, int]) -> FileLoad:
    units = [reader.unit]

    def told(status: str, message: str, sheets: tuple[SheetLoad, ...] = ()) -> FileLoad:
        unit = next(filter(None, units), store.NO_UNIT)
        unread = reader.unread.told() if status == "loaded" else ()
        return FileLoad(job.relative, job.kind, unit, content, before[1], status, message, sheets, unread)

    loads = []
    try:
        with _Parts(folder) as parts:
            for sheet in read_sheets(job.path):
                table = find_table(sheet, job.kind, headings, f"{job.relative}, {sheet.name or 'file'}")
                if table is not None:
                    refuse_returned(job.kind, table, job.relative)
                    loads.append(_sheet(sheet, table, reader, headings, parts))
                    units.append(reader.unit)
        _unchanged(job, before)
    except SourceError as error:
        _empty(folder)
        # Readers know a file by its own name only; the report names it with its folder.
        return told("refused", str(error).replace(job.path.name, job.relative, 1) if job.relative not in str(error) else str(error))
    if not loads:
        return told("refused", f"{job.relative}: no list of this kind was found. Its headings must name {_needed(headings, job.kind)}.")
    return told("loaded", "", tuple(loads))


def refuse_returned(kind: str, table: Table, name: str) -> None:
    """Raise SourceError for a worklist that came back where lists of another kind are sought: it looks like one."""
    if kind != "corrections" and "row_key" in table.columns:
        raise SourceError(f"{name} is a returned worklist, no list. Put it where sources.corrections of the campaign file looks for such.")


def _sheet(sheet: Sheet, table: Table, reader: SheetReader, headings: Headings, parts: _Parts) -> SheetLoad:
    read = kept = held = 0
    for got in reader.read(sheet, table):
        read, kept, held = read + got.read, kept + got.rows.num_rows, held + got.quarantine.num_rows
        for where, rows in ((TABLE_OF[reader.kind], got.rows), (store.MENDS, got.mends), (store.QUARANTINE, got.quarantine)):
            parts.add(where, rows)
    noticed = "; ".join(notes(sheet, table, reader, headings))
    return SheetLoad(sheet.name, sheet.format, noticed, reader.unit or store.NO_UNIT, read, kept, held)


def _stamp(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_mtime_ns, found.st_size


def _unchanged(job: Job, before: tuple[int, int]) -> None:
    if _stamp(job.path) != before:
        raise SourceError(f"{job.relative} was replaced while it was being read. Run again when it is no longer being written.")


def _empty(folder: Path) -> None:
    """Forget what was read of a file that turned out to be unreadable: all of a file or nothing."""
    for path in folder.glob("*.parquet"):
        path.unlink()


class _Parts:
    """Writes the rows of one file, block by block, as one Parquet file per table."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._writers: dict[str, pq.ParquetWriter] = {}

    def __enter__(self) -> _Parts:
        return self

    def __exit__(self, *error: object) -> None:
        for writer in self._writers.values():
            writer.close()

    def add(self, table: store.Table, rows: pa.Table) -> None:
        """Append the rows of one block."""
        if rows.num_rows == 0:
            return
        if table.name not in self._writers:
            self._writers[table.name] = pq.ParquetWriter(self._folder / f"{table.name}.parquet", table.schema, compression="zstd")
        self._writers[table.name].write_table(rows)


def _needed(headings: Headings, kind: str) -> str:
    need = headings.kinds[kind]
    return ", ".join([*need["all"], " or ".join(need["any"])])
