"""Run by hand in an ordinary kernel, a notebook shows what the batch sealed: at every level, of both campaigns."""

from __future__ import annotations

from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from ansinh.batch import run
from ansinh.campaign import Campaign, Workspace
from ansinh.desk import choose
from tests.conftest import small


def by_hand(workspace: Workspace, copy: str) -> list[Any]:
    """Run all cells of a working copy in a kernel of its own, as JupyterLab does, and return the cells' outputs."""
    notebook = nbformat.read(workspace.notebooks / copy, as_version=4)
    NotebookClient(notebook, timeout=120, kernel_name="python3", resources={"metadata": {"path": str(workspace.notebooks)}}).execute()
    return figures(notebook)


def figures(notebook: Any) -> list[Any]:
    """Return what each cell shows, by the cell's id, without counts of execution."""
    cells = [cell for cell in notebook.cells if cell.cell_type == "code" and cell.get("id") not in ("tham-so", "injected-parameters")]
    return [(cell.id, [output.get("data") or output.get("text") for output in cell.outputs]) for cell in cells]


def compare(workspace: Workspace, campaign: Campaign, notebook: str, unit: str) -> None:
    report = run(workspace, campaign, notebooks=(notebook,), units=(unit,) if unit else (), jobs=1)
    assert [job.status for job in report.jobs] == ["done"]
    [sealed] = workspace.runs(campaign, campaign.as_of).glob(f"*/{notebook}.ipynb")
    batch = figures(nbformat.read(sealed, as_version=4))
    assert len(batch) > 5
    assert by_hand(workspace, choose(campaign.name, unit, campaign.as_of.isoformat()).copy(notebook)) == batch


@pytest.mark.parametrize(
    ("notebook", "unit"),
    [
        ("district_coverage", "277"),
        pytest.param("commune_sheet", "10015", marks=pytest.mark.slow),
        pytest.param("city_overview", "", marks=pytest.mark.slow),
        pytest.param("district_payment", "004", marks=pytest.mark.slow),
    ],
)
def test_the_tet_campaign_by_hand_is_the_batch(desk: Workspace, notebook: str, unit: str) -> None:
    compare(desk, small(desk.campaign()), notebook, unit)


@pytest.mark.parametrize(
    ("notebook", "unit"),
    [
        ("commune_sheet", "00070"),
        pytest.param("city_overview", "", marks=pytest.mark.slow),
        pytest.param("district_coverage", "00070", marks=pytest.mark.slow),
    ],
)
def test_the_two_level_campaign_by_hand_is_the_batch(desk_of_example: tuple[Workspace, Campaign], notebook: str, unit: str) -> None:
    compare(*desk_of_example, notebook, unit)
