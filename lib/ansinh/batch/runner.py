"""Run a campaign's notebooks: many at a time, one process each, resumable, one failing unit stops nobody else."""

from __future__ import annotations

import json
import os
import shutil
import uuid
import warnings
from collections import Counter, deque
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter
from typing import Any

import nbformat
import psutil

from ansinh import store
from ansinh.batch.engine import can_fork, use_maker, warm_context
from ansinh.batch.evidence import write_evidence
from ansinh.batch.leash import MEMORY, end_with_parent
from ansinh.batch.plan import CITY, Job, changed, is_done, key_file, plan, requested, set_aside
from ansinh.batch.seal import seal
from ansinh.campaign import Campaign, Workspace
from ansinh.errors import NotReady

Progress = Callable[[str, int, int], None]

TIME_LIMIT = 600
"""Seconds one cell may take."""
TOLD = 3
"""Changed dependencies that `why` names."""
ATTEMPTS = 2
"""Times a job is begun before a worker that ends under it counts as its failure."""


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
    time_limit: int = TIME_LIMIT,
    memory_limit: int = 0,
    progress: Progress | None = None,
) -> RunReport:
    """Execute and seal what is not done or has changed; returns how each job ended.

    `time_limit` is in seconds per cell; `memory_limit` in bytes of data per kernel, 0 shares out four fifths of the machine's memory.

    A failed notebook is kept as it stopped under reports/failed (restricted) and its sealed predecessor is set aside. Raises
    NotReady when the snapshot was not judged, UserError for an unknown notebook or unit.
    """
    tell = progress or (lambda stage, done, total: None)
    whole = plan(workspace, campaign, notebooks, units)
    if not store.has_findings(workspace.store(campaign, campaign.as_of)):
        raise NotReady(f"There are no findings of {campaign.name} as of {campaign.as_of}. Run `ansinh check` first.")
    todo = [job for job in whole if force or not is_done(job)]
    unchanged = [JobReport(job.notebook, job.unit, "unchanged") for job in whole if job not in todo]
    reports = []
    many = min(jobs or os.cpu_count() or 1, max(1, len(todo)))
    for number, report in enumerate(_each(_works(workspace, campaign, todo, many, time_limit, memory_limit), many), 1):
        reports.append(report)
        tell("run: notebooks", number, len(todo))
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


def _works(workspace: Workspace, campaign: Campaign, todo: list[Job], jobs: int, time_limit: int, memory_limit: int) -> list[_Work]:
    memory = memory_limit or int(psutil.virtual_memory().total * 0.8 / jobs)
    return [_Work(workspace.root, campaign, job, time_limit, memory) for job in todo]


def _each(works: list[_Work], jobs: int) -> Iterator[JobReport]:
    """Execute the jobs, `jobs` at a time, and yield their reports as they end.

    When a worker is ended from outside, those it ran beside are run again in new workers; a job whose worker ended twice has failed.
    """
    waiting = deque(works)
    ended: Counter[str] = Counter()
    while waiting:
        pool = _pool(min(jobs, len(waiting)))
        running: dict[Future[JobReport], _Work] = {}
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


def _pool(workers: int) -> ProcessPoolExecutor:
    if can_fork():
        return ProcessPoolExecutor(workers, mp_context=warm_context(), initializer=use_maker)
    return ProcessPoolExecutor(workers, mp_context=get_context("spawn"))


def _end(pool: ProcessPoolExecutor) -> None:
    """End all workers at once; their makers and kernels end with them."""
    processes = list((getattr(pool, "_processes", None) or {}).values())
    pool.shutdown(wait=False, cancel_futures=True)
    for process in processes:
        process.terminate()


@dataclass(frozen=True)
class _Work:
    root: Path
    campaign: Campaign
    job: Job
    time_limit: int = TIME_LIMIT
    memory_limit: int = 0


def execute(work: _Work) -> JobReport:
    """Execute one job through papermill, seal the result and put it in its place; runs in a worker process."""
    from papermill.exceptions import PapermillExecutionError

    end_with_parent()
    job, workspace = work.job, Workspace(work.root)
    os.environ["ANSINH_WORKSPACE"] = str(work.root)
    os.environ[MEMORY] = str(work.memory_limit or "")
    start = perf_counter()
    draft = workspace.failed(work.campaign, work.campaign.as_of) / (job.unit or "city") / f"{job.notebook}.ipynb"
    draft.parent.mkdir(parents=True, exist_ok=True)
    job.target.parent.mkdir(parents=True, exist_ok=True)
    try:
        executed = _papermill(job, draft, workspace, work.time_limit)
    except PapermillExecutionError as error:
        _set_aside(job)
        return JobReport(job.notebook, job.unit, "failed", perf_counter() - start, _cell(draft), _one_line(error))
    except Exception as error:
        _set_aside(job)
        return JobReport(job.notebook, job.unit, "failed", perf_counter() - start, _cell(draft), _ended(error, work.time_limit))
    name = workspace.register(work.campaign).get(job.unit).name if job.unit else work.campaign.place
    sealed = seal(executed, job.page, job.parameters, work.campaign, job.notebook, name)
    _write(job.target, nbformat.writes(sealed) + "\n")
    _write(key_file(job), job.key)
    draft.unlink(missing_ok=True)
    set_aside(job).unlink(missing_ok=True)
    return JobReport(job.notebook, job.unit, "done", perf_counter() - start)


def _set_aside(job: Job) -> None:
    """Take a failed job's former result out of its place, and keep it: its figures were good once."""
    key_file(job).unlink(missing_ok=True)
    if job.target.is_file():
        os.replace(job.target, set_aside(job))


def _papermill(job: Job, draft: Path, workspace: Workspace, time_limit: int) -> nbformat.NotebookNode:
    import papermill

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return papermill.execute_notebook(
            _literal(job.source),
            _literal(draft),
            parameters=job.parameters,
            engine_name="ansinh",
            kernel_name="python3",
            progress_bar=False,
            log_output=False,
            request_save_on_cell_execute=False,
            execution_timeout=time_limit,
            cwd=str(workspace.notebooks),
        )


def _literal(path: Path) -> str:
    """Return a path as papermill takes it: it fills in parameters between braces, and a folder's name is no template."""
    return str(path).replace("{", "{{").replace("}", "}}")


def _one_line(error: Any) -> str:
    """Return what a user may read of a failed cell: our own errors in full, others by their class only (they may quote values)."""
    ours = {"UserError", "CampaignError", "UnknownUnit", "SourceError", "NotReady", "Busy", "EngineError", "GateRefusal"}
    text = str(error.evalue).splitlines()[0] if error.ename in ours and error.evalue else "see the notebook in reports/failed"
    return f"{error.ename}: {text}"


def _ended(error: Exception, time_limit: int) -> str:
    """Return in one line why a kernel did not finish; the error's own words may quote values."""
    if type(error).__name__ == "CellTimeoutError":
        return f"CellTimeoutError: a cell took longer than {time_limit} seconds and was ended"
    if type(error).__name__ == "DeadKernelError":
        return "DeadKernelError: the kernel was ended from outside, or ran out of memory"
    return f"{type(error).__name__}: the kernel did not finish the notebook"


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
