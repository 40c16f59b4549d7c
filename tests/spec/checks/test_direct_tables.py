"""A demo city written straight into the store is the city its files hold, and judged alike."""

from __future__ import annotations

import pandas as pd
import pytest

from ansinh import store
from ansinh.campaign import Campaign, Workspace
from ansinh.demo import write_tables
from ansinh.pipeline import check
from tests.conftest import PEOPLE, SEED


def findings(workspace: Workspace, campaign: Campaign) -> dict[str, int]:
    con = store.connect(workspace.store(campaign, campaign.as_of))
    counts = store.query(con, "SELECT check_id, count(*) AS findings FROM findings GROUP BY 1 ORDER BY 1")
    return dict(zip(counts["check_id"], counts["findings"], strict=True))


def test_the_tables_written_directly_are_judged_as_those_read_from_files(
    city: Workspace, campaign: Campaign, empty_workspace: Workspace
) -> None:
    assert (
        write_tables(empty_workspace, campaign, people=PEOPLE, seed=SEED, target=empty_workspace.store(campaign, campaign.as_of)) == PEOPLE
    )
    check(empty_workspace, campaign)
    assert findings(empty_workspace, campaign) == findings(city, campaign)


@pytest.mark.slow
def test_portions_of_one_city_share_no_citizen_number(campaign: Campaign, empty_workspace: Workspace) -> None:
    target = empty_workspace.store(campaign, campaign.as_of)
    write_tables(empty_workspace, campaign, people=4_500, seed=3, target=target, portion=1_500)
    numbers: pd.Series = store.query(store.connect(target), "SELECT number FROM register_matches")["number"]
    assert (len(numbers), numbers.nunique()) == (4_500, 4_500)
