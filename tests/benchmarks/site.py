"""Seconds per page: the embedded renderer beside `jupyter nbconvert` file by file and, where it is found, Quarto.

    uv run --with nbconvert python -m tests.benchmarks.site reports/site/hanoi-tet-2024 [--pages 12]

The folder is a staged project, as `ansinh site` leaves it. nbconvert and Quarto are measured over --pages pages, the embedded renderer
over all: cold, and again with what the first time memory. nbconvert makes bare pages without navigation; its figure is one process a file,
as its command works.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

from ansinh.site import embedded, quarto
from ansinh.site.memory import Memory


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("staged", type=Path)
    parser.add_argument("--pages", type=int, default=12)
    parser.add_argument("--jobs", type=int, default=1)
    given = parser.parse_args()
    documents = sorted(given.staged.rglob("*.ipynb"))
    few = documents[:: max(1, len(documents) // given.pages)][: given.pages]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)

        def render(out: str) -> None:
            with Memory(folder / "memory") as memory:
                embedded.render(given.staged, folder / out, jobs=given.jobs, memory=memory)

        tell("embedded, cold", timed(lambda: render("cold")), len(documents))
        tell("embedded, nothing changed", timed(lambda: render("warm")), len(documents))
        convert = [sys.executable, "-m", "nbconvert", "--to", "html", "--log-level", "ERROR", "--output-dir", str(folder / "nbconvert")]
        if subprocess.run([*convert[:3], "--version"], capture_output=True, check=False).returncode:
            print("nbconvert              not installed (uv run --with nbconvert …)")
        else:
            tell("jupyter nbconvert", timed(lambda: [subprocess.run([*convert, str(path)], check=True) for path in few]), len(few))
        if quarto.find() is None:
            print("Quarto                 not found (QUARTO_PATH, PATH)")
        else:
            part = folder / "part"
            shutil.copytree(given.staged, part)
            for path in set(documents) - set(few):
                (part / path.relative_to(given.staged)).unlink()
            (folder / "quarto").mkdir()
            tell("Quarto", timed(lambda: quarto.render(part, folder / "quarto")), len(few))


def timed(work: Callable[[], object]) -> float:
    """Return the seconds the work takes."""
    start = perf_counter()
    work()
    return perf_counter() - start


def tell(name: str, seconds: float, pages: int) -> None:
    """Print one line."""
    print(f"{name:26} {seconds:8.2f} s  {pages:4} pages  {seconds / pages * 1000:8.1f} ms a page", flush=True)


if __name__ == "__main__":
    main()
