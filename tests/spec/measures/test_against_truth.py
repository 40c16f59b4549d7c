"""The figures of both campaigns equal those computed from the demo's truth with plain pandas, for everybody nothing was planted on."""

from __future__ import annotations

import pandas as pd
import pytest

from ansinh import store
from ansinh.campaign import Campaign, Workspace
from ansinh.measures import Scope, coverage, deadline, payment


@pytest.fixture(scope="module", params=["hanoi-tet-2024", "example-2026"])
def both(request: pytest.FixtureRequest) -> tuple[Workspace, Campaign]:
    """Each campaign with its small city: three levels in 2024, two since July 2025."""
    if request.param == "example-2026":
        found: tuple[Workspace, Campaign] = request.getfixturevalue("example")
        return found
    return request.getfixturevalue("city"), request.getfixturevalue("campaign")


@pytest.fixture(scope="module")
def truth(both: tuple[Workspace, Campaign]) -> pd.DataFrame:
    """What is true of the persons without any planted defect: one row each."""
    workspace, campaign = both
    folder = workspace.truth(campaign)
    persons = pd.read_parquet(folder / "persons.parquet").set_index("person")
    planted = set(pd.read_parquet(folder / "defects.parquet")["person"])
    found = persons[~persons.index.isin(planted)].copy()
    found["covered"] = (found["opened_at"] < pd.Timestamp(campaign.as_of) + pd.Timedelta(days=1)) & (found["account_status"] != "rejected")
    lines = pd.read_parquet(folder / "payments.parquet").drop_duplicates("person").set_index("person")
    way = lines["method"].where(lines["outcome"] != "returned", "returned")
    found["way"] = way.reindex(found.index).fillna("none")
    found["paid_vnd"] = lines["paid"].reindex(found.index).fillna(0)
    return found


@pytest.fixture(scope="module")
def scope(both: tuple[Workspace, Campaign], truth: pd.DataFrame) -> Scope:
    """The pipeline's own store, narrowed to those persons."""
    workspace, campaign = both
    con = store.connect(workspace.store(campaign, campaign.as_of))
    con.register("wanted", truth[["number"]])
    con.execute(
        "CREATE TABLE kept AS SELECT * FROM persons WHERE person_id IN (SELECT person_id FROM beneficiaries JOIN wanted USING (number))"
    )
    con.execute("DROP VIEW persons")
    con.execute("ALTER TABLE kept RENAME TO persons")
    return Scope(con, workspace, campaign, None)


def test_each_unit_has_as_many_persons_and_accounts_as_in_truth(scope: Scope, truth: pd.DataFrame) -> None:
    frame = coverage.rates(scope).frame.query("not is_total").set_index("code")
    expected = truth.groupby("unit")["covered"].agg(persons="count", has_account="sum").reindex(frame.index, fill_value=0)
    assert len(truth) > 5_000
    pd.testing.assert_frame_equal(frame[["persons", "has_account"]], expected.astype("int64"), check_names=False)


def test_policy_groups_are_the_true_ones(scope: Scope, truth: pd.DataFrame) -> None:
    names = {group.id: group.name for group in scope.campaign.groups}
    found = coverage.by_group(scope).frame.query("not is_total").set_index("name")["persons"]
    expected = truth["policy_group"].map(names).value_counts()
    assert found.to_dict() == expected.to_dict()


def test_sexes_and_ages_add_up_to_the_same_persons(scope: Scope, truth: pd.DataFrame) -> None:
    sexes = coverage.by_sex(scope).frame.query("not is_total").set_index("name")["persons"].to_dict()
    assert sexes == truth["sex"].map({"female": "Nữ", "male": "Nam"}).value_counts().to_dict()
    assert coverage.by_age(scope).frame.query("not is_total")["persons"].sum() == len(truth)


def test_accounts_by_channel_are_the_true_ones(scope: Scope, truth: pd.DataFrame) -> None:
    found = coverage.by_channel(scope).frame.set_index("code")["has_account"].to_dict()
    assert found == truth[truth["covered"]]["channel"].value_counts().to_dict()


def test_the_trend_reaches_on_each_day_what_was_opened_by_then(scope: Scope, truth: pd.DataFrame) -> None:
    frame = deadline.trend(scope).frame
    opened = truth[truth["covered"]]["opened_at"].dt.normalize()
    expected = [int((opened <= pd.Timestamp(day)).sum()) for day in frame["day"]]
    assert frame["covered"].tolist() == expected


def test_people_were_paid_the_way_truth_says_persons_and_vnd_apart(scope: Scope, truth: pd.DataFrame) -> None:
    row = payment.whole(scope).frame.iloc[0]
    ways = truth["way"].value_counts()
    assert [row["by_account"], row["in_cash"], row["returned_people"]] == [ways.get(way, 0) for way in ("account", "cash", "returned")]
    paid = truth.groupby("way")["paid_vnd"].sum()
    assert [row["vnd_account"], row["vnd_cash"]] == [paid["account"], paid["cash"]]


def test_declined_people_are_the_true_ones(scope: Scope, truth: pd.DataFrame) -> None:
    row = coverage.whole(scope).frame.iloc[0]
    assert row["declined"] == (truth["declined"] & ~truth["covered"]).sum()


def test_units_add_up_to_the_whole_in_both_campaigns(both: tuple[Workspace, Campaign]) -> None:
    workspace, campaign = both
    whole = Scope(store.connect(workspace.store(campaign, campaign.as_of)), workspace, campaign, None)
    for measure in (coverage.rates, payment.rates, deadline.pace_by_row):
        counts = measure(whole)
        columns = list(counts.counts)
        frame = counts.frame
        assert frame.loc[~frame["is_total"], columns].sum().tolist() == frame.loc[frame["is_total"], columns].iloc[0].tolist()
