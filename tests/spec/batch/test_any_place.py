"""Every shipped notebook through papermill itself, with any district and commune of either campaign: three parameters are all it takes."""

from __future__ import annotations

import random
from typing import Any

import papermill
import pytest

from ansinh import store
from ansinh.batch.plan import CITY, COMMUNE, DESK, declaration
from ansinh.campaign import Campaign, Workspace

SEED = 20240116
PLACES = 3
"""Places tried for each notebook of a district or commune."""
ROOT_NOTEBOOKS = (
    "audit_sample",
    "city_overview",
    "commune_sheet",
    "directive",
    "district_cleanliness",
    "district_coverage",
    "district_payment",
    "method",
)


def places(workspace: Workspace, campaign: Campaign, notebook: str, most: int) -> list[str]:
    """Return some places that the notebook is for, the same ones each time."""
    level = declaration(workspace.notebooks / f"{notebook}.ipynb")["level"]
    if level == CITY:
        return [""]
    if level == COMMUNE:
        return random.Random(SEED).sample(communes(workspace, campaign), most)
    return random.Random(SEED).sample([unit.code for unit in workspace.units(campaign)], most)


def communes(workspace: Workspace, campaign: Campaign) -> list[str]:
    """Return the communes with anybody, in order of their codes."""
    con = store.connect(workspace.store(campaign, campaign.as_of), [store.PERSONS])
    sql = "SELECT DISTINCT commune FROM persons WHERE commune IS NOT NULL ORDER BY 1"
    return list(store.query(con, sql, what="communes")["commune"])


def run(workspace: Workspace, campaign: Campaign, notebook: str, unit: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("ANSINH_WORKSPACE", str(workspace.root))
    parameters = {"campaign": campaign.name, "unit": unit, "as_of": campaign.as_of.isoformat()}
    source = str(workspace.notebooks / f"{notebook}.ipynb")
    return papermill.execute_notebook(source, None, parameters, engine_name="ansinh", kernel_name="python3", progress_bar=False)


def names_its_place(workspace: Workspace, campaign: Campaign, executed: Any, unit: str) -> bool:
    name = workspace.register(campaign).get(unit).name if unit else campaign.place
    given = {"parameters", "injected-parameters"}
    cells = [cell for cell in executed.cells if cell.cell_type == "code" and not given & set(cell.metadata.tags)]
    shown = [output.data["text/plain"] for cell in cells for output in cell.outputs if output.output_type == "execute_result"]
    return len(shown) == len(cells) and name in shown[0]


def test_all_notebooks_that_make_pages_are_tried(city: Workspace) -> None:
    found = {path.stem for path in city.notebooks.glob("*.ipynb") if declaration(path)["level"] != DESK}
    assert found == set(ROOT_NOTEBOOKS)


@pytest.mark.parametrize("notebook", ["district_coverage", "commune_sheet"])
def test_a_district_and_a_commune_of_the_tet_campaign(
    city: Workspace, campaign: Campaign, monkeypatch: pytest.MonkeyPatch, notebook: str
) -> None:
    [unit] = places(city, campaign, notebook, 1)
    assert names_its_place(city, campaign, run(city, campaign, notebook, unit, monkeypatch), unit)


def test_a_commune_of_the_two_level_campaign(example: tuple[Workspace, Campaign], monkeypatch: pytest.MonkeyPatch) -> None:
    [unit] = places(*example, "district_coverage", 1)
    assert names_its_place(*example, run(*example, "district_coverage", unit, monkeypatch), unit)


@pytest.mark.slow
@pytest.mark.parametrize("notebook", ROOT_NOTEBOOKS)
def test_any_place_of_the_tet_campaign(city: Workspace, campaign: Campaign, monkeypatch: pytest.MonkeyPatch, notebook: str) -> None:
    for unit in places(city, campaign, notebook, PLACES):
        assert names_its_place(city, campaign, run(city, campaign, notebook, unit, monkeypatch), unit)


@pytest.mark.slow
@pytest.mark.parametrize("notebook", ROOT_NOTEBOOKS)
def test_any_place_of_the_two_level_campaign(example: tuple[Workspace, Campaign], monkeypatch: pytest.MonkeyPatch, notebook: str) -> None:
    for unit in places(*example, notebook, PLACES):
        assert names_its_place(*example, run(*example, notebook, unit, monkeypatch), unit)


@pytest.mark.parametrize(("name", "value"), [("unit", "999"), ("unit", "Long Biên"), ("as_of", "14/01/2024"), ("campaign", "nowhere")])
def test_a_wrong_parameter_ends_in_a_sentence(
    city: Workspace, campaign: Campaign, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    from ansinh import open_audit
    from ansinh.errors import UserError

    monkeypatch.setenv("ANSINH_WORKSPACE", str(city.root))
    given = {"campaign": campaign.name, "unit": "001", "as_of": "2024-01-14"} | {name: value}
    with pytest.raises(UserError) as error:
        open_audit(**given)
    assert value in str(error.value)
    assert "\n" not in str(error.value)
