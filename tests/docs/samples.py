"""The samples of the documentation: found in its pages, run in a workspace that looks like a reader's.

Declared by the fence: ```sh and ```python run, one process a block, in the order of the page; ```yaml {filename="…"} writes the file,
```yaml {append="…"} adds to it; any other block is only shown. A page says in a comment where it begins: `<!-- samples: demo city -->`.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / name for name in ("README.md", "README.vi.md", "CONTRIBUTING.md")] + sorted((ROOT / "docs").rglob("*.md"))
LONG = re.compile(r"\bansinh (?:build|run|site|verify|publish|sign|sample|worklists)\b")
"""Commands that take more than a few seconds, or need what such a command makes."""
_FENCE = re.compile(r"^(?P<indent> *)(?P<fence>`{3,})(?P<info>[^\n`]*)\n(?P<body>.*?)^(?P=indent)(?P=fence) *$", re.MULTILINE | re.DOTALL)
_START = re.compile(r"<!-- samples: ([\w ]+?) -->")


@dataclass(frozen=True)
class Sample:
    """One block of a page: its language, the file it writes or adds to ("" for none), and its text."""

    language: str
    attribute: str
    file: str
    text: str


def samples(text: str) -> Iterator[Sample]:
    """Yield what a page asks to be run, in order."""
    for found in _FENCE.finditer(text):
        language, _, rest = found["info"].strip().partition(" ")
        attribute, file = next(iter(re.findall(r'\b(filename|append)="([^"]+)"', rest)), ("", ""))
        if language in ("sh", "python") or (language == "yaml" and file):
            yield Sample(language, attribute, file, re.sub(f"^{found['indent']}", "", found["body"], flags=re.MULTILINE))


def start_of(text: str) -> str:
    """Return what a page's samples begin with: "checkout", "demo city" or "tutorial"."""
    return next(iter(_START.findall(text)), "checkout")


def lay_reader(folder: Path) -> None:
    """Make of a workspace what a reader has after setting up: docs/tutorial, .venv, and a `make` that says what it would do."""
    (folder / ".venv").symlink_to(Path(sys.executable).parents[1])
    (folder / "docs").mkdir()
    (folder / "docs" / "tutorial").symlink_to(ROOT / "docs" / "tutorial")
    tools = folder / ".tools"
    tools.mkdir()
    # What make does sets up a machine; that the target exists and what it would run is what can be seen here.
    (tools / "make").write_text(f'#!/bin/sh\nexec /usr/bin/env -i PATH="/usr/bin:/bin" make --dry-run --directory="{ROOT}" "$@"\n')
    (tools / "make").chmod(0o755)


def run(sample: Sample, folder: Path, **environment: str) -> None:
    """Run one sample in the reader's workspace; raises AssertionError with what it said when it fails."""
    if sample.file:
        path = folder / sample.file
        before = path.read_text(encoding="utf-8") if sample.attribute == "append" else ""
        path.write_text(f"{before}{sample.text}", encoding="utf-8")
        return
    command = ["bash", "-euo", "pipefail", "-c"] if sample.language == "sh" else [sys.executable, "-c"]
    path = os.pathsep.join([str(folder / ".tools"), str(Path(sys.executable).parent), os.environ["PATH"]])
    clean = {name: value for name, value in os.environ.items() if name not in ("ANSINH_WORKSPACE", "MAKEFLAGS")}
    done = subprocess.run(
        [*command, sample.text],
        cwd=folder,
        env=clean | {"PATH": path} | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=900,
    )
    assert done.returncode == 0, f"{sample.text}\nexit code {done.returncode}\n{done.stdout}\n{done.stderr}"
