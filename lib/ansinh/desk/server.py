"""An extension of Jupyter's server, loaded by `ansinh lab`: notebooks show tables and figures by the pages' own rules."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from ansinh import site

AGAINST_LAB = (
    ".as-tile dt,.as-tile dd{float:none;width:auto;margin:0;font-weight:400}",
    ".as-table tbody th,.as-table td:not(.as-number){text-align:left}",
)
"""What JupyterLab says of lists and tables in general, taken back for ours."""


def style() -> str:
    """Return the pages' rules for what notebooks show, kept to the outputs of cells: JupyterLab's own look stays."""
    theme = (Path(site.__file__).with_name("theme") / "site.css").read_text(encoding="utf-8").splitlines()
    colours = [line for line in theme if line.startswith((":root", "--as-"))]
    rules = [line for line in theme if line.startswith((".as-", "[data-shade"))]
    return "\n".join([*colours, ".jp-OutputArea .jp-RenderedHTMLCommon{", *rules, *AGAINST_LAB, "}"]) + "\n"


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": __name__}]


def _load_jupyter_server_extension(server: Any) -> None:
    """Put the rules where JupyterLab looks for rules of one's own (custom.css)."""
    folder = Path(tempfile.mkdtemp(prefix="ansinh-style-"))
    (folder / "custom.css").write_text(style(), encoding="utf-8")
    server.web_app.settings["static_custom_path"].insert(0, str(folder))
