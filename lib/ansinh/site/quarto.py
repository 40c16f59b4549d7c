"""Rendering with the genuine Quarto, found through the `quarto` package. Its exit status is not believed: pages are counted.

Afterwards its pages are made to keep what ours promise: nothing from another host, the policy, the search index that knows no diacritics.
"""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

from quarto.quarto import find_quarto

from ansinh.errors import AnsinhError, UserError
from ansinh.site.config import read_config
from ansinh.site.page import Project, read_page
from ansinh.site.policy import policy
from ansinh.site.search import NAME as SEARCH
from ansinh.site.search import search_index

_FOREIGN = re.compile(r'\s*<(?:script|link)[^>]*(?:src|href)="(?:https?:)?//[^"]*"[^>]*>(?:</script>)?')
_MAIN = re.compile(r"<main\b.*?</main>", re.DOTALL)
_SCRIPT = re.compile(r"<script\b(?![^>]*\bsrc=)[^>]*>(.*?)</script>", re.DOTALL)
_STYLE = re.compile(r"<style\b[^>]*>(.*?)</style>", re.DOTALL)
_SAID = 2000
"""So many letters of Quarto's own words are told."""


def find() -> str | None:
    """Return the Quarto command (QUARTO_PATH, then PATH), or None."""
    try:
        return str(find_quarto())
    except FileNotFoundError:
        return None


def render(staged: Path, output: Path) -> tuple[str, ...]:
    """Render the staged project with Quarto into `output`; returns the page addresses.

    Raises UserError when Quarto is not there or cannot be started, AnsinhError with Quarto's own words when a page is missing afterwards.
    """
    command = find()
    if command is None:
        raise UserError("Quarto is not on this machine. Use --renderer embedded, or install it and set QUARTO_PATH.")
    try:
        done = subprocess.run(
            [command, "render", str(staged), "--no-execute", "--output-dir", str(output.resolve())],
            capture_output=True,
            text=True,
            check=False,
            env=os.environ | {"NO_COLOR": "1"},
        )
    except OSError as error:
        raise UserError(
            f"Quarto cannot be started: {error.strerror}. Set QUARTO_PATH to the command, or use --renderer embedded."
        ) from None
    documents = sorted(staged.rglob("*.ipynb"))
    pages = tuple(path.relative_to(staged).with_suffix("").as_posix() for path in documents)
    missing = [page for page in pages if not (output / f"{page}.html").is_file()]
    if missing:
        said = (done.stderr or done.stdout)[-_SAID:].strip()
        raise AnsinhError(f"Quarto did not make {missing[0]}.html (exit status {done.returncode}). It said:\n{said}")
    for page in pages:
        path = output / f"{page}.html"
        path.write_text(kept_promises(path.read_text(encoding="utf-8")), encoding="utf-8")
    config = read_config(staged)
    told = Project(frozenset(pages), config.words, config.echo, staged)
    (output / SEARCH).write_text(search_index([read_page(path, staged, told) for path in documents]), encoding="utf-8")
    return pages


def kept_promises(markup: str) -> str:
    """Return one of Quarto's pages with our policy and without scripts and style sheets of other hosts (require.js, jQuery).

    Inline scripts and styles that Quarto put around the content run by their hash; one inside it, where data stand, never does.
    """
    own = _FOREIGN.sub("", markup)
    around = _MAIN.sub("", own)
    rule = policy(_SCRIPT.findall(around), _STYLE.findall(around))
    return re.sub(r"<head>", f'<head>\n<meta http-equiv="Content-Security-Policy" content="{rule}">', own, count=1)
