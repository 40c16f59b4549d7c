"""Load all lists of a campaign: files in parallel, then linked city-wide. Rows read = rows kept + rows quarantined."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filelock import FileLock, Timeout

from ansinh import hashes, store
from ansinh.campaign import KINDS, Campaign, Workspace
from ansinh.errors import Busy, SourceError
from ansinh.intake import keys
from ansinh.intake.history import note
from ansinh.intake.known import FileLoad, Job, NotRead, Reconciled, SheetLoad, known

if TYPE_CHECKING:
    from concurrent.futures import ProcessPoolExecutor

Progress = Callable[[str, int, int], None]

ASKED = "sql/"
"""How the name of a list begins that a query gave."""
IGNORED = ("~$", ".", "Thumbs.db", "desktop.ini")
"""Beginnings of names that are no lists: Excel's lock files, hidden files."""


@dataclass(frozen=True)
class LoadReport(Reconciled):
    """What a load did, file by file."""

    files: tuple[FileLoad, ...]
    unmatched: tuple[str, ...] = ()
    """Files of the sources folder that no pattern of the campaign names; nothing of them was read."""
    corrections: Mapping[str, int] = field(default_factory=dict)
    """Rows of returned worklists by what became of them (corrections.STATES)."""

    @property
    def parts(self) -> Sequence[FileLoad]:
        """The files."""
        return self.files

    @property
    def refused(self) -> tuple[FileLoad, ...]:
        """Files that could not be read at all."""
        return tuple(file for file in self.files if file.status == "refused")

    @property
    def doubtful(self) -> tuple[tuple[FileLoad, NotRead], ...]:
        """Columns of files of which so much was not understood that figures would be wrong."""
        return tuple((file, column) for file in self.files for column in file.unread if column.grave)


def load(workspace: Workspace, campaign: Campaign, *, jobs: int = 1, force: bool = False, progress: Progress | None = None) -> LoadReport:
    """Read the campaign's source files into its store for the campaign's as-of date.

    Files that are unchanged are not read again (`force` reads them); a file that left leaves with its rows. A file that cannot be
    read is refused in the report and the others go on. Raises SourceError when there is no beneficiary list at all, Busy when
    another process loads the same campaign.
    """
    data = workspace.data(campaign)
    data.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(data / "intake.lock", timeout=0):
            return _load(workspace, campaign, jobs, force, progress or (lambda stage, done, total: None))
    except Timeout:
        raise Busy(f"Another process is loading {campaign.name}. Wait until it has ended.") from None


def _load(workspace: Workspace, campaign: Campaign, jobs: int, force: bool, tell: Progress) -> LoadReport:
    todo = list(_without_copies(_jobs(workspace, campaign, force)))
    if not any(job.kind == "beneficiaries" for job in todo):
        folder = workspace.sources(campaign)
        raise SourceError(
            f"No beneficiary list in {campaign.sources.folder} matches {', '.join(campaign.sources.beneficiaries)}. " + _remedy(folder)
        )
    unmatched = _unmatched(workspace, campaign)
    target = workspace.store(campaign, campaign.as_of)
    loads: list[FileLoad] = []
    folders: list[Path] = []
    for number, (loaded, folder) in enumerate(_each(todo, jobs), 1):
        loads.append(loaded)
        folders.append(folder)
        tell("intake: files", number, len(todo))
    secret = keys.secret(workspace, campaign)
    before = _before(target)
    signature = _signature(loads, folders, secret, before)
    settled = store.told(target, "intake", signature)
    if settled is not None and not force:
        return _report(loads, unmatched, settled)
    tell("intake: link", 0, 1)
    store.unsign(target, "intake")
    _link(workspace, campaign, folders, secret, before)
    settled = _settled(target, loads)
    report = _report(loads, unmatched, settled)
    _write_loads(target, report.files)
    _forget(folders)
    store.sign(target, "intake", signature, settled)
    note(workspace.data(campaign), campaign.as_of.isoformat(), report.files)
    tell("intake: link", 1, 1)
    return report


def _link(workspace: Workspace, campaign: Campaign, folders: list[Path], secret: str, before: Path | None) -> None:
    """Make the store from what was read: corrections applied, persons linked city-wide, ids kept from the snapshot before."""
    from ansinh.intake.corrections import settle
    from ansinh.intake.files import tools
    from ansinh.intake.link import link

    target = workspace.store(campaign, campaign.as_of)
    link(folders, target, partial(settle, tools=tools(workspace.root, campaign), secret=secret), before)


def _before(target: Path) -> Path | None:
    """Return the store of the snapshot before this one, None for the first."""
    return next((folder for folder in reversed(store.earlier(target)) if store.signature_of(folder, "intake")), None)


def _signature(loads: list[FileLoad], folders: list[Path], secret: str, before: Path | None) -> str:
    """Hash what the store is made of: which files, each by its content and the rules it was read with, the rules of linking, the snapshot before."""
    package = Path(__file__).parents[1]
    code = [*sorted((package / "store").glob("*.py")), *(package / "intake" / name for name in ("lasting.py", "link.py", "load.py"))]
    parts = [hashes.of(path) for path in code]
    parts += [f"{file.path}|{file.status}|{file.message}|{folder.name}" for file, folder in zip(loads, folders, strict=True)]
    if before:
        parts.append(f"{before.name}|{store.signature_of(before, 'intake')}")
    if any(file.kind == "corrections" for file in loads):
        parts.append(hashlib.sha256(secret.encode()).hexdigest())
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _settled(target: Path, loads: list[FileLoad]) -> dict[str, Any]:
    """Return what became of the rows of returned worklists, which only linking could tell: rows by state, and rows held back by sheet."""
    if not any(file.kind == "corrections" for file in loads):
        return {}
    from ansinh.intake.corrections import HELD

    con = store.connect(target, [store.CORRECTIONS])
    frame = store.query(con, "SELECT state, source_file, source_sheet, count(*) AS n FROM corrections GROUP BY ALL", what="the corrections")
    held = frame[frame["state"].isin(list(HELD))].groupby(["source_file", "source_sheet"])["n"].sum()
    return {
        "states": {str(state): int(n) for state, n in frame.groupby("state")["n"].sum().items()},
        "held": [[file, sheet, int(n)] for (file, sheet), n in held.items()],
    }


def _report(loads: list[FileLoad], unmatched: tuple[str, ...], settled: Mapping[str, Any]) -> LoadReport:
    """Return the report of a load, corrections that wait counted as quarantined (`_settled`)."""
    held = {(file, sheet): count for file, sheet, count in settled.get("held", ())}

    def told(file: FileLoad) -> FileLoad:
        return replace(file, sheets=tuple(_held(sheet, held.get((file.path, sheet.sheet), 0)) for sheet in file.sheets))

    files = tuple(told(file) if file.kind == "corrections" else file for file in loads)
    return LoadReport(files, unmatched, settled.get("states", {}))


def _held(sheet: SheetLoad, count: int) -> SheetLoad:
    return replace(sheet, rows_kept=sheet.rows_kept - count, rows_quarantined=sheet.rows_quarantined + count)


def _remedy(folder: Path) -> str:
    return (
        "Put the lists there, or mend sources in the campaign file."
        if folder.is_dir()
        else "The folder does not exist: create it, or mend sources.folder."
    )


def _jobs(workspace: Workspace, campaign: Campaign, force: bool) -> Iterator[Job]:
    folder = workspace.sources(campaign)
    cache = workspace.data(campaign) / "cache"
    cache.mkdir(parents=True, exist_ok=True)
    found = {kind: {path for pattern in campaign.sources.patterns(kind) for path in folder.glob(pattern)} for kind in KINDS}
    for kind in KINDS:
        for path in sorted(found[kind] if kind == "corrections" else found[kind] - found["corrections"]):
            if not path.is_file() or path.name.startswith(IGNORED):
                continue
            relative = path.relative_to(folder).as_posix()
            if path.suffix.lower() == ".zip":
                from ansinh.intake.archives import unpack

                for member in unpack(path, relative, cache):
                    yield Job(workspace.root, campaign, kind, member.path, member.relative, cache, force, member.refusal)
            else:
                yield Job(workspace.root, campaign, kind, path, relative, cache, force)
    for query in campaign.sources.queries:
        from ansinh.intake.queries import fetch

        path, refusal = fetch(query, cache)
        yield Job(workspace.root, campaign, query.kind, path, f"{ASKED}{query.name}", cache, force, refusal)


def _without_copies(jobs: Iterable[Job]) -> Iterator[Job]:
    """Yield the jobs, a file refused that is byte for byte another one of the same kind of list: all in it would count twice.

    The one with the shortest name is read: a copy is named after what it copies ("x (1).xlsx"). A returned worklist may come twice: a
    correction said again is the same correction. What two queries give is each one's own.
    """
    known = [(job, _content(job)) for job in jobs]
    first: dict[tuple[str, str], str] = {}
    for job, content in sorted(known, key=lambda item: (len(item[0].relative), item[0].relative)):
        first.setdefault((job.kind, content), job.relative)
    for job, content in known:
        other = first[job.kind, content] if content else job.relative
        why = f"{job.relative} is the same file, byte for byte, as {other}, and was not read again. Take one of them out of the folder."
        yield job if other == job.relative else replace(job, refusal=why)


def _content(job: Job) -> str:
    """Return the hash of what a job would read, "" where no other file can be its copy."""
    if job.refusal or job.kind == "corrections" or job.relative.startswith(ASKED):
        return ""
    try:
        return hashes.of(job.path)
    except OSError:
        return ""  # which is said when it is read


def _unmatched(workspace: Workspace, campaign: Campaign) -> tuple[str, ...]:
    folder = workspace.sources(campaign)
    matched = {path for kind in KINDS for pattern in campaign.sources.patterns(kind) for path in folder.glob(pattern)}
    there = (path for path in folder.rglob("*") if path.is_file() and not path.name.startswith(IGNORED))
    return tuple(sorted(path.relative_to(folder).as_posix() for path in there if path not in matched))


def _each(todo: list[Job], jobs: int) -> Iterator[tuple[FileLoad, Path]]:
    """Yield what each file gave, in order: what is known at once, the others read by processes that begin only if there are such."""
    there = [known(job) for job in todo]
    unread = [at for at, found in enumerate(there) if found is None]
    read = _read(todo, [at for at in unread if not todo[at].refusal], jobs)
    for job, found in zip(todo, there, strict=True):
        yield found or (_alone(job) if job.refusal else next(read))


def _read(todo: list[Job], unread: list[int], jobs: int) -> Iterator[tuple[FileLoad, Path]]:
    """Yield what each file not yet read gave, in order; the largest are begun first, so that none of them is left to the end alone."""
    if not unread:
        return
    from concurrent.futures.process import BrokenProcessPool

    if jobs < 2 or len(todo) < 2:
        yield from (read_file(todo[at]) for at in unread)
        return
    with _workers(min(jobs, len(unread))) as pool:
        largest_first = sorted(unread, key=lambda at: _size(todo[at]), reverse=True)
        begun = {at: pool.submit(read_file, todo[at]) for at in largest_first}
        for at in unread:
            try:
                yield begun[at].result()
            except BrokenProcessPool:
                yield _alone(todo[at])


def read_file(job: Job) -> tuple[FileLoad, Path]:
    """Read one file as `files.read_file` does, whose libraries are loaded when the first file must be read."""
    from ansinh.intake import files

    return files.read_file(job)


def _alone(job: Job) -> tuple[FileLoad, Path]:
    """Read one file in a process of its own, after some file has brought down the process that read it; one refused already, here."""
    from concurrent.futures.process import BrokenProcessPool

    if job.refusal:
        return read_file(job)
    with _workers(1) as pool:
        try:
            return pool.submit(read_file, job).result()
        except BrokenProcessPool:
            why = "needs more memory than this machine has, or is made to do harm. Copy the list alone into a new workbook."
            return read_file(replace(job, refusal=f"{job.relative} {why}"))


def _workers(count: int) -> ProcessPoolExecutor:
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    return ProcessPoolExecutor(count, mp_context=get_context("spawn"))


def _size(job: Job) -> int:
    return job.path.stat().st_size if job.path.is_file() else 0


def _write_loads(target: Path, loads: Iterable[FileLoad]) -> None:
    """Write what was loaded, sheet by sheet, each under the unit it is from; a unit nothing came from any more loses its rows."""
    import duckdb
    import pandas as pd

    rows = []
    for file in loads:
        common = {"kind": file.kind, "sha256": file.sha256, "bytes": file.bytes, "status": file.status, "source_file": file.path}
        if file.status == "refused":
            nothing = {"source_sheet": "", "format": "", "rows_read": 0, "rows_kept": 0, "rows_quarantined": 0}
            rows.append(common | nothing | {"unit": file.unit, "message": file.message})
        for sheet in file.sheets:
            counts = {"rows_read": sheet.rows_read, "rows_kept": sheet.rows_kept, "rows_quarantined": sheet.rows_quarantined}
            rows.append(
                common | counts | {"unit": sheet.unit, "message": sheet.message, "source_sheet": sheet.sheet, "format": sheet.format}
            )
    con = duckdb.connect(":memory:")
    con.register("loaded", pd.DataFrame(rows))
    store.write_all(con, store.LOADS, "SELECT * FROM loaded", target)


def _forget(folders: list[Path]) -> None:
    """Drop from the cache what no present file needs any more."""
    from ansinh.intake.archives import UNPACKED
    from ansinh.intake.queries import FETCHED

    needed = {folder.name for folder in folders}
    for folder in folders[0].parent.iterdir():
        if folder.name not in needed and folder.name not in (UNPACKED, FETCHED):
            shutil.rmtree(folder, ignore_errors=True)
