"""What the checks find in the demo city against what was planted: precision and recall, check by check."""

from __future__ import annotations

import pandas as pd
import pytest

from ansinh.campaign import Campaign, Workspace
from ansinh.checks.catalogue import catalogue
from ansinh.demo.city import draw
from ansinh.errors import UserError
from tests.accuracy import MEASURE, accuracy, duplicates, measured, must_be_the_campaigns, of_workspace, published

LINKED = {"K08", "K10", "K11", "T01", "T02", "T04", "U07", *(f"A0{number}" for number in range(1, 9)), "K09", "K12", "K13", "U08"}
"""Checks that look at a person through several lists: a row that no number, name and date can link is missed or told of."""


@pytest.fixture(scope="module")
def told(city: Workspace, campaign: Campaign) -> pd.DataFrame:
    return accuracy(city, campaign)


def test_every_check_of_one_list_finds_exactly_the_rows_it_should(told: pd.DataFrame) -> None:
    alone = told.drop(index=list(LINKED))
    wrong = alone[(alone["found"] != alone["expected"]) | (alone["both"] != alone["expected"])]
    assert wrong[["expected", "found", "both"]].to_dict("index") == {}


def test_a_check_through_several_lists_misses_and_imagines_few(told: pd.DataFrame) -> None:
    across = told.loc[list(LINKED - {"A08", "K12", "U08"})]
    few = (0.02 * across["expected"]).clip(lower=1)
    wrong = across[(across["expected"] - across["both"] > few) | (across["found"] - across["both"] > few)]
    assert wrong[["expected", "found", "both"]].to_dict("index") == {}


def test_unlinked_rows_are_told_of_rather_than_missed(told: pd.DataFrame) -> None:
    assert (told.loc[["A08", "K12"], "recall"] == 1).all()
    assert told.loc["A08", "precision"] > 0.95


def test_the_shipped_demo_has_something_for_every_check_and_its_figures_are_published(city: Workspace) -> None:
    shipped = city.campaign()
    told = published(city.params, shipped.name)
    apart = sorted(set(told.index) ^ {check.id for check in catalogue(shipped)})
    assert apart == [], f"published are the figures of other checks; measure the shipped demo at its full size: {MEASURE}"
    assert set(told.index[told["expected"] == 0]) == set()
    assert shipped.demo is not None
    assert {*zip(told["people"], told["seed"], strict=True)} == {(shipped.demo.people, shipped.demo.seed)}, (
        f"measured on another city: {MEASURE}"
    )


@pytest.mark.slow
def test_the_published_figures_are_of_the_city_that_is_drawn_today(city: Workspace) -> None:
    shipped = city.campaign()
    assert shipped.demo is not None
    _, _, planted = draw(city, shipped, shipped.demo.people, shipped.demo.seed, shipped.as_of)
    drawn = planted.groupby("check").size()
    told = published(city.params, shipped.name)["planted"].loc[drawn.index]
    assert told[told != drawn].to_dict() == {}, f"the demo city has changed since it was measured: {MEASURE}"


def test_figures_of_another_city_than_the_campaigns_are_not_published(
    city: Workspace, campaign: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert campaign.demo is not None
    assert measured(city, campaign) == (campaign.demo.people, campaign.demo.seed)
    must_be_the_campaigns(city, campaign)
    with pytest.raises(
        UserError, match=r"^Not written: measured were 9,000 persons of seed 7, the campaign has 293,500 of seed 2024\. .*ansinh demo"
    ):
        of_workspace(city, write=True)
    monkeypatch.setattr("ansinh.demo.making.LIBRARIES", ())
    with pytest.raises(UserError, match="made by other code"):
        must_be_the_campaigns(city, campaign)


def test_probable_duplicates_are_mostly_found_and_seldom_wrong(city: Workspace, campaign: Campaign) -> None:
    pairs, _ = duplicates(city, campaign)
    row = pairs.set_index("threshold").loc[0.9]
    assert row["precision"] >= 0.9
    assert row["recall"] >= 0.75
