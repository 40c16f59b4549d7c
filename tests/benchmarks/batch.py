"""The same notebooks of the same units on the same machine: papermill's command, its API, the nearest peer's way, ours, and the floor.

    uv run --with nbconvert python -m tests.benchmarks.batch --workspace . --units 30

Each way runs in processes of its own and writes to a temporary folder. The floor calls what the notebooks call, without notebooks.
CPU seconds are those of the whole tree of processes, looked at ten times a second: they compare the ways on a machine that others use too.
Python writes bytecode before anything is timed (papermill's own command would otherwise compile its libraries for every notebook).
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import nbformat
import psutil

from ansinh.campaign import Workspace

NOTEBOOK = "district_coverage"


def parameters(workspace: Workspace, unit: str) -> dict[str, str]:
    """Return the notebook's three parameters for one unit."""
    campaign = workspace.campaign()
    return {"campaign": campaign.name, "unit": unit, "as_of": campaign.as_of.isoformat()}


def papermill_command(workspace: Workspace, units: list[str], out: Path) -> None:
    """(a) papermill's command in a loop."""
    for unit in units:
        given = [item for name, value in parameters(workspace, unit).items() for item in ("-r", name, value)]
        command = [
            str(Path(sys.executable).with_name("papermill")),
            str(workspace.notebooks / f"{NOTEBOOK}.ipynb"),
            str(out / f"{unit}.ipynb"),
        ]
        subprocess.run([*command, *given, "-k", "python3", "--no-progress-bar"], check=True, capture_output=True, cwd=workspace.notebooks)


def papermill_api(workspace: Workspace, units: list[str], out: Path) -> None:
    """(b) papermill's API in a loop."""
    import papermill

    for unit in units:
        source, target = str(workspace.notebooks / f"{NOTEBOOK}.ipynb"), str(out / f"{unit}.ipynb")
        papermill.execute_notebook(source, target, parameters(workspace, unit), kernel_name="python3", progress_bar=False)


def peers_way(workspace: Workspace, units: list[str], out: Path) -> None:
    """(c) The nearest public peer: papermill's API one unit after the other, then each notebook converted to a page."""
    papermill_api(workspace, units, out)
    for unit in units:
        command = [sys.executable, "-m", "nbconvert", "--to", "html", "--no-input", str(out / f"{unit}.ipynb")]
        subprocess.run(command, check=True, capture_output=True)


def ours(jobs: int) -> Callable[[Workspace, list[str], Path], None]:
    """(d) `ansinh run`, sealed notebooks, with so many jobs."""

    def way(workspace: Workspace, units: list[str], out: Path) -> None:
        command = [str(Path(sys.executable).with_name("ansinh")), "run", "--force", f"--jobs={jobs}", f"--notebook={NOTEBOOK}"]
        subprocess.run([*command, *(f"--unit={unit}" for unit in units)], check=True, capture_output=True, cwd=workspace.root)

    return way


def _calls(root: Path, unit: str) -> int:
    os.environ["ANSINH_WORKSPACE"] = str(root)
    workspace = Workspace(root)
    cells = nbformat.read(workspace.notebooks / f"{NOTEBOOK}.ipynb", as_version=4).cells
    from ansinh import open_audit

    audit = open_audit(**parameters(workspace, unit))
    sources = [cell.source for cell in cells if cell.cell_type == "code" and cell.source.startswith("audit.")]
    return sum(len(eval(source, {"audit": audit}).html) for source in sources)


def floor(workspace: Workspace, units: list[str], out: Path) -> None:
    """(e) What the notebooks call, called plainly in as many processes as cores; no notebooks."""
    with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn")) as pool:
        list(pool.map(_calls, [workspace.root] * len(units), units))


class Watch:
    """Watches this process and all below it until it is stopped: the greatest sum of private memory, and the CPU seconds of all but its own."""

    def __init__(self) -> None:
        self._stop = threading.Event()
        self._spent: dict[tuple[int, float], float] = {}
        self._before = time.process_time()
        self._peak = 0
        self._own = 0.0
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def _watch(self) -> None:
        looks = 0
        while not self._stop.wait(0.1):
            self._look(memory=looks % 10 == 0)
            looks += 1
        self._look(memory=True)
        self._own = time.thread_time()

    def _look(self, memory: bool) -> None:
        total = 0
        for process in [psutil.Process(), *psutil.Process().children(recursive=True)]:
            try:
                times = process.cpu_times()
                self._spent[process.pid, process.create_time()] = times.user + times.system
                total += process.memory_full_info().uss if memory else 0
            except psutil.Error:
                continue
        self._peak = max(self._peak, total)

    def stop(self) -> tuple[float, int]:
        """Return (CPU seconds, peak MB)."""
        self._stop.set()
        self._thread.join()
        return sum(self._spent.values()) - self._own - self._before, round(self._peak / 1024**2)


WAYS: dict[str, Callable[[Workspace, list[str], Path], None]] = {
    "(a) papermill command, loop": papermill_command,
    "(b) papermill API, loop": papermill_api,
    "(c) peer's way: API, loop, nbconvert": peers_way,
    "(d) ours, --jobs 1": ours(1),
    "(d) ours, all cores": ours(os.cpu_count() or 1),
    "(e) floor: plain calls, all cores": floor,
}


def main() -> None:
    """Print one row per way."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--workspace", type=Path, default=Path())
    parser.add_argument("--units", type=int, default=30)
    parser.add_argument("--loop-units", type=int, help="Fewer units for the ways that loop, (a) to (c): each takes them the same time.")
    parser.add_argument("--run")
    given = parser.parse_args()
    workspace = Workspace.find(given.workspace)
    os.environ["ANSINH_WORKSPACE"] = str(workspace.root)
    every = [unit.code for unit in workspace.units(workspace.campaign())]
    units = every[: given.units]
    if given.run:
        out = Path(tempfile.mkdtemp())
        watch, start = Watch(), time.perf_counter()
        WAYS[given.run](workspace, units, out)
        seconds = time.perf_counter() - start
        cpu, peak = watch.stop()
        shutil.rmtree(out)
        print(json.dumps({"seconds": round(seconds, 1), "cpu": round(cpu, 1), "peak_mb": peak}))
        return
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    print(
        "| way | notebooks | seconds | a notebook | CPU seconds | a notebook | peak MB of the tree |\n| --- | --- | --- | --- | --- | --- | --- |"
    )
    for way in WAYS:
        count = (given.loop_units or given.units) if "loop" in way else given.units
        command = [
            sys.executable,
            "-m",
            "tests.benchmarks.batch",
            "--workspace",
            str(workspace.root),
            "--units",
            str(count),
            "--run",
            way,
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        told = json.loads(done.stdout.splitlines()[-1]) if done.returncode == 0 else {}
        if not told:
            print(f"| {way} | {count} | did not get through | | | | |", flush=True)
            continue
        each, cpu = (f"{told[name] / count:.2f}" for name in ("seconds", "cpu"))
        print(f"| {way} | {count} | {told['seconds']} | {each} | {told['cpu']} | {cpu} | {told['peak_mb']} |", flush=True)


if __name__ == "__main__":
    main()
