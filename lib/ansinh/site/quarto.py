"""Rendering with the genuine Quarto, found through the `quarto` package. Its exit status is not believed: pages are counted."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

from ansinh.errors import AnsinhError, UserError

_FOREIGN = re.compile(r'\s*<(script|link)[^>]*(?:src|href)="(?:https?:)?//[^"]*"[^>]*>(?:</script>)?')


def find() -> str | None:
    """Return the Quarto command (QUARTO_PATH, then PATH), or None."""
    given = os.environ.get("QUARTO_PATH")
    if given:
        return given if Path(given).is_file() else None
    return shutil.which("quarto")


def render(staged: Path, output: Path) -> tuple[str, ...]:
    """Render the staged project with Quarto into `output`; returns the page addresses.

    Raises UserError when Quarto is not there, AnsinhError with Quarto's own words when a page is missing afterwards.
    """
    command = find()
    if command is None:
        raise UserError("Quarto is not on this machine. Use --renderer embedded, or install it and set QUARTO_PATH.")
    done = subprocess.run(
        [command, "render", str(staged), "--no-execute", "--output-dir", str(output)], capture_output=True, text=True, check=False
    )
    pages = tuple(sorted(path.relative_to(staged).with_suffix("").as_posix() for path in staged.rglob("*.ipynb")))
    missing = [page for page in pages if not (output / f"{page}.html").is_file()]
    if missing:
        raise AnsinhError(f"Quarto did not make {missing[0]}.html (exit status {done.returncode}). It said:\n{done.stderr[-2000:]}")
    for page in pages:
        # Quarto adds require.js and jQuery from a CDN to every page with an HTML output.
        path = output / f"{page}.html"
        path.write_text(_FOREIGN.sub("", path.read_text(encoding="utf-8")), encoding="utf-8")
    return pages
