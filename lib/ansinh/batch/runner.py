"""Run a campaign's notebooks: many at a time, one process each, resumable, one failing unit stops nobody else."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ansinh import store
from ansinh.batch.evidence import last_seconds, write_evidence
from ansinh.batch.plan import changed, is_done, plan, requested
from ansinh.batch.time_left import TimeLeft
from ansinh.batch.work import TIME_LIMIT, JobReport, Work
from ansinh.campaign import Campaign, Workspace
from ansinh.errors import NotReady

Progress = Callable[..., None]
"""Called with (stage, done, total, note, left=seconds): the note says what runs and what failed; `left` is infinite while it is unknown."""

TOLD = 3
"""Changed dependencies that `why` names."""


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
    if share:
        from ansinh.batch import far

        far.restore(workspace, campaign, share)
    whole = plan(workspace, campaign, notebooks, units)
    if not store.has_findings(workspace.store(campaign, campaign.as_of)):
        raise NotReady(f"There are no findings of {campaign.name} as of {campaign.as_of}. Run `ansinh check` first.")
    todo = [job for job in whole if force or not is_done(job)]
    ended = {job.label: JobReport(job.notebook, job.unit, "unchanged") for job in whole}
    seconds: dict[str, float] = {}
    if todo:
        if not scheduler:
            from ansinh.batch import fork_server

            fork_server.begin()
        many = min(jobs or os.cpu_count() or 1, len(todo))
        time_left = TimeLeft(todo, last_seconds(workspace, campaign))
        works = [Work(workspace.root, campaign, job, time_limit, memory_limit or memory_share(many)) for job in time_left.longest_first]
        ending = _elsewhere(works, scheduler, share) if scheduler else _here(works, many)
        for report in _told(ending, time_left, 0 if scheduler else many, progress or (lambda *told, **more: None)):
            ended[report.label] = report
            seconds[report.label] = report.seconds
    default = plan(workspace, campaign) if notebooks or units else whole
    write_evidence(workspace, campaign, [*default, *requested(workspace, campaign)], seconds)
    return RunReport(tuple(ended.values()))


def memory_share(jobs: int) -> int:
    """Return the bytes of data one of so many kernels may hold: four fifths of the machine's memory are shared out."""
    import psutil

    return int(psutil.virtual_memory().total * 0.8 / jobs)


def _here(works: list[Work], at_a_time: int) -> Iterator[JobReport]:
    from ansinh.batch import pool

    return pool.each(works, at_a_time)


def _elsewhere(works: list[Work], scheduler: str, share: str) -> Iterator[JobReport]:
    from ansinh.batch import far

    return far.each(works, scheduler, share)


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


def _told(ending: Iterator[JobReport], time_left: TimeLeft, at_a_time: int, tell: Progress) -> Iterator[JobReport]:
    """Pass the reports on and tell after each how many are done, run and failed, and what is left; elsewhere nobody counts what runs (0)."""
    failed, total = 0, len(time_left.longest_first)
    for done in range(total + 1):
        running = min(at_a_time, total - done)
        notes = [f"{running} running"] * bool(running) + [f"{failed} failed"] * bool(failed)
        tell("run: notebooks", done, total, ", ".join(notes), left=time_left.left(at_a_time))
        if report := next(ending, None):
            failed += report.status == "failed"
            time_left.note(report)
            yield report
