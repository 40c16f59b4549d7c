"""One job in its worker process: executed by papermill, sealed, put in its place; or its failure told in one line."""

from __future__ import annotations

import json
import os
import uuid
import warnings
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

from ansinh.batch.leash import MEMORY, end_with_parent
from ansinh.batch.plan import CITY, Job, key_file, set_aside
from ansinh.campaign import Campaign, Workspace

if TYPE_CHECKING:
    import nbformat

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

    @property
    def label(self) -> str:
        """The job in a few words, as `Job.label`."""
        return f"{self.notebook} {self.unit or CITY}"


@dataclass(frozen=True)
class Work:
    """One job with all a worker process must know; `time_limit` in seconds per cell, `memory_limit` in bytes of data (0: none)."""

    root: Path
    campaign: Campaign
    job: Job
    time_limit: int = TIME_LIMIT
    memory_limit: int = 0


def execute(work: Work) -> JobReport:
    """Execute one job through papermill, seal the result and put it in its place; runs in a worker process."""
    import nbformat
    from papermill.exceptions import PapermillExecutionError

    from ansinh.batch.seal import NotSealed, seal

    end_with_parent()
    job, workspace = work.job, Workspace(work.root)
    os.environ["ANSINH_WORKSPACE"] = str(work.root)
    os.environ[MEMORY] = str(work.memory_limit or "")
    start = perf_counter()
    draft = draft_of(work)
    draft.parent.mkdir(parents=True, exist_ok=True)
    job.target.parent.mkdir(parents=True, exist_ok=True)
    try:
        executed = _papermill(job, draft, workspace, work.time_limit)
        name = workspace.register(work.campaign).get(job.unit).name if job.unit else work.campaign.place
        sealed = seal(executed, job.page, job.parameters, work.campaign, job.notebook, name)
        write(job.target, nbformat.writes(sealed) + "\n")
        write(key_file(job), job.key)
    except PapermillExecutionError as error:
        put_aside(job)
        return JobReport(job.notebook, job.unit, "failed", perf_counter() - start, _cell(draft), _one_line(error))
    except NotSealed as error:
        put_aside(job)
        return JobReport(job.notebook, job.unit, "failed", perf_counter() - start, error=f"not sealed: {error}")
    except Exception as error:
        put_aside(job)
        return JobReport(job.notebook, job.unit, "failed", perf_counter() - start, _cell(draft), _ended(error, work.time_limit))
    draft.unlink(missing_ok=True)
    set_aside(job).unlink(missing_ok=True)
    return JobReport(job.notebook, job.unit, "done", perf_counter() - start)


def draft_of(work: Work) -> Path:
    """Return where a notebook stands while it runs, and stays when it fails (restricted)."""
    job = work.job
    return Workspace(work.root).failed(work.campaign, work.campaign.as_of) / (job.unit or "city") / f"{job.notebook}.ipynb"


def put_aside(job: Job) -> None:
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
    if isinstance(error, OSError) and error.errno:
        return f"{type(error).__name__}: {os.strerror(error.errno)}; the result was not written"
    return f"{type(error).__name__}: the kernel did not finish the notebook"


def _cell(draft: Path) -> str:
    try:
        content = json.loads(draft.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return ""
    for cell in content["cells"]:
        if any(output.get("output_type") == "error" for output in cell.get("outputs", [])):
            return str(cell.get("id", ""))
    return ""


def write(path: Path, text: str) -> None:
    """Write a file whole or not at all."""
    temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    try:
        temporary.write_text(text, encoding="utf-8")
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
