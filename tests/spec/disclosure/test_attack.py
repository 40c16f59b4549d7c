"""Nobody can work out from the published pages what they withhold: a linear-programming attacker tries."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansinh.campaign import Workspace
from tests import attacks
from tests.spec.disclosure import attacker

SAMPLE = 150


def test_the_attacker_is_no_straw_man() -> None:
    attack = attacker.Attack()
    for name, text in {"a": "15", "b": "15", "c": "≤ 7", "t": "25"}.items():
        attack.cell(name, text)
    attack.add_up("t", ["a", "b", "c"])
    assert attack.ranges(["c"])["c"] == (1, 1)


def test_no_withheld_count_of_a_published_site_has_only_one_possible_value(published: Workspace) -> None:
    attack = attacker.read(published.output(published.campaign()))
    assert len(attack.withheld) > 1000
    assert not attacks.narrowed(attack.ranges(attacks.targets(attack, 1, SAMPLE, days=1)))


def test_the_line_over_time_and_the_files_to_download_tell_no_more_than_the_tables(published: Workspace) -> None:
    site = published.output(published.campaign())
    attack = attacker.read(site)
    assert sum("|day " in name for name in attack.at) > 300, "the figures were read"
    assert attacker.more_in_files(site) == []


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_nor_has_any_for_one_who_kept_the_pages_of_three_days(empty_workspace: Workspace, tmp_path: Path, seed: int) -> None:
    sites = attacks.sites_of_days(empty_workspace, tmp_path, seed, people=6000)
    attack = attacker.read_days(sites)
    names = attacks.targets(attack, seed, 4 * SAMPLE, days=len(sites))
    assert len(names) == 4 * SAMPLE
    assert not attacks.narrowed(attack.ranges(names))


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_nor_has_any_other_of_another_city(empty_workspace: Workspace, seed: int) -> None:
    attack = attacker.read(attacks.site_of_a_day(empty_workspace, seed, people=6000))
    assert not attacks.narrowed(attack.ranges(attacks.targets(attack, seed, 4 * SAMPLE, days=1)))
