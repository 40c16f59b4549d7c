"""Run a campaign's notebooks: many at a time, one process each, resumable, one failing unit stops nobody else."""

from __future__ import annotations

import json
import os
import shutil
import uuid
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter
from typing import Any

import nbformat

from ansinh import store
from ansinh.batch.evidence import write_evidence
from ansinh.batch.leash import end_with_parent
from ansinh.batch.plan import Job, is_done, key_file, plan, requested
from ansinh.batch.seal import seal
from ansinh.campaign import Campaign, Workspace
from ansinh.errors import NotReady

Progress = Callable[[str, int, int], None]

TIME_LIMIT = 600
"""Seconds one cell may take."""


@dataclass(frozen=True)
class JobReport:
    """How one job ended: done, unchanged or failed; `error` is one line without personal values, `cell` the id of the failed cell."""

    notebook: str
    unit: str
    status: str
    seconds: float = 0.0
    cell: str = ""
    error: str = ""


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
    progress: Progress | None = None,
) -> RunReport:
    """Execute and seal what is not done or has changed; returns how each job ended.

    A failed notebook is kept as it stopped under reports/failed (restricted) and its sealed predecessor is removed. Raises
    NotReady when the snapshot was not judged, UserError for an unknown notebook or unit.
    """
    tell = progress or (lambda stage, done, total: None)
    whole = plan(workspace, campaign, notebooks, units)
    if not store.has_findings(workspace.store(campaign, campaign.as_of)):
        raise NotReady(f"There are no findings of {campaign.name} as of {campaign.as_of}. Run `ansinh check` first.")
    todo = [job for job in whole if force or not is_done(job)]
    unchanged = [JobReport(job.notebook, job.unit, "unchanged") for job in whole if job not in todo]
    reports = []
    for number, report in enumerate(_each(workspace, campaign, todo, jobs or os.cpu_count() or 1), 1):
        reports.append(report)
        tell("run: notebooks", number, len(todo))
    order = {(job.notebook, job.unit): at for at, job in enumerate(whole)}
    ended = sorted([*reports, *unchanged], key=lambda report: order[report.notebook, report.unit])
    write_evidence(workspace, campaign, [*plan(workspace, campaign), *requested(workspace, campaign)])
    return RunReport(tuple(ended))


def why(workspace: Workspace, campaign: Campaign, notebooks: tuple[str, ...] = (), units: tuple[str, ...] = ()) -> Iterator[str]:
    """Say for each job whether it would run, and why."""
    for job in plan(workspace, campaign, notebooks, units):
        if not job.target.is_file():
            yield f"{job.label}: would run, it was not run yet"
        elif not is_done(job):
            yield f"{job.label}: would run, something it depends on has changed"
        else:
            yield f"{job.label}: unchanged"


def _each(workspace: Workspace, campaign: Campaign, todo: list[Job], jobs: int) -> Iterator[JobReport]:
    if not todo:
        return
    work = [_Work(workspace.root, campaign, job) for job in todo]
    pool = ProcessPoolExecutor(min(jobs, len(todo)), mp_context=get_context("spawn"))
    try:
        waiting = {pool.submit(execute, item): item for item in work}
        for future in as_completed(waiting):
            item = waiting[future]
            try:
                yield future.result()
            except BrokenProcessPool:
                yield JobReport(item.job.notebook, item.job.unit, "failed", error="its worker process was ended; run again")
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        for process in list(getattr(pool, "_processes", {}).values()):
            process.terminate()
        raise
    pool.shutdown()


@dataclass(frozen=True)
class _Work:
    root: Path
    campaign: Campaign
    job: Job


def execute(work: _Work) -> JobReport:
    """Execute one job through papermill, seal the result and put it in its place; runs in a worker process."""
    from papermill.exceptions import PapermillExecutionError

    end_with_parent()
    job, workspace = work.job, Workspace(work.root)
    os.environ["ANSINH_WORKSPACE"] = str(work.root)
    start = perf_counter()
    draft = workspace.failed(work.campaign, work.campaign.as_of) / (job.unit or "city") / f"{job.notebook}.ipynb"
    draft.parent.mkdir(parents=True, exist_ok=True)
    job.target.parent.mkdir(parents=True, exist_ok=True)
    try:
        executed = _papermill(job, draft, workspace)
    except PapermillExecutionError as error:
        key_file(job).unlink(missing_ok=True)
        job.target.unlink(missing_ok=True)
        return JobReport(job.notebook, job.unit, "failed", perf_counter() - start, _cell(draft), _one_line(error))
    except Exception as error:
        key_file(job).unlink(missing_ok=True)
        job.target.unlink(missing_ok=True)
        return JobReport(
            job.notebook, job.unit, "failed", perf_counter() - start, "", f"{type(error).__name__}: the kernel did not finish the notebook"
        )
    name = workspace.register(work.campaign).get(job.unit).name if job.unit else work.campaign.place
    sealed = seal(executed, job.page, job.parameters, work.campaign, job.notebook, name)
    _write(job.target, nbformat.writes(sealed) + "\n")
    _write(key_file(job), job.key)
    draft.unlink(missing_ok=True)
    return JobReport(job.notebook, job.unit, "done", perf_counter() - start)


def _papermill(job: Job, draft: Path, workspace: Workspace) -> nbformat.NotebookNode:
    import papermill

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return papermill.execute_notebook(
            str(job.source),
            str(draft),
            parameters=job.parameters,
            engine_name="ansinh",
            kernel_name="python3",
            progress_bar=False,
            log_output=False,
            request_save_on_cell_execute=False,
            execution_timeout=TIME_LIMIT,
            cwd=str(workspace.notebooks),
        )


def _one_line(error: Any) -> str:
    """Return what a user may read of a failed cell: our own errors in full, others by their class only (they may quote values)."""
    ours = {"UserError", "CampaignError", "UnknownUnit", "SourceError", "NotReady", "Busy", "EngineError", "GateRefusal"}
    text = str(error.evalue).splitlines()[0] if error.ename in ours and error.evalue else "see the notebook in reports/failed"
    return f"{error.ename}: {text}"


def _cell(draft: Path) -> str:
    if not draft.is_file():
        return ""
    content = json.loads(draft.read_text(encoding="utf-8"))
    for cell in content["cells"]:
        if any(output.get("output_type") == "error" for output in cell.get("outputs", [])):
            return str(cell.get("id", ""))
    return ""


def _write(path: Path, text: str) -> None:
    temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    temporary.write_text(text, encoding="utf-8")
    os.replace(temporary, path)


def clear(workspace: Workspace, campaign: Campaign) -> None:
    """Remove the sealed notebooks of a snapshot."""
    shutil.rmtree(workspace.runs(campaign, campaign.as_of), ignore_errors=True)
