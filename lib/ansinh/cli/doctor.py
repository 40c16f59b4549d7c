"""What is on this machine, and what that means for An Sinh."""

from __future__ import annotations

import importlib.metadata
import multiprocessing
import os
import platform
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

import psutil

MEMORY_PER_JOB = 700 * 1024**2
"""Bytes one notebook or intake worker may need at the full size of the demo city; measured, see docs/scale.md."""


@dataclass(frozen=True)
class Symptom:
    """One thing looked at: what was found, whether it is good, and what it means."""

    name: str
    found: str
    good: bool
    meaning: str


def examine(workspace: Path | None) -> list[Symptom]:
    """Look at Python, Quarto, kernels, fonts, cores, memory and disk; nothing is changed."""
    return [_python(), _packages(), _quarto(), _kernels(), _font(), _cores(), _disk(workspace or Path.cwd())]


def _python() -> Symptom:
    good = sys.version_info >= (3, 11)
    return Symptom("Python", platform.python_version(), good, "good" if good else "install Python 3.11 or newer")


def _packages() -> Symptom:
    found = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in ("papermill", "pandas", "duckdb", "matplotlib"))
    return Symptom("packages", found, True, "as locked in uv.lock")


def _quarto() -> Symptom:
    command = os.environ.get("QUARTO_PATH") or shutil.which("quarto")
    if command:
        return Symptom("Quarto", "found", True, "the site is rendered by Quarto; --renderer embedded does without")
    return Symptom("Quarto", "not found", True, "the embedded renderer makes the same pages; set QUARTO_PATH to use Quarto")


def _kernels() -> Symptom:
    forks = "forkserver" in multiprocessing.get_all_start_methods()
    meaning = "notebooks start on warm, forked kernels" if forks else "each notebook starts its own kernel: slower, same pages"
    return Symptom("kernels", "fork is available" if forks else "no fork", True, meaning)


def _font() -> Symptom:
    fonts = Path(__file__).parents[1] / "site" / "theme" / "fonts"
    count = len(list(fonts.glob("*.woff2")))
    return Symptom(
        "fonts", f"{count} shipped", count > 0, "pages carry their own font" if count else "reinstall An Sinh: its font files are missing"
    )


def _cores() -> Symptom:
    cores = os.cpu_count() or 1
    memory = psutil.virtual_memory().available
    jobs = max(1, min(cores, memory // MEMORY_PER_JOB))
    found = f"{cores} cores, {memory / 1024**3:.1f} GiB free"
    meaning = f"--jobs {jobs} fits" if jobs == cores else f"memory allows {jobs} jobs: use --jobs {jobs}"
    return Symptom("cores, memory", found, jobs == cores, meaning)


def _disk(folder: Path) -> Symptom:
    free = shutil.disk_usage(folder).free / 1024**3
    return Symptom("disk", f"{free:.0f} GiB free", free > 2, "good" if free > 2 else "a city needs about 2 GiB")
