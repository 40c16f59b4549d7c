"""Jobs on other machines: a Dask scheduler hands them out, files go and come through a share, and whoever is lost is replaced.

A job's key names every file it reads with its hash, so the key is the packing list. A worker lays these files into a workspace of its
own, does the job just as it is done here, and sends the result back. Without a share, workers see this very workspace (one machine, one
disk for all) and nothing is copied.
"""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import tempfile
import threading
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import psutil

from ansinh import hashes, store
from ansinh.batch.plan import code_hash, key_file, set_aside, versions
from ansinh.batch.pool import pool_of
from ansinh.batch.share import Files, Share
from ansinh.batch.work import JobReport, Work, draft_of, execute, put_aside, write
from ansinh.campaign import Campaign, Workspace
from ansinh.errors import UserError

PATIENCE = 30
"""Seconds to wait for the scheduler, and for its first worker."""


@dataclass(frozen=True)
class Errand:
    """A job on its way: what to do, and the files and folders it needs, relative to the workspace; no share means this very one."""

    work: Work
    share: str
    files: Files
    folders: tuple[str, ...]


def restore(workspace: Workspace, campaign: Campaign, address: str) -> None:
    """Keep the share's copy of the store true where the store lies here; bring it from the share where it does not."""
    share, name = Share(address), f"{campaign.name}-{campaign.as_of}"
    folder = workspace.store(campaign, campaign.as_of)
    if store.has_findings(folder):
        paths = [
            path
            for snapshot in (*store.earlier(folder), folder)
            for path in snapshot.rglob("*")
            if path.is_file() and ".spill" not in path.parts
        ]
        files = {path.relative_to(workspace.root).as_posix(): hashes.anew(path) for path in paths}
        share.send(workspace.root, files)
        share.publish(name, files)
    elif files := share.published(name):
        share.fetch(workspace.root, files)
        # What must be withheld was decided even where it came to nothing, and then has no file.
        for snapshot in store.snapshots(folder.parent):
            (snapshot / store.WITHHELD.name).mkdir(exist_ok=True)


def each(works: list[Work], scheduler: str, address: str) -> Iterator[JobReport]:
    """Have the jobs done by the workers of a Dask scheduler and yield their reports as they end.

    A job whose worker is lost is begun again elsewhere by Dask. Raises UserError when there is no scheduler or no worker.
    """
    try:
        from distributed import Client, as_completed
    except ImportError:
        raise UserError("--scheduler needs Dask. Install the extra: pip install 'ansinh[cluster]'.") from None
    if not works:
        return
    errands = {index: _errand(work, address) for index, work in enumerate(works)}
    if address:
        Share(address).send(works[0].root, {name: digest for errand in errands.values() for name, digest in errand.files.items()})
    try:
        client = Client(scheduler, timeout=PATIENCE)
        client.wait_for_workers(1, timeout=PATIENCE)
    except (OSError, ValueError):
        raise UserError(
            f"--scheduler {scheduler}: no scheduler with workers answers there. Start `dask scheduler` and `dask worker`."
        ) from None
    with client:
        futures = {client.submit(do, errand, pure=False, retries=1, priority=-index): index for index, errand in errands.items()}
        try:
            for future in as_completed(list(futures)):
                yield _home(errands[futures[future]], future)
        except BaseException:
            client.cancel(list(futures), force=True)
            raise


def do(errand: Errand) -> tuple[JobReport, dict[str, str]]:
    """Do an errand, in a Dask worker: returns the report and the hashes of the files that were sent back."""
    job = errand.work.job
    told = json.loads(job.key)
    if (told["code"], told["libraries"]) != _here():
        error = "its worker has another version of An Sinh or of a library; install the same on all machines"
        return JobReport(job.notebook, job.unit, "failed", error=error), {}
    work = replace(errand.work, memory_limit=int(psutil.virtual_memory().total * 0.8 / (psutil.cpu_count() or 1)))
    if not errand.share:
        return _execute(work), {}
    share, root = Share(errand.share), Path(_scratch(errand.share))
    for folder in errand.folders:
        (root / folder).mkdir(parents=True, exist_ok=True)
    share.fetch(root, errand.files)
    moved = {name: root / getattr(job, name).relative_to(work.root) for name in ("source", "target")}
    there = replace(work, root=root, job=replace(job, **moved))
    report = _execute(there)
    made = there.job.target if report.status == "done" else draft_of(there)
    sent = {made.relative_to(root).as_posix(): hashes.anew(made)} if made.is_file() else {}
    share.send(root, sent)
    made.unlink(missing_ok=True)
    return report, sent


def _home(errand: Errand, future: Any) -> JobReport:
    """Bring a finished errand's files home and put them in their places; returns its report."""
    from distributed.scheduler import KilledWorker

    job = errand.work.job
    try:
        report, sent = future.result()
    except KilledWorker:
        return JobReport(job.notebook, job.unit, "failed", error="its workers were ended again and again; look for memory running out")
    except Exception as error:
        return JobReport(job.notebook, job.unit, "failed", error=f"{type(error).__name__}: its worker could not do it")
    if not errand.share:
        return report
    if report.status == "failed":
        put_aside(job)
    Share(errand.share).fetch(errand.work.root, sent)
    if report.status == "done":
        write(key_file(job), job.key)
        draft_of(errand.work).unlink(missing_ok=True)
        set_aside(job).unlink(missing_ok=True)
    return report


def _errand(work: Work, address: str) -> Errand:
    """Pack a job: the files its key names, its campaign's file and the workspace's, and the tables' folders, empty ones too."""
    if not address:
        return Errand(work, "", {}, ())
    told, workspace, job = json.loads(work.job.key), Workspace(work.root), work.job
    folder = workspace.store(work.campaign, work.campaign.as_of)
    snapshots = {folder: told["store"]} | {folder.parent / day: files for day, files in told["history"].items()}
    names = {job.source: told["notebook"]} | {workspace.params / name: digest for name, digest in told["settings"].items()}
    names |= {snapshot / name: digest for snapshot, files in snapshots.items() for name, digest in files.items()}
    data = workspace.data(work.campaign)
    names |= {data / folder / name: digest for folder, files in told["reads"].items() for name, digest in files.items()}
    names |= {path: hashes.of(path) for path in (workspace.campaign_file(work.campaign.name), work.root / "_quarto.yml")}
    tables = [snapshot / name for snapshot in snapshots for name in store.TABLES if (snapshot / name).is_dir()]
    return Errand(
        work,
        address,
        {path.relative_to(work.root).as_posix(): digest for path, digest in names.items()},
        tuple(table.relative_to(work.root).as_posix() for table in tables),
    )


@cache
def _scratch(address: str) -> str:
    """Return the workspace of this worker process for a share: in the folder Dask clears when the worker ends."""
    from distributed import get_worker

    folder = Path(get_worker().local_directory) / f"ansinh-{hashlib.sha256(address.encode()).hexdigest()[:8]}"
    folder.mkdir(parents=True, exist_ok=True)
    return tempfile.mkdtemp(dir=folder)


@cache
def _here() -> tuple[str, dict[str, str]]:
    return code_hash(), versions()


_pools: dict[Path, ProcessPoolExecutor] = {}
_one = threading.Lock()


def _execute(work: Work) -> JobReport:
    """Execute a job in this Dask worker's own pool of processes with warm kernels: one process a thread of the worker.

    Raises BrokenProcessPool when such a process was ended from outside; Dask then begins the job again, in a new pool.
    """
    from distributed import get_worker

    with _one:
        if work.root not in _pools:
            # Dask starts workers as daemons, which multiprocessing allows no children; ours end with them all the same (leash).
            multiprocessing.process.current_process()._config["daemon"] = False  # type: ignore[attr-defined]
            _pools[work.root] = pool_of(get_worker().state.nthreads, work.root, work.campaign)
        pool = _pools[work.root]
    try:
        return pool.submit(execute, work).result()
    except BrokenProcessPool:
        with _one:
            _pools.pop(work.root, None)
        raise
