"""The notebook of audit samples: sizes for all, the conclusion for the public, bounds for insiders, and nobody's name."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ansinh import store
from ansinh.audit.sampling import Sampling
from ansinh.batch import plan
from ansinh.campaign import Campaign, Workspace
from ansinh.measures import Scope
from tests.conftest import lay_workspace

UNIT = "277"
RESULT = {
    "sample": {
        "campaign": "hanoi-tet-2024",
        "as_of": "2024-01-14",
        "unit": UNIT,
        "design": "simple",
        "confidence": 0.95,
        "tolerable": 0.05,
        "book": 1,
        "items": 93,
    },
    "share": {"estimate": 0.0107, "lower": 0.0006, "upper": 0.0499, "method": ""},
    "money": None,
    "tolerated": True,
}


@pytest.fixture
def place(city: Workspace, campaign: Campaign, tmp_path: Path) -> Workspace:
    made = lay_workspace(tmp_path / "workspace")
    (made.data(campaign) / "samples").mkdir(parents=True)
    (made.data(campaign) / "store").symlink_to(city.data(campaign) / "store")
    return made


def area(place: Workspace, campaign: Campaign, unit: str = UNIT) -> Sampling:
    con = store.connect(place.store(campaign, campaign.as_of), units=[unit])
    return Sampling(Scope(con, place, campaign, place.register(campaign).get(unit)))


def test_sizes_are_the_published_ones(place: Workspace, campaign: Campaign) -> None:
    assert "95 % | 5 % | 59 (0) | 93 (1) | 181 (4)" in area(place, campaign).sizes().text.replace("\xa0", " ")


def test_the_public_reads_the_conclusion_and_insiders_the_bounds(place: Workspace, campaign: Campaign) -> None:
    assert "Chưa có mẫu" in area(place, campaign).evaluation().text
    (place.data(campaign) / "samples" / "a.result.json").write_text(json.dumps(RESULT), encoding="utf-8")
    public = area(place, campaign).evaluation().text
    assert "Chấp nhận được" in public
    assert "4,99" not in public
    assert "1,07" not in public
    inside = area(place, campaign.model_copy(update={"audience": "internal"})).evaluation().text
    assert "1,07" in inside
    assert "4,99" in inside
    assert "Chưa có mẫu" in area(place, campaign, "001").evaluation().text


def test_a_new_result_makes_the_page_anew_and_no_other(place: Workspace, campaign: Campaign) -> None:
    before = {job.notebook: job.key for job in plan.plan(place, campaign, ("audit_sample", "district_coverage"), (UNIT,))}
    (place.data(campaign) / "samples" / "a.result.json").write_text(json.dumps(RESULT), encoding="utf-8")
    after = {job.notebook: job.key for job in plan.plan(place, campaign, ("audit_sample", "district_coverage"), (UNIT,))}
    assert [name for name in before if before[name] != after[name]] == ["audit_sample"]
