"""What `ansinh check --only` tells of a check: every outcome with its count, that of nobody too."""

from __future__ import annotations

import re

from ansinh import store
from ansinh.campaign import Campaign, Workspace
from ansinh.checks import tell


def test_a_check_that_finds_nothing_says_so(city: Workspace, campaign: Campaign) -> None:
    con = store.connect(city.store(campaign, campaign.as_of))
    having = {row[0] for row in con.execute("SELECT DISTINCT unit FROM findings WHERE check_id = 'V08'").fetchall()}
    unit = next(unit.code for unit in city.units(campaign) if unit.code not in having)
    assert re.search(r"^ *fails +0 +0$", tell(city, campaign, only=("V08",), units=(unit,)), re.MULTILINE)
    assert not re.search(r"^ *fails +0", tell(city, campaign, only=("V08",)), re.MULTILINE)
