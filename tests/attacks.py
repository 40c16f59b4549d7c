"""How much an attacker works out of published pages, and how often the gate raises a false alarm, on demo cities of many seeds.

    python -m tests.attacks --people 6000 --seed 1 --seed 2 --seed 3            each city's whole site, one day
    python -m tests.attacks --people 6000 --seed 1 --seed 2 --days 3            the pages about accounts, kept for three days

Every site is built by `ansinh build`'s own function, so it has passed the gate twice: a false alarm would end the row. The attacker
(tests/spec/disclosure/attacker.py) then minimises and maximises withheld counts over all that is published; `--cells 0` tries every one.
"""

from __future__ import annotations

import argparse
import datetime as dt
import random
import shutil
import sys
import tempfile
import time
from pathlib import Path

from ansinh.campaign import Campaign, Workspace
from ansinh.errors import GateRefusal
from ansinh.pipeline import build
from tests.spec.disclosure import attacker

FEWEST = 2
"""Values that must stay possible for a withheld count."""
DAYS = ("2024-01-12", "2024-01-13", "2024-01-14")
OF_ACCOUNTS = ("covered", "remaining", "declined", "persons", "usable")
"""What the pages about accounts count."""


def possible(span: tuple[float, float]) -> int:
    """Return how many whole numbers lie in a range."""
    low, high = span
    return int(high + 1e-6) - int(low - 1e-6 + 0.999999) + 1


def known(found: dict[str, tuple[float, float]]) -> dict[str, tuple[float, float]]:
    """Return the cells that have too few possible values, nobody's among them."""
    return {name: span for name, span in found.items() if possible(span) < FEWEST and span[1] <= attacker.THRESHOLD + 0.5}


def narrowed(found: dict[str, tuple[float, float]]) -> dict[str, tuple[float, float]]:
    """Return the withheld counts of somebody that the attacker knows. That it is nobody may be known."""
    return {name: span for name, span in known(found).items() if span[1] > 0.5}


def another_city(campaign: Campaign, seed: int, people: int) -> Campaign:
    """Return the campaign with another demo city."""
    assert campaign.demo is not None
    return campaign.model_copy(update={"demo": campaign.demo.model_copy(update={"people": people, "seed": seed})})


def site_of_a_day(workspace: Workspace, seed: int, people: int) -> Path:
    """Build a city's whole site; returns its folder."""
    campaign = another_city(workspace.campaign(), seed, people)
    build(workspace, campaign, jobs=2, renderer="embedded")
    return workspace.output(campaign)


def sites_of_days(workspace: Workspace, kept: Path, seed: int, people: int, days: tuple[str, ...] = DAYS) -> dict[str, Path]:
    """Build the pages about accounts of one growing city on each day; returns a copy of each day's site."""
    sites = {}
    for day in days:
        campaign = another_city(workspace.campaign("hanoi-tet-2024", dt.date.fromisoformat(day)), seed, people)
        notebooks = campaign.notebooks.model_copy(update={"city": ("city_overview", "method"), "unit": ("district_coverage",)})
        build(workspace, campaign.model_copy(update={"notebooks": notebooks}), jobs=2, renderer="embedded")
        sites[day] = Path(shutil.copytree(workspace.output(campaign), kept / day))
    return sites


def targets(attack: attacker.Attack, seed: int, cells: int, days: int) -> list[str]:
    """Return the withheld cells to attack: a seeded sample of so many, or all (0)."""
    names = sorted(name for name in attack.withheld if days == 1 or name.split("|")[-1] in OF_ACCOUNTS)
    return random.Random(seed).sample(names, min(cells, len(names))) if cells else names


def row(seed: int, people: int, days: int, cells: int) -> tuple[list[str], int]:
    """Build and attack one city; returns the table's row and how many counts of somebody became known."""
    from tests.conftest import lay_workspace

    begin = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        workspace = lay_workspace(Path(folder) / "workspace")
        try:
            if days == 1:
                attack = attacker.read(site_of_a_day(workspace, seed, people))
            else:
                attack = attacker.read_days(sites_of_days(workspace, Path(folder) / "kept", seed, people, DAYS[-days:]))
        except GateRefusal as error:
            print(error, file=sys.stderr)
            return [str(seed), str(days), "a false alarm of the gate", "", "", "", "", ""], 1
        names = targets(attack, seed, cells, days)
        found = attack.ranges(names)
    somebody = narrowed(found)
    for name, span in somebody.items():
        print(f"seed {seed}: {name} can only be {span}", file=sys.stderr)
    counts = (seed, days, len(attack.at), len(attack.withheld), len(names), len(known(found)) - len(somebody), len(somebody))
    return [*(f"{count:,}" for count in counts), f"{time.perf_counter() - begin:.0f}"], len(somebody)


def main() -> None:
    """Print one row per city; exit code 1 when a count of somebody became known or the gate raised a false alarm."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--people", type=int, default=6000)
    parser.add_argument("--seed", type=int, action="append")
    parser.add_argument("--days", type=int, default=1, choices=range(1, len(DAYS) + 1))
    parser.add_argument("--cells", type=int, default=600, help="withheld cells attacked, drawn by the seed; 0: all")
    given = parser.parse_args()
    print("| seed | days | cells read | withheld | attacked | known to be nobody | known to be somebody | seconds |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    bad = 0
    for seed in given.seed or [1]:
        cells, wrong = row(seed, given.people, given.days, given.cells)
        bad += wrong
        print("| " + " | ".join(cells) + " |", flush=True)
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
