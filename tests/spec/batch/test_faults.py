"""What goes wrong in mid-batch, done for real: processes killed, cells that hang, fill the memory or the disk. A rerun completes,
and the result is byte for byte that of an undisturbed run."""

from __future__ import annotations

import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from ansinh.batch import run
from ansinh.campaign import Campaign, Workspace

UNITS = ("001", "002", "003", "004", "005", "006")
NOTEBOOKS = ("district_coverage",)
pytestmark = pytest.mark.slow


@pytest.fixture
def copy(city: Workspace, tmp_path: Path) -> Workspace:
    """A copy of the small city to run notebooks in."""
    root = tmp_path / "workspace"
    shutil.copytree(city.root, root, ignore=shutil.ignore_patterns("sources", "cache", "reports", "_site", "truth"))
    return Workspace(root)


@pytest.fixture(scope="module")
def undisturbed(city: Workspace, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The sealed notebooks of a run that nothing disturbed."""
    root = tmp_path_factory.mktemp("undisturbed") / "workspace"
    shutil.copytree(city.root, root, ignore=shutil.ignore_patterns("sources", "cache", "reports", "_site", "truth"))
    from tests.conftest import small

    workspace = Workspace(root)
    campaign = small(workspace.campaign())
    assert not run(workspace, campaign, units=UNITS, notebooks=NOTEBOOKS, jobs=2).failed
    return sealed(workspace, campaign)


def sealed(workspace: Workspace, campaign: Campaign) -> dict[str, bytes]:
    folder = workspace.runs(campaign, campaign.as_of)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*.ipynb"))}


def spoil(workspace: Workspace, code: str, unit: str = "003") -> str:
    """Let the notebook do something bad in one unit; returns its text as it was."""
    path = workspace.notebooks / "district_coverage.ipynb"
    before = path.read_text(encoding="utf-8")
    content = json.loads(before)
    cell = next(cell for cell in content["cells"] if cell["id"] == "tra-loi")
    cell["source"] = [f"if unit == '{unit}':\n    {code}\n", "audit.coverage.answer()"]
    path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    return before


def rerun(workspace: Workspace, campaign: Campaign, notebook: str, undisturbed: dict[str, bytes]) -> None:
    """Put the notebook right, run again: everything is there, as if nothing had happened."""
    (workspace.notebooks / "district_coverage.ipynb").write_text(notebook, encoding="utf-8")
    assert not run(workspace, campaign, units=UNITS, notebooks=NOTEBOOKS, jobs=2).failed
    assert sealed(workspace, campaign) == undisturbed


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("raise ValueError('geheim')", "ValueError: see the notebook in reports/failed"),
        ("import time; time.sleep(600)", "CellTimeoutError: a cell took longer than 8 seconds"),
        ("import os; os.kill(os.getpid(), 9)", "DeadKernelError"),
        ("hoard = [bytes(1 << 26) for _ in range(10**6)]", "MemoryError"),
    ],
    ids=["raises", "sleeps forever", "kernel killed", "allocates without end"],
)
def test_one_bad_notebook_fails_alone_and_a_rerun_completes(
    copy: Workspace, campaign: Campaign, undisturbed: dict[str, bytes], code: str, said: str
) -> None:
    before = spoil(copy, code)
    report = run(copy, campaign, units=UNITS, notebooks=NOTEBOOKS, jobs=2, time_limit=8, memory_limit=3 << 30)
    assert [(job.unit, job.error.startswith(said)) for job in report.failed] == [("003", True)], report.failed
    assert "geheim" not in report.failed[0].error
    rerun(copy, campaign, before, undisturbed)


def tree() -> list[psutil.Process]:
    return psutil.Process().children(recursive=True)


def kill_once(which: Callable[[list[psutil.Process]], psutil.Process | None]) -> threading.Thread:
    """Kill one process of the running batch, as soon as there is one to be chosen."""

    def watch() -> None:
        for _ in range(600):
            time.sleep(0.05)
            try:
                if (chosen := which(tree())) is not None:
                    chosen.kill()
                    return
            except psutil.Error:
                continue

    thread = threading.Thread(target=watch)
    thread.start()
    return thread


def depth(process: psutil.Process) -> int:
    return len([parent for parent in process.parents() if parent.pid != os.getpid() and psutil.Process() in parent.parents()])


def deepest(processes: list[psutil.Process]) -> psutil.Process | None:
    """A kernel: runner → fork server → worker → maker → kernel."""
    kernels = [process for process in processes if depth(process) == 3]
    return kernels[0] if kernels else None


def worker(processes: list[psutil.Process]) -> psutil.Process | None:
    """A worker with a kernel at work."""
    kernel = deepest(processes)
    return kernel.parents()[1] if kernel else None


def test_a_killed_kernel_fails_its_notebook_alone(copy: Workspace, campaign: Campaign, undisturbed: dict[str, bytes]) -> None:
    notebook = (copy.notebooks / "district_coverage.ipynb").read_text(encoding="utf-8")
    thread = kill_once(deepest)
    report = run(copy, campaign, units=UNITS, notebooks=NOTEBOOKS, jobs=2)
    thread.join()
    assert len(report.failed) <= 1
    assert all("DeadKernelError" in job.error or "kernel did not finish" in job.error for job in report.failed)
    rerun(copy, campaign, notebook, undisturbed)


def test_a_killed_worker_is_replaced_and_its_notebooks_run_again(
    copy: Workspace, campaign: Campaign, undisturbed: dict[str, bytes]
) -> None:
    thread = kill_once(worker)
    report = run(copy, campaign, units=UNITS, notebooks=NOTEBOOKS, jobs=2)
    thread.join()
    assert not report.failed, report.failed
    assert sealed(copy, campaign) == undisturbed


def ansinh(workspace: Workspace, *arguments: str, **options: object) -> subprocess.Popen[str]:
    command = [str(Path(sys.executable).with_name("ansinh")), "run", *arguments]
    return subprocess.Popen(command, cwd=workspace.root, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options)  # type: ignore[call-overload, no-any-return]


def wait_for(condition: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)


def below(process: subprocess.Popen[str]) -> list[psutil.Process]:
    try:
        return psutil.Process(process.pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def arguments() -> list[str]:
    return [*(f"--unit={unit}" for unit in UNITS), "--notebook=district_coverage", "--jobs=2"]


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT], ids=["killed", "interrupted"])
def test_a_runner_that_ends_leaves_no_process_and_a_rerun_goes_on(copy: Workspace, number: int) -> None:
    process = ansinh(copy, *arguments())
    wait_for(lambda: len(below(process)) >= 6)
    left = below(process)
    process.send_signal(number)
    # A second or two on a quiet machine; what is proved is that nobody else need end them.
    _, errors = process.communicate(timeout=60)
    wait_for(lambda: not any(found.is_running() and found.status() != psutil.STATUS_ZOMBIE for found in left))
    assert number == signal.SIGKILL or (process.returncode == 130 and "Stopped." in errors)
    again = ansinh(copy, *arguments())
    said, errors = again.communicate(timeout=300)
    assert again.returncode == 0, errors
    assert "failed      none" in said or "failed     none" in said


def test_a_killed_fork_server_stops_nothing_for_good(copy: Workspace, campaign: Campaign, undisturbed: dict[str, bytes]) -> None:
    def server(processes: list[psutil.Process]) -> psutil.Process | None:
        kernel = deepest(processes)
        return kernel.parents()[2] if kernel else None

    thread = kill_once(server)
    run(copy, campaign, units=UNITS, notebooks=NOTEBOOKS, jobs=2)
    thread.join()
    notebook = (copy.notebooks / "district_coverage.ipynb").read_text(encoding="utf-8")
    rerun(copy, campaign, notebook, undisturbed)


def test_a_full_disk_fails_with_words_and_a_rerun_completes(copy: Workspace, campaign: Campaign, undisturbed: dict[str, bytes]) -> None:
    def small_files() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)

    process = ansinh(copy, *arguments(), preexec_fn=small_files)
    said, errors = process.communicate(timeout=300)
    assert process.returncode in (1, 2), errors
    assert "The disk is full" in errors or "File too large" in said
    assert "Traceback" not in errors
    runs = copy.runs(campaign, campaign.as_of)
    assert not any(path.stat().st_size == 20_000 for path in runs.rglob("*.ipynb"))
    notebook = (copy.notebooks / "district_coverage.ipynb").read_text(encoding="utf-8")
    rerun(copy, campaign, notebook, undisturbed)
