"""Nobody can work out from the published pages what they withhold: a linear-programming attacker tries."""

from __future__ import annotations

import datetime as dt
import random
import shutil
from pathlib import Path

import pytest

from ansinh.campaign import Workspace
from ansinh.pipeline import build
from tests.spec.disclosure import attacker

FEWEST = 2
"""Values that must stay possible for a withheld count."""
SAMPLE = 150


def possible(span: tuple[float, float]) -> int:
    """Return how many whole numbers lie in a range."""
    low, high = span
    return int(high + 1e-6) - int(low - 1e-6 + 0.999999) + 1


def narrowed(attack: attacker.Attack, names: list[str]) -> dict[str, tuple[float, float]]:
    """Return the withheld cells the attacker knows too well: few values, all of them small. That it is nobody may be known."""
    found = attack.ranges(names)
    return {name: span for name, span in found.items() if possible(span) < FEWEST and 0.5 < span[1] <= attacker.THRESHOLD + 0.5}


def test_the_attacker_is_no_straw_man() -> None:
    attack = attacker.Attack()
    for name, text in {"a": "15", "b": "15", "c": "≤ 7", "t": "25"}.items():
        attack.cell(name, text)
    attack.add_up("t", ["a", "b", "c"])
    assert attack.ranges(["c"])["c"] == (1, 1)


def test_no_withheld_count_of_a_published_site_has_only_one_possible_value(published: Workspace) -> None:
    attack = attacker.read(published.output(published.campaign()))
    names = sorted(attack.withheld)
    assert len(names) > 1000
    assert not narrowed(attack, random.Random(1).sample(names, SAMPLE))


def test_the_line_over_time_and_the_files_to_download_tell_no_more_than_the_tables(published: Workspace) -> None:
    site = published.output(published.campaign())
    attack = attacker.read(site)
    assert sum("|day " in name for name in attack.at) > 300, "the figures were read"
    assert attacker.more_in_files(site) == []


DAYS = ("2024-01-12", "2024-01-13", "2024-01-14")


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_nor_has_any_for_one_who_kept_the_pages_of_three_days(empty_workspace: Workspace, tmp_path: Path, seed: int) -> None:
    sites = several_days(empty_workspace, tmp_path, seed, people=6000)
    attack = attacker.read_days(sites)
    names = sorted(name for name in attack.withheld if name.split("|")[-1] in ("covered", "remaining", "declined", "persons", "usable"))
    assert len(names) > 600
    assert not narrowed(attack, random.Random(seed).sample(names, 4 * SAMPLE))


def several_days(workspace: Workspace, kept: Path, seed: int, people: int) -> dict[str, Path]:
    """Build the pages about accounts of one growing city on each day; returns a copy of each day's site."""
    sites = {}
    for day in DAYS:
        campaign = workspace.campaign("hanoi-tet-2024", dt.date.fromisoformat(day))
        assert campaign.demo is not None
        notebooks = campaign.notebooks.model_copy(update={"city": ("city_overview", "method"), "unit": ("district_coverage",)})
        demo = campaign.demo.model_copy(update={"people": people, "seed": seed})
        build(workspace, campaign.model_copy(update={"demo": demo, "notebooks": notebooks}), jobs=2, renderer="embedded")
        sites[day] = Path(shutil.copytree(workspace.output(campaign), kept / day))
    return sites


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_nor_has_any_other_of_another_city(empty_workspace: Workspace, seed: int) -> None:
    site, _ = built(empty_workspace, seed, people=6000)
    attack = attacker.read(site)
    names = sorted(attack.withheld)
    assert not narrowed(attack, random.Random(seed).sample(names, min(4 * SAMPLE, len(names))))


def built(workspace: Workspace, seed: int, people: int) -> tuple[Path, Workspace]:
    campaign = workspace.campaign()
    assert campaign.demo is not None
    campaign = campaign.model_copy(update={"demo": campaign.demo.model_copy(update={"people": people, "seed": seed})})
    build(workspace, campaign, jobs=2, renderer="embedded")
    return workspace.output(campaign), workspace
