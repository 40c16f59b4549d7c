"""The demo city on two dates: the same people, later, with what officials mended in between."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest

from ansinh import store
from ansinh.campaign import Campaign, Workspace
from ansinh.measures import Scope, activity, cleanliness, deadline, history
from ansinh.pipeline import build, check, write_demo, write_history
from tests.conftest import lay_workspace

EARLIER = dt.date(2024, 1, 7)
pytestmark = pytest.mark.slow


def city_of(workspace: Workspace, people: int = 9000) -> Campaign:
    campaign = workspace.campaign()
    assert campaign.demo is not None
    return campaign.model_copy(update={"demo": campaign.demo.model_copy(update={"people": people, "history": (EARLIER,)})})


@pytest.fixture(scope="module")
def two_dates(tmp_path_factory: pytest.TempPathFactory) -> tuple[Workspace, Campaign, pd.DataFrame]:
    """A city judged on both dates, and the defects planted on the earlier one."""
    from ansinh.intake import load

    workspace = lay_workspace(tmp_path_factory.mktemp("history") / "workspace")
    campaign = city_of(workspace)
    write_history(workspace, campaign, jobs=1, progress=None)
    before = pd.read_parquet(workspace.truth(campaign) / "defects.parquet")
    write_demo(workspace, campaign, jobs=1, progress=None)
    load(workspace, campaign, jobs=1)
    check(workspace, campaign)
    return workspace, campaign, before


def on_the_list(defects: pd.DataFrame) -> set[tuple[int, str]]:
    """Planted in the beneficiary lists, where officials mend."""
    listed = defects[defects["table"] == "beneficiaries"]
    return {(int(record), check) for record, check in zip(listed["record"], listed["check"], strict=True)}


def test_a_defect_of_the_later_date_stood_on_the_earlier_one_too(two_dates: tuple[Workspace, Campaign, pd.DataFrame]) -> None:
    workspace, campaign, before = two_dates
    now = on_the_list(pd.read_parquet(workspace.truth(campaign) / "defects.parquet"))
    assert now < on_the_list(before)


def test_the_pages_can_compare_with_the_earlier_date(two_dates: tuple[Workspace, Campaign, pd.DataFrame]) -> None:
    workspace, campaign, _ = two_dates
    scope = Scope(store.connect(workspace.store(campaign, campaign.as_of)), workspace, campaign, None)

    past = history.snapshots(scope).frame
    changes = cleanliness.changes(scope).frame.set_index("state")["findings"]

    assert past["as_of"].tolist() == ["2024-01-07", "2024-01-14"]
    assert past["covered"].is_monotonic_increasing
    assert past["clean"].is_monotonic_increasing
    assert changes["mended"] > 0
    assert changes["standing"] > changes["mended"]


def test_accounts_opened_day_by_day_are_the_rise_of_the_trend(two_dates: tuple[Workspace, Campaign, pd.DataFrame]) -> None:
    workspace, campaign, _ = two_dates
    scope = Scope(store.connect(workspace.store(campaign, campaign.as_of)), workspace, campaign, None)

    opened = activity.by_day(scope).frame.set_index("day")
    covered = deadline.trend(scope).frame.set_index("day")["covered"]

    assert len(opened) == activity.DAYS
    assert opened["opened"].tolist() == covered.diff().loc[opened.index].astype(int).tolist()
    assert (opened[list(activity.CHANNELS)].sum(axis=1) <= opened["opened"]).all()


def test_every_account_of_the_campaign_was_opened_at_some_hour(two_dates: tuple[Workspace, Campaign, pd.DataFrame]) -> None:
    workspace, campaign, _ = two_dates
    scope = Scope(store.connect(workspace.store(campaign, campaign.as_of)), workspace, campaign, None)

    hours = activity.by_hours(scope).frame.set_index("code")
    since = scope.query(f"SELECT count(*) AS n FROM persons WHERE has_account AND account_opened_at >= DATE '{campaign.started}'", "all")

    assert hours.index.tolist() == ["office", "evening", "6", "7", "holiday"]
    assert hours["opened"].sum() == since["n"].iloc[0]
    assert (hours["by_post"] <= hours["opened"]).all()


@pytest.mark.slow
def test_a_build_judges_the_earlier_date_once(tmp_path: Path) -> None:
    workspace = lay_workspace(tmp_path / "workspace")
    campaign = city_of(workspace)
    build(workspace, campaign, jobs=2, renderer="embedded")
    earlier = workspace.store(campaign, EARLIER) / "persons"
    stamps = {path: path.stat().st_mtime_ns for path in earlier.rglob("*.parquet")}

    told = build(workspace, campaign, jobs=2, renderer="embedded")

    assert {path: path.stat().st_mtime_ns for path in earlier.rglob("*.parquet")} == stamps
    assert told.run is not None
    assert {job.status for job in told.run.jobs} == {"unchanged"}
    assert "07/01/2024" in (workspace.output(campaign) / "index.html").read_text(encoding="utf-8")
