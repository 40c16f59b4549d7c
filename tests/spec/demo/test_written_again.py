"""A demo city is written again when what makes it has changed, and somebody's own files among its lists are not lost by surprise."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from ansinh.campaign import DEMO_MARKER, Campaign, Workspace
from ansinh.demo import making, signature
from ansinh.pipeline import draw_demo, write_demo, write_history

PEOPLE = 400
EARLIER = dt.date(2024, 1, 7)


@pytest.fixture
def campaign(empty_workspace: Workspace) -> Campaign:
    """A campaign of a city that is written in a moment, without earlier dates."""
    found = empty_workspace.campaign()
    assert found.demo is not None
    return found.model_copy(update={"demo": found.demo.model_copy(update={"people": PEOPLE, "history": ()})})


def a_list(workspace: Workspace, campaign: Campaign) -> Path:
    return min((workspace.sources(campaign) / "danh-sach").iterdir())


def write(workspace: Workspace, campaign: Campaign, force: bool = False) -> bool:
    return write_demo(workspace, campaign, jobs=1, progress=None, force=force)


@pytest.fixture
def other_code(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A package whose demo has one more line of code."""
    package = tmp_path / "package" / "demo"
    package.mkdir(parents=True)
    (package / "defects.py").write_text("# one more defect")
    monkeypatch.setattr(making, "PACKAGE", package.parent)


def test_the_same_city_is_left_as_it_stands(empty_workspace: Workspace, campaign: Campaign) -> None:
    assert write(empty_workspace, campaign)
    mended = a_list(empty_workspace, campaign)
    mended.write_bytes(b"mended by hand")
    assert not write(empty_workspace, campaign)
    assert mended.read_bytes() == b"mended by hand"


def test_changed_code_writes_it_again(empty_workspace: Workspace, campaign: Campaign, request: pytest.FixtureRequest) -> None:
    write(empty_workspace, campaign)
    request.getfixturevalue("other_code")
    assert write(empty_workspace, campaign)
    assert not write(empty_workspace, campaign)


def test_changed_code_writes_its_earlier_dates_again(
    empty_workspace: Workspace, campaign: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert campaign.demo is not None
    campaign = campaign.model_copy(update={"demo": campaign.demo.model_copy(update={"history": (EARLIER,)})})
    loaded: list[dt.date] = []
    monkeypatch.setattr("ansinh.pipeline.load", lambda workspace, then, **how: loaded.append(then.as_of))
    monkeypatch.setattr("ansinh.pipeline.check", lambda *what, **how: None)
    monkeypatch.setattr("ansinh.store.has_withheld", lambda folder: True)
    for _ in range(2):
        write_history(empty_workspace, campaign, jobs=1, progress=None)
        write(empty_workspace, campaign)
    assert loaded == [EARLIER]
    monkeypatch.setattr(making, "LIBRARIES", ("numpy",))
    write_history(empty_workspace, campaign, jobs=1, progress=None)
    assert loaded == [EARLIER] * 2
    write(empty_workspace, campaign)
    write_history(empty_workspace, campaign, jobs=1, progress=None, force=True)
    assert loaded == [EARLIER] * 3


@pytest.mark.parametrize("setting", ["started", "period", "units"])
def test_so_do_the_settings_it_is_drawn_from(empty_workspace: Workspace, campaign: Campaign, setting: str) -> None:
    changed = {"started": dt.date(2023, 11, 1), "period": "2024-02", "units": campaign.units.model_copy(update={"root": "48"})}
    other = campaign.model_copy(update={setting: changed[setting]})
    assert signature(empty_workspace, other) != signature(empty_workspace, campaign)
    assert signature(empty_workspace, campaign.model_copy(update={"title": "x"})) == signature(empty_workspace, campaign)


def test_force_writes_it_again_but_not_over_files_somebody_put_there(empty_workspace: Workspace, campaign: Campaign) -> None:
    write(empty_workspace, campaign)
    before = a_list(empty_workspace, campaign).read_bytes()
    assert write(empty_workspace, campaign, force=True)
    assert a_list(empty_workspace, campaign).read_bytes() == before, "same city, same bytes"

    answer = empty_workspace.sources(campaign) / "phan-hoi" / "answer.xlsx"
    answer.parent.mkdir()
    answer.write_bytes(b"returned")
    assert not write(empty_workspace, campaign, force=True)
    assert answer.read_bytes() == b"returned"


def test_asked_for_by_name_it_is_written_in_any_case(empty_workspace: Workspace, campaign: Campaign) -> None:
    write(empty_workspace, campaign)
    a_list(empty_workspace, campaign).write_bytes(b"mended by hand")
    assert draw_demo(empty_workspace, campaign, jobs=1, progress=None).people == PEOPLE
    assert a_list(empty_workspace, campaign).read_bytes() != b"mended by hand"
    assert (empty_workspace.data(campaign) / DEMO_MARKER).is_file()
