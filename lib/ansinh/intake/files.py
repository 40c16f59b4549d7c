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
from ansinh.intake.headings import Headings, find_table
from ansinh.intake.places import Places
from ansinh.intake.records import SheetReader
from ansinh.intake.sheets import read_sheets

TABLE_OF = {
    "beneficiaries": store.BENEFICIARIES,
    "register_matches": store.REGISTER_MATCHES,
    "accounts": store.ACCOUNTS,
    "payments": store.PAYMENTS,
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


@lru_cache(maxsize=4)
def _tools(root: Path, campaign: str) -> tuple[Places, Banks, Headings]:
    workspace = Workspace(root)
    settings = Campaign.model_validate_json(campaign)
    return Places(workspace, settings), Banks.read(workspace.params / "banks.csv"), Headings.read(workspace.params / "headings.yml")


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
    data = job.path.read_bytes()
    content = hashlib.sha256(data).hexdigest()
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
        loaded = _read(job, reader, headings, temporary, content, len(data))
        (temporary / "load.json").write_text(json.dumps(asdict(loaded), ensure_ascii=False), encoding="utf-8")
        shutil.rmtree(folder, ignore_errors=True)
        os.replace(temporary, folder)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return loaded, folder


def _remembered(folder: Path) -> FileLoad:
    content = json.loads((folder / "load.json").read_text(encoding="utf-8"))
    return FileLoad(**(content | {"sheets": tuple(SheetLoad(**sheet) for sheet in content["sheets"])}))


def _read(job: Job, reader: SheetReader, headings: Headings, folder: Path, content: str, size: int) -> FileLoad:
    unit = reader.unit or store.NO_UNIT

    def told(status: str, message: str, sheets: tuple[SheetLoad, ...] = ()) -> FileLoad:
        return FileLoad(job.relative, job.kind, unit, content, size, status, message, sheets)

    try:
        understood = []
        loads = []
        for sheet in read_sheets(job.path):
            table = find_table(sheet, job.kind, headings, f"{job.relative}, {sheet.name or 'file'}")
            if table is None:
                continue
            got = reader.read(sheet, table)
            understood.append(got)
            notes = ["hidden sheet, read all the same"] if sheet.hidden else []
            notes += [f"columns kept as extra: {', '.join(table.extra)}"] if table.extra else []
            loads.append(SheetLoad(sheet.name, sheet.format, "; ".join(notes), got.read, len(got.rows), len(got.quarantine)))
    except SourceError as error:
        return told("refused", str(error))
    if not loads:
        return told("refused", f"{job.relative}: no list of this kind was found. Its headings must name {_needed(headings, job.kind)}.")
    _keep(folder, TABLE_OF[job.kind], [got.rows for got in understood])
    _keep(folder, store.MENDS, [got.mends for got in understood])
    _keep(folder, store.QUARANTINE, [got.quarantine for got in understood])
    return told("loaded", "", tuple(loads))


def _needed(headings: Headings, kind: str) -> str:
    need = headings.kinds[kind]
    return ", ".join([*need["all"], " or ".join(need["any"])])


def _keep(folder: Path, table: store.Table, frames: list[pd.DataFrame]) -> None:
    whole = [frame for frame in frames if len(frame)]
    if whole:
        pq.write_table(_conformed(table, pd.concat(whole, ignore_index=True)), folder / f"{table.name}.parquet", compression="zstd")


def _conformed(table: store.Table, frame: pd.DataFrame) -> pa.Table:
    """Return the frame with the table's columns and types; ids and links are still null."""
    arrays = []
    for column in table.schema:
        values = frame[column.name] if column.name in frame else pd.Series([None] * len(frame))
        arrays.append(pa.Array.from_pandas(values, type=column.type, safe=False))
    return pa.Table.from_arrays(arrays, schema=table.schema)
