"""One source file → its canonical rows, kept in a cache by the content of the file, so that an unchanged file is read once."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import uuid
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from pathlib import Path, PurePosixPath

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from ansinh import store
from ansinh.campaign import Campaign, Workspace
from ansinh.errors import SourceError
from ansinh.identity.banks import Banks
from ansinh.intake.fields import Tools
from ansinh.intake.headings import Headings, find_table
from ansinh.intake.places import Places
from ansinh.intake.records import SheetReader
from ansinh.intake.sheets import read_sheets

TABLE_OF = {
    "beneficiaries": store.BENEFICIARIES,
    "register_matches": store.REGISTER_MATCHES,
    "accounts": store.ACCOUNTS,
    "payments": store.PAYMENTS,
    "corrections": store.CORRECTIONS,
}


@dataclass(frozen=True)
class SheetLoad:
    """One sheet as loaded: rows read = rows kept + rows quarantined."""

    sheet: str
    format: str
    message: str
    rows_read: int
    rows_kept: int
    rows_quarantined: int


@dataclass(frozen=True)
class FileLoad:
    """One file as loaded or refused. `path` is relative to the sources folder; `message` says why it was refused."""

    path: str
    kind: str
    unit: str
    sha256: str
    bytes: int
    status: str
    message: str
    sheets: tuple[SheetLoad, ...] = field(default=())

    @property
    def rows_read(self) -> int:
        """Data rows read in all sheets."""
        return sum(sheet.rows_read for sheet in self.sheets)

    @property
    def rows_kept(self) -> int:
        """Rows kept in all sheets."""
        return sum(sheet.rows_kept for sheet in self.sheets)

    @property
    def rows_quarantined(self) -> int:
        """Rows quarantined in all sheets."""
        return sum(sheet.rows_quarantined for sheet in self.sheets)


@dataclass(frozen=True)
class Job:
    """What a worker needs to read one file."""

    root: Path
    campaign: Campaign
    kind: str
    path: Path
    relative: str
    cache: Path
    force: bool
    refusal: str = ""


@lru_cache(maxsize=4)
def _tools(root: Path, campaign: str) -> tuple[Places, Banks, Headings]:
    workspace = Workspace(root)
    settings = Campaign.model_validate_json(campaign)
    return Places(workspace, settings), Banks.read(workspace.params / "banks.csv"), Headings.read(workspace.params / "headings.yml")


def tools(root: Path, campaign: Campaign) -> Tools:
    """Return what reading corrections needs."""
    places, banks, _ = _tools(root, campaign.model_dump_json(by_alias=True))
    return Tools(campaign, places, banks)


@lru_cache(maxsize=4)
def rules_hash(root: Path, campaign: str) -> str:
    """Hash everything but the file that decides how a file is read: this room, identity, headings, banks, units, campaign."""
    digest = hashlib.sha256(campaign.encode())
    package = Path(__file__).parents[1]
    folders = (package / "intake", package / "identity", root / "params" / "units")
    files = [path for folder in folders for path in sorted(folder.glob("*")) if path.is_file()]
    files += [package / "store.py", root / "params" / "headings.yml", root / "params" / "banks.csv"]
    for path in files:
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()


def read_file(job: Job) -> tuple[FileLoad, Path]:
    """Read one file, or find it in the cache; returns what was loaded and the folder with its rows."""
    if job.refusal:
        return _refused(job), job.cache / f"refused-{hashlib.sha256(job.relative.encode()).hexdigest()[:32]}"
    before = _stamp(job.path)
    with job.path.open("rb") as file:
        content = hashlib.file_digest(file, "sha256").hexdigest()
    settings = job.campaign.model_dump_json(by_alias=True)
    key = hashlib.sha256(f"{content}|{job.relative}|{job.kind}|{rules_hash(job.root, settings)}".encode()).hexdigest()[:32]
    folder = job.cache / key
    if folder.is_dir() and not job.force:
        return _remembered(folder), folder
    places, banks, headings = _tools(job.root, settings)
    reader = SheetReader(job.kind, PurePosixPath(job.relative), job.campaign, places, banks)
    temporary = job.cache / f".{uuid.uuid4().hex}"
    temporary.mkdir(parents=True)
    try:
        loaded = _read(job, reader, headings, temporary, content, before)
        (temporary / "load.json").write_text(json.dumps(asdict(loaded), ensure_ascii=False), encoding="utf-8")
        shutil.rmtree(folder, ignore_errors=True)
        os.replace(temporary, folder)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return loaded, folder


def _refused(job: Job) -> FileLoad:
    """Return a file that was refused before it could be opened."""
    places, _, _ = _tools(job.root, job.campaign.model_dump_json(by_alias=True))
    unit = places.unit_of_file(PurePosixPath(job.relative)) or store.NO_UNIT
    return FileLoad(job.relative, job.kind, unit, "", 0, "refused", job.refusal)


def _remembered(folder: Path) -> FileLoad:
    content = json.loads((folder / "load.json").read_text(encoding="utf-8"))
    return FileLoad(**(content | {"sheets": tuple(SheetLoad(**sheet) for sheet in content["sheets"])}))


def _read(job: Job, reader: SheetReader, headings: Headings, folder: Path, content: str, before: tuple[int, int]) -> FileLoad:
    unit = reader.unit or store.NO_UNIT

    def told(status: str, message: str, sheets: tuple[SheetLoad, ...] = ()) -> FileLoad:
        return FileLoad(job.relative, job.kind, unit, content, before[1], status, message, sheets)

    loads = []
    try:
        with _Parts(folder) as parts:
            for sheet in read_sheets(job.path):
                table = find_table(sheet, job.kind, headings, f"{job.relative}, {sheet.name or 'file'}")
                if table is None:
                    continue
                if "row_key" in table.columns and job.kind != "corrections":
                    raise SourceError(
                        f"{job.relative} is a returned worklist, no list. Put it where sources.corrections of the campaign file looks for such."
                    )
                read = kept = held = 0
                for got in reader.read(sheet, table):
                    read, kept, held = read + got.read, kept + len(got.rows), held + len(got.quarantine)
                    for where, frame in ((TABLE_OF[job.kind], got.rows), (store.MENDS, got.mends), (store.QUARANTINE, got.quarantine)):
                        parts.add(where, frame)
                notes = [f"{sheet.hidden}, read all the same"] if sheet.hidden else []
                notes += [f"columns kept as extra: {', '.join(table.extra)}"] if table.extra else []
                loads.append(SheetLoad(sheet.name, sheet.format, "; ".join(notes), read, kept, held))
        _unchanged(job, before)
    except SourceError as error:
        _empty(folder)
        return told("refused", str(error))
    if not loads:
        return told("refused", f"{job.relative}: no list of this kind was found. Its headings must name {_needed(headings, job.kind)}.")
    return told("loaded", "", tuple(loads))


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

    def add(self, table: store.Table, frame: pd.DataFrame) -> None:
        """Append the rows of one block."""
        if len(frame) == 0:
            return
        if table.name not in self._writers:
            self._writers[table.name] = pq.ParquetWriter(self._folder / f"{table.name}.parquet", table.schema, compression="zstd")
        self._writers[table.name].write_table(_conformed(table, frame))


def _needed(headings: Headings, kind: str) -> str:
    need = headings.kinds[kind]
    return ", ".join([*need["all"], " or ".join(need["any"])])


def _conformed(table: store.Table, frame: pd.DataFrame) -> pa.Table:
    """Return the frame with the table's columns and types; ids and links are still null."""
    arrays = []
    for column in table.schema:
        values = frame[column.name] if column.name in frame else pd.Series([None] * len(frame))
        arrays.append(pa.Array.from_pandas(values, type=column.type, safe=False))
    return pa.Table.from_arrays(arrays, schema=table.schema)
