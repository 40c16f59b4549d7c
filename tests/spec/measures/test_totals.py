"""Totals add up at every level before disclosure control, and causes part their gap."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from ansinh import store
from ansinh.campaign import Campaign, Workspace
from ansinh.measures import Scope, cleanliness, coverage, drops, payment, projection, ranking

COUNTS = ["persons", "has_account", "usable", "paid", "declined", "remaining"]


@pytest.fixture(scope="module")
def whole(city: Workspace) -> Scope:
    from tests.conftest import small

    campaign = small(city.campaign())
    return Scope(store.connect(city.store(campaign, campaign.as_of)), city, campaign, None)


def part(whole: Scope, code: str) -> Scope:
    return Scope(whole.con, whole.workspace, whole.campaign, whole.workspace.register(whole.campaign).get(code, "district"))


def test_communes_add_up_to_their_district_and_districts_to_the_city(whole: Scope) -> None:
    city = coverage.rates(whole).frame
    assert city.loc[~city["is_total"], COUNTS].sum().tolist() == city.loc[city["is_total"], COUNTS].iloc[0].tolist()
    for unit in whole.workspace.units(whole.campaign):
        frame = coverage.rates(part(whole, unit.code)).frame
        communes, total = frame.loc[~frame["is_total"], COUNTS].sum(), frame.loc[frame["is_total"], COUNTS].iloc[0]
        assert communes.tolist() == total.tolist()
        assert total.tolist() == city.loc[city["code"] == unit.code, COUNTS].iloc[0].tolist()


def test_every_commune_of_the_register_has_its_row_even_with_nobody(whole: Scope) -> None:
    frame = coverage.rates(part(whole, "001")).frame
    assert len(frame) >= len(whole.workspace.register(whole.campaign).children("001")) + 1


def test_covered_remaining_and_declined_are_everybody(whole: Scope) -> None:
    frame = coverage.whole(whole).frame.iloc[0]
    assert frame["has_account"] + frame["remaining"] + frame["declined"] == frame["persons"]


def test_the_causes_are_exactly_the_gap_to_usable_accounts(whole: Scope) -> None:
    frame, told = coverage.gap(whole).frame, coverage.whole(whole).frame.iloc[0]
    causes = frame.loc[~frame["is_total"], "persons"].sum()
    assert causes == frame.loc[frame["is_total"], "persons"].iloc[0] == told["persons"] - told["usable"]


def test_who_stops_on_the_way_and_who_arrives_are_everybody(whole: Scope) -> None:
    stopped = drops.by_cause(whole).frame.query("is_total")["persons"].iloc[0]
    sql = (
        "SELECT count(*) AS n FROM persons WHERE complete AND verified AND clean AND has_account AND usable_account AND payment = 'account'"
    )
    arrived = store.query(whole.con, sql)["n"].iloc[0]
    assert stopped + arrived == coverage.whole(whole).frame["persons"].iloc[0]


def test_a_check_fails_at_most_where_it_applies_and_applies_at_most_where_it_judges(whole: Scope) -> None:
    frame = cleanliness.by_check(whole).frame
    assert (frame["failing"] <= frame["applicable"]).all()
    assert (frame["applicable"] <= frame["judged"]).all()


def test_persons_paid_came_by_account_in_cash_or_back(whole: Scope) -> None:
    row = payment.whole(whole).frame.iloc[0]
    assert row["by_account"] + row["in_cash"] + row["returned_people"] == row["paid_people"]


def test_figures_equal_those_computed_from_the_truth_with_plain_pandas(city: Workspace, campaign: Campaign, whole: Scope) -> None:
    truth = pd.read_parquet(city.truth(campaign) / "persons.parquet")
    opened = truth["opened_at"] < pd.Timestamp(campaign.as_of) + pd.Timedelta(days=1)
    covered = int((opened & (truth["account_status"] != "rejected")).sum())
    told = coverage.whole(whole).frame.iloc[0]
    # Records without a usable number that share no birth date with their account cannot be linked: a few in a thousand.
    assert abs(int(told["has_account"]) - covered) <= 0.003 * len(truth)


@pytest.mark.parametrize(
    ("reached", "whole_count", "low", "high"), [(0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (50, 100, 0.4038, 0.5962)]
)
def test_the_wilson_interval_is_the_published_one(reached: int, whole_count: int, low: float, high: float) -> None:
    assert ranking.wilson(reached, whole_count) == pytest.approx((low, high), abs=1e-4)


def test_a_steady_pace_is_projected_straight_on_and_its_past_error_is_none() -> None:
    shares = [0.5 + day / 100 for day in range(20)]
    projected = projection.project(shares, 2)
    assert projected is not None
    assert math.isclose(projected.share, shares[-1] + 0.02)
    assert projected.error == pytest.approx(0)


def test_nothing_is_projected_past_the_deadline_or_without_a_week_of_history() -> None:
    assert projection.project([0.5] * 20, 0) is None
    assert projection.project([0.5] * 5, 2) is None
