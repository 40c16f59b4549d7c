"""What a notebook cell shows: safe HTML for pages and JupyterLab, plain text for terminals and nbval."""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import Any

from ansinh.cells import CONTROLS


@dataclass(frozen=True)
class Shown:
    """One thing shown. `html` is complete and escaped; `text` says the same in plain words; `queries` are those it was made by (SQL)."""

    html: str
    text: str
    queries: tuple[str, ...] = ()

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> tuple[dict[str, str], dict[str, Any]]:
        # The queries stand in the output's metadata: shown by no renderer, kept in the notebook.
        return {"text/html": self.html, "text/plain": self.text}, {"ansinh": {"sql": list(self.queries)}} if self.queries else {}

    def __repr__(self) -> str:
        return self.text

    def __add__(self, other: Shown) -> Shown:
        return Shown(self.html + "\n" + other.html, self.text + "\n\n" + other.text, (*self.queries, *other.queries))


def escape(value: object) -> str:
    """Return data as text that is safe in HTML, without control and direction marks."""
    return html.escape(str(value).translate(CONTROLS), quote=True)


def paragraph(sentence: str, cls: str = "") -> Shown:
    """Return one sentence as a paragraph."""
    attribute = f' class="{cls}"' if cls else ""
    return Shown(f"<p{attribute}>{escape(sentence)}</p>", sentence)
