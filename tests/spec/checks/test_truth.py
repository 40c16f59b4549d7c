"""What the checks find in the demo city against what was planted: precision and recall, check by check."""

from __future__ import annotations

import pandas as pd
import pytest

from ansinh.campaign import Campaign, Workspace
from ansinh.checks import catalogue
from tests.accuracy import accuracy, duplicates

EXACT = [
    "C02",
    "C06",
    "C07",
    "K01",
    "K02",
    "K03",
    "K05",
    "K06",
    "K07",
    "K14",
    "V01",
    "V02",
    "V03",
    "V04",
    "V05",
    "V06",
    "V07",
    "V08",
    "V09",
    "V13",
    "V14",
    "V15",
]
"""Checks that must find exactly the planted records; the others also find what planting one defect brings with it."""


PERSON = ["A03", "A04", "A05", "A07", "C08", "U07", "V10", "V11", "V12"]
"""Checks of the register, accounts and payments that must find exactly the persons planted."""


@pytest.fixture(scope="module")
def told(city: Workspace, campaign: Campaign) -> pd.DataFrame:
    return accuracy(city, campaign)


@pytest.mark.parametrize("check", [*EXACT, *PERSON])
def test_an_exact_check_finds_what_was_planted_and_nothing_else(told: pd.DataFrame, check: str) -> None:
    row = told.loc[check]
    assert (row["found"], row["both"]) == (row["planted"], row["planted"])


def test_no_check_misses_more_than_a_few_of_what_was_planted(told: pd.DataFrame) -> None:
    # A record that got a second defect besides (a year-only birth date) can hide the first.
    missed = told["planted"] - told["both"]
    allowed = (0.02 * told["planted"]).clip(lower=1)
    assert missed[missed > allowed].drop("U08", errors="ignore").to_dict() == {}


def test_probable_duplicates_are_mostly_found_and_seldom_wrong(city: Workspace, campaign: Campaign) -> None:
    pairs, _ = duplicates(city, campaign)
    row = pairs.set_index("threshold").loc[0.9]
    assert row["precision"] >= 0.9
    assert row["recall"] >= 0.75


def test_every_check_with_a_planted_defect_is_in_the_catalogue(told: pd.DataFrame, campaign: Campaign) -> None:
    assert set(told.index) <= {check.id for check in catalogue(campaign)}
