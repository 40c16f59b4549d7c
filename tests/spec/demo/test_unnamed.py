"""The demo's lists hold rows that were begun and name nobody: intake holds back these, and no other."""

from __future__ import annotations

import pandas as pd

from ansinh import store
from ansinh.campaign import Workspace

PLACE = ["unit", "source_file", "source_sheet", "source_row"]


def test_the_rows_that_name_nobody_are_the_rows_that_wait(city: Workspace) -> None:
    campaign = city.campaign()
    planted = pd.read_parquet(city.truth(campaign) / "unnamed.parquet")
    con = store.connect(city.store(campaign, campaign.as_of))
    held = con.execute("SELECT unit, source_file, source_sheet, source_row FROM quarantine ORDER BY ALL").df()
    assert len(planted) > 0
    assert planted.sort_values(PLACE).to_numpy().tolist() == held[PLACE].to_numpy().tolist()
