"""Working copies: a shipped notebook with its parameters set to one campaign, place and day, for work by hand."""

from __future__ import annotations

from pathlib import Path

import nbformat

from ansinh.batch.plan import CITY, COMMUNE, DESK, declaration
from ansinh.campaign import Campaign, Workspace
from ansinh.errors import UserError

LEVELS = {CITY: "Toàn địa bàn", "unit": "Đơn vị", COMMUNE: "Xã, phường", DESK: "Bàn làm việc"}
"""Levels of notebooks, as the desk names them."""


def shipped(workspace: Workspace) -> dict[str, dict[str, str]]:
    """Return the workspace's notebooks that make pages, by name, with their declaration."""
    found = {path.stem: declaration(path) for path in sorted(workspace.notebooks.glob("*.ipynb"))}
    return {name: page for name, page in found.items() if page["level"] != DESK}


def copy(workspace: Workspace, campaign: Campaign, notebook: str, unit: str) -> Path:
    """Write the working copy of `notebook` for `unit` ("" is the whole campaign) and return it.

    A copy that exists keeps all cells but its parameters: what an auditor has written stays. Raises UserError for a notebook that
    does not exist.
    """
    source = workspace.notebooks / f"{notebook}.ipynb"
    if not source.is_file():
        raise UserError(f"There is no notebook {notebook}. Notebooks: {', '.join(shipped(workspace))}.")
    target = workspace.desk / campaign.name / (unit or CITY) / source.name
    content = nbformat.read(target if target.is_file() else source, as_version=4)
    for cell in content.cells:
        if "parameters" in cell.metadata.get("tags", []):
            cell.source = f'campaign = "{campaign.name}"\nunit = "{unit}"\nas_of = "{campaign.as_of.isoformat()}"'
    target.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(content, target)
    return target
