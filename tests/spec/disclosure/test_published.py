"""Every count a page can show was on the board: a table that is shown and left out of the decision is refused, not shown."""

from __future__ import annotations

import inspect
from dataclasses import replace

import pytest

from ansinh import store
from ansinh.audit import AREAS, Audit
from ansinh.audit.helping import calls_of
from ansinh.campaign import Campaign, Workspace
from ansinh.checks import DIMENSIONS
from ansinh.disclosure import Counts
from ansinh.errors import AnsinhError
from ansinh.measures import Scope, activity, coverage, protection, sources
from ansinh.measures.scope import one_row


def scope_of(workspace: Workspace, campaign: Campaign, code: str) -> Scope:
    unit = workspace.register(campaign).get(code) if code else None
    return Scope(store.connect(workspace.store(campaign, campaign.as_of)), workspace, campaign, unit)


@pytest.fixture(params=["", "006", "00199"], ids=["city", "district", "commune"])
def scope(request: pytest.FixtureRequest, city: Workspace, campaign: Campaign) -> Scope:
    return scope_of(city, campaign, request.param)


def test_every_call_of_every_area_shows_what_was_decided(scope: Scope) -> None:
    audit, called = Audit(scope), 0
    for name, area in AREAS.items():
        for call in calls_of(area):
            parameters = list(inspect.signature(getattr(area, call)).parameters.values())[1:]
            given = ("validity",) if [item for item in parameters if item.default is item.empty] else ()
            getattr(getattr(audit, name), call)(*given)
            called += 1
    assert called > 40
    assert "validity" in DIMENSIONS


def left_out(scope: Scope) -> Counts:
    """A measure that nobody has added to `published`: persons of eighty and more."""
    return one_row(scope, {"persons": "count(*)", "eighty": "count(*) FILTER (age >= 80)"}, {"persons": None, "eighty": "persons"}, {})


def test_a_table_left_out_of_the_decision_is_refused_and_the_place_to_add_it_named(scope: Scope) -> None:
    with pytest.raises(AnsinhError, match=r"shows '\|eighty' .* Add the table to `published` in lib/ansinh/measures/protection\.py"):
        protection.released(scope, left_out(scope))
    other_rows = replace(coverage.by_sex(scope), axis="gender")
    with pytest.raises(AnsinhError, match=r"'gender\|declined', 'gender\|has_account'"):
        protection.released(scope, other_rows)


def test_a_count_decided_elsewhere_and_rows_of_files_are_no_such_table(scope: Scope) -> None:
    assert protection.released(scope, replace(left_out(scope), means={"eighty": "has_account"})).counts == ("persons", "eighty")
    assert protection.released(scope, sources.reconciliation(scope)).unit == "rows"


def test_who_may_see_everything_is_shown_it(scope: Scope) -> None:
    internal = replace(scope, campaign=scope.campaign.model_copy(update={"audience": "internal"}), cache={})
    assert protection.released(internal, left_out(internal)).value("eighty") is not None


def test_what_is_decided_for_the_city_alone_is_told_of_nobody_else(city: Workspace, campaign: Campaign) -> None:
    district = scope_of(city, campaign, "006")
    with pytest.raises(AnsinhError, match=r"'day\|branch'"):
        protection.released(district, activity.by_day(district))
    assert "chỉ công bố cho toàn địa bàn" in Audit(district).coverage.by_day().text
    assert "Bưu điện" in Audit(scope_of(city, campaign, "")).coverage.by_day().text
