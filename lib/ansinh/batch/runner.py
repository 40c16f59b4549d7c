"""Run a campaign's notebooks: many at a time, one process each, resumable, one failing unit stops nobody else."""

from __future__ import annotations

import os
from collections import Counter, deque
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import psutil

from ansinh import store
from ansinh.batch.engine import can_fork, use_maker, warm_context
from ansinh.batch.evidence import write_evidence
from ansinh.batch.plan import CITY, changed, is_done, plan, requested, weight
from ansinh.batch.work import TIME_LIMIT, JobReport, Work, execute
from ansinh.campaign import Campaign, Workspace
from ansinh.errors import NotReady

Progress = Callable[..., None]
"""Called with (stage, done, total, note): the note says what runs and what failed."""

TOLD = 3
"""Changed dependencies that `why` names."""
ATTEMPTS = 2
"""Times a job is begun before a worker that ends under it counts as its failure."""


@dataclass(frozen=True)
class RunReport:
    """How all jobs ended."""

    jobs: tuple[JobReport, ...]

    @property
    def failed(self) -> tuple[JobReport, ...]:
        """The jobs that failed."""
        return tuple(job for job in self.jobs if job.status == "failed")


def run(
    workspace: Workspace,
    campaign: Campaign,
    *,
    notebooks: tuple[str, ...] = (),
    units: tuple[str, ...] = (),
    jobs: int = 0,
    force: bool = False,
    time_limit: int = TIME_LIMIT,
    memory_limit: int = 0,
    scheduler: str = "",
    share: str = "",
    progress: Progress | None = None,
) -> RunReport:
    """Execute and seal what is not done or has changed; returns how each job ended.

    `time_limit` is in seconds per cell; `memory_limit` in bytes of data per kernel, 0 shares out four fifths of the machine's memory.
    `scheduler` is the address of a Dask scheduler whose workers do the jobs, `share` the fsspec address through which files reach them
    ("" when they see this very folder): docs/batch.md.

    A failed notebook is kept as it stopped under reports/failed (restricted) and its sealed predecessor is set aside. Raises
    NotReady when the snapshot was not judged, UserError for an unknown notebook or unit.
    """
    from ansinh.batch import far

    tell = progress or (lambda *told: None)
    if share:
        far.restore(workspace, campaign, share)
    whole = plan(workspace, campaign, notebooks, units)
    if not store.has_findings(workspace.store(campaign, campaign.as_of)):
        raise NotReady(f"There are no findings of {campaign.name} as of {campaign.as_of}. Run `ansinh check` first.")
    todo = sorted((job for job in whole if force or not is_done(job)), key=weight, reverse=True)
    unchanged = [JobReport(job.notebook, job.unit, "unchanged") for job in whole if job not in todo]
    reports: list[JobReport] = []
    many = min(jobs or os.cpu_count() or 1, max(1, len(todo)))
    works = [Work(workspace.root, campaign, job, time_limit, memory_limit or _memory(many)) for job in todo]
    for report in _told(far.each(works, scheduler, share) if scheduler else _each(works, many), len(todo), 0 if scheduler else many, tell):
        reports.append(report)
    order = {(job.notebook, job.unit): at for at, job in enumerate(whole)}
    ended = sorted([*reports, *unchanged], key=lambda report: order[report.notebook, report.unit])
    seconds = {f"{report.notebook} {report.unit or CITY}": report.seconds for report in reports}
    write_evidence(workspace, campaign, [*plan(workspace, campaign), *requested(workspace, campaign)], seconds)
    return RunReport(tuple(ended))


def why(workspace: Workspace, campaign: Campaign, notebooks: tuple[str, ...] = (), units: tuple[str, ...] = ()) -> Iterator[str]:
    """Say for each job whether it would run, and why."""
    for job in plan(workspace, campaign, notebooks, units):
        if not job.target.is_file():
            yield f"{job.label}: would run, it was not run yet"
        elif not is_done(job):
            names = changed(job)
            more = f" and {len(names) - TOLD} more" if len(names) > TOLD else ""
            yield f"{job.label}: would run, changed: {', '.join(names[:TOLD])}{more}"
        else:
            yield f"{job.label}: unchanged"


def _told(ending: Iterator[JobReport], total: int, at_a_time: int, tell: Progress) -> Iterator[JobReport]:
    """Pass the reports on and tell after each how many are done, run and failed; elsewhere nobody counts what runs (`at_a_time` 0)."""
    failed = 0
    for done in range(total + 1):
        running = min(at_a_time, total - done)
        notes = [f"{running} running"] * bool(running) + [f"{failed} failed"] * bool(failed)
        tell("run: notebooks", done, total, ", ".join(notes))
        if report := next(ending, None):
            failed += report.status == "failed"
            yield report


def _memory(jobs: int) -> int:
    return int(psutil.virtual_memory().total * 0.8 / jobs)


def _each(works: list[Work], jobs: int) -> Iterator[JobReport]:
    """Execute the jobs, `jobs` at a time, and yield their reports as they end.

    When a worker is ended from outside, those it ran beside are run again in new workers; a job whose worker ended twice has failed.
    """
    waiting = deque(works)
    ended: Counter[str] = Counter()
    while waiting:
        pool = pool_of(min(jobs, len(waiting)), waiting[0].root, waiting[0].campaign)
        running: dict[Future[JobReport], Work] = {}
        try:
            while waiting or running:
                while waiting and len(running) < jobs + 1:
                    item = waiting.popleft()
                    running[pool.submit(execute, item)] = item
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    report = future.result()
                    running.pop(future)
                    yield report
            pool.shutdown()
        except BrokenProcessPool:
            pool.shutdown(cancel_futures=True)
            # What had ended well before the break is told; the others go again.
            for future, item in running.items():
                if future.done() and future.exception() is None:
                    yield future.result()
                    continue
                ended[item.job.label] += 1
                if ended[item.job.label] < ATTEMPTS:
                    waiting.appendleft(item)
                else:
                    error = f"its worker process was ended {ATTEMPTS} times; look for memory running out, then run again"
                    yield JobReport(item.job.notebook, item.job.unit, "failed", error=error)
        except BaseException:
            _end(pool)
            raise


def pool_of(workers: int, root: Path, campaign: Campaign) -> ProcessPoolExecutor:
    """Return a pool of worker processes, each with a maker of warm kernels where fork exists."""
    if can_fork():
        read_once = partial(_register, root, campaign)
        return ProcessPoolExecutor(workers, mp_context=warm_context(), initializer=use_maker, initargs=(read_once,))
    return ProcessPoolExecutor(workers, mp_context=get_context("spawn"))


def _register(root: Path, campaign: Campaign) -> None:
    """Read the register of units, which every notebook asks for, before the first kernel is forked."""
    Workspace(root).register(campaign)


def _end(pool: ProcessPoolExecutor) -> None:
    """End all workers at once; their makers and kernels end with them."""
    processes = list((getattr(pool, "_processes", None) or {}).values())
    pool.shutdown(wait=False, cancel_futures=True)
    for process in processes:
        process.kill()
