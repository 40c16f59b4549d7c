"""What an auditor does by hand with checks: open one, read its SQL, see masked records, compare snapshots."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from ansinh import store
from ansinh.audit import open_audit
from ansinh.campaign import Campaign, Workspace
from ansinh.checks.policies import POLICIES, RULES
from ansinh.checks.views import PERSONAL
from ansinh.errors import UserError
from ansinh.measures import cleanliness
from tests.spec.audit.conftest import AS_OF, UNIT, Opener, write_persons

BEFORE = AS_OF - dt.timedelta(days=1)


def findings(workspace: Workspace, as_of: dt.date, rows: dict[str, str], version: int = 1, check: str = "C07") -> None:
    """Write one finding per row id, with its state, and the outcome of the check with its version."""
    folder = workspace.store(workspace.campaign(), as_of)
    frame = pd.DataFrame(
        {"check_id": check, "check_version": version, "table": "beneficiaries", "row_id": list(rows), "person_id": list(rows), "unit": UNIT}
    )
    frame = frame.assign(severity="warns", who="commune", since=as_of, state=list(rows.values()))
    store.write(folder, store.FINDINGS, frame, UNIT)
    outcomes = pd.DataFrame({"check_id": [check], "check_version": version, "unit": UNIT, "outcome": "fails", "rows": len(rows)})
    store.write(folder, store.OUTCOMES, outcomes, UNIT)


def test_a_finding_gone_since_the_previous_snapshot_counts_as_mended(opened: Opener, empty_workspace: Workspace) -> None:
    write_persons(empty_workspace, [(100, {})], BEFORE)
    findings(empty_workspace, BEFORE, {"a": "new", "b": "new", "c": "new"})
    audit = opened([(100, {})])
    findings(empty_workspace, AS_OF, {"a": "standing", "d": "new", "e": "reopened"})
    audit = open_audit("hanoi-tet-2024", UNIT, AS_OF.isoformat())
    frame = cleanliness.changes(audit._scope).frame.set_index("state")["findings"]
    assert frame.to_dict() == {"new": 1, "standing": 1, "reopened": 1, "mended": 2}


def test_a_trend_that_crosses_a_changed_rule_says_so(opened: Opener, empty_workspace: Workspace) -> None:
    write_persons(empty_workspace, [(100, {})], BEFORE)
    findings(empty_workspace, BEFORE, {str(number): "new" for number in range(20)}, version=7)
    opened([(100, {})])
    findings(empty_workspace, AS_OF, {str(number): "standing" for number in range(20)})
    audit = open_audit("hanoi-tet-2024", UNIT, AS_OF.isoformat())
    assert "C07 (phiên bản 7 → 1 từ 14/01/2024)" in audit.cleanliness.changes().text
    assert "C07 (phiên bản 7 → 1 từ 14/01/2024)" in audit.directive.history().text


def test_what_a_check_newly_in_force_finds_is_told_apart_from_what_became_worse(opened: Opener, empty_workspace: Workspace) -> None:
    write_persons(empty_workspace, [(100, {})], BEFORE)
    findings(empty_workspace, BEFORE, {"a": "new"}, check="C01")
    opened([(100, {})])
    findings(empty_workspace, AS_OF, {"a": "standing", "b": "new"}, check="C01")
    audit = open_audit("hanoi-tet-2024", UNIT, AS_OF.isoformat())
    assert cleanliness.changes(audit._scope).frame.set_index("state")["findings"].to_dict() == {"new": 1, "standing": 1, "mended": 0}
    findings(empty_workspace, AS_OF, {"c": "new", "d": "new"}, check="C07")
    audit = open_audit("hanoi-tet-2024", UNIT, AS_OF.isoformat())
    assert cleanliness.changes(audit._scope).frame.set_index("state")["findings"].to_dict() == {"rule": 2, "mended": 1}
    assert "Phát hiện do tiêu chí mới hoặc sửa đổi" in audit.cleanliness.changes().text


def test_what_a_check_no_longer_in_force_had_found_is_not_mended(opened: Opener, empty_workspace: Workspace) -> None:
    write_persons(empty_workspace, [(100, {})], BEFORE)
    findings(empty_workspace, BEFORE, {"a": "new"}, check="X99")
    opened([(100, {})])
    findings(empty_workspace, AS_OF, {"d": "new"})
    audit = open_audit("hanoi-tet-2024", UNIT, AS_OF.isoformat())
    assert cleanliness.changes(audit._scope).frame.set_index("state")["findings"].to_dict() == {"rule": 1, "mended": 0}
    assert "X99 (thôi áp dụng từ 14/01/2024)" in audit.cleanliness.changes().text


def test_the_history_holds_every_snapshot_up_to_the_as_of_date(opened: Opener, empty_workspace: Workspace) -> None:
    write_persons(empty_workspace, [(90, {}), (10, {"has_account": False})], BEFORE)
    write_persons(empty_workspace, [(500, {})], AS_OF + dt.timedelta(days=1))
    told = opened([(100, {})]).directive.history().text
    assert "13/01/2024 | 100 | 100\u00a0% | 90\u00a0%" in told
    assert "14/01/2024 | 100 | 100\u00a0% | 100\u00a0% | 100\u00a0% | +10\n" in f"{told}\n"
    assert "15/01/2024" not in told


def test_an_opened_check_shows_rule_sql_and_counts(city: Workspace, campaign: Campaign, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANSINH_WORKSPACE", str(city.root))
    check = open_audit(campaign.name, "", campaign.as_of.isoformat()).check("V05")
    assert "Số định danh mất số 0 ở đầu" in repr(check)
    assert "FROM judged_beneficiaries" in check.sql
    assert "<pre><code>SELECT record_id" in check._repr_html_()


def test_its_records_name_file_sheet_and_row_and_hide_the_number(
    city: Workspace, campaign: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANSINH_WORKSPACE", str(city.root))
    records = open_audit(campaign.name, "277", campaign.as_of.isoformat()).check("C03").records(limit=5)
    assert len(records) == 5
    assert records["source_file"].str.startswith("danh-sach/277").all()
    assert not records["masked_number"].str.contains(r"[0-9]{3}").any()


def test_its_records_show_what_the_rule_compares_and_what_is_personal_of_it_only_when_revealed(
    city: Workspace, campaign: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANSINH_WORKSPACE", str(city.root))
    check = open_audit(campaign.name, "", campaign.as_of.isoformat()).check("K03")
    masked = check.records(limit=5)
    assert {"policy_code", "age_from", "age_to"} <= set(masked.frame)
    assert not {"age", "age_least", "full_name", "number", "birth_text"} & set(masked.frame)
    revealed = check.records(limit=5, reveal=True, reason="thẩm tra tuổi hưởng")
    assert {"age", "age_least", "full_name"} <= set(revealed.frame)
    first = revealed.frame.iloc[0]
    assert first["age"] < first["age_from"] or first["age_least"] > first["age_to"]


def test_an_amount_stands_beside_the_amounts_that_would_be_right(
    city: Workspace, campaign: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANSINH_WORKSPACE", str(city.root))
    records = open_audit(campaign.name, "", campaign.as_of.isoformat()).check("K04").records(limit=100)
    assert len(records)
    for amount, allowed in zip(records["amount"], records["amounts_allowed"], strict=True):
        assert str(amount) not in str(allowed).split("; ")
        assert str(allowed).replace("; ", "").isdigit()


def test_every_check_lists_its_records_and_hides_all_that_is_personal(
    city: Workspace, campaign: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANSINH_WORKSPACE", str(city.root))
    audit = open_audit(campaign.name, "", campaign.as_of.isoformat())
    personal = {column.name for table in store.TABLES.values() for column in table.columns if column.personal}
    for check in ("C01", "V05", "K01", "K06", "K08", "K09", "K10", "U04", "U05", "A02", "T05"):
        shown = set(audit.check(check).records(limit=1).frame)
        assert not shown & (personal | PERSONAL), check


def test_the_policy_codes_are_told_with_ages_coefficients_and_amounts(opened: Opener) -> None:
    told = opened([(10, {})]).method.policies()
    assert 'id="bang-ma-doi-tuong"' in told.html
    assert "5.5c | Người từ đủ 80 tuổi không có lương hưu, trợ cấp bảo hiểm xã hội" in told.text
    assert "từ 80 | từ 80 | 1,0 | 440.000" in told.text
    assert "5.6" in told.text
    assert "880.000 hoặc 1.100.000" in told.text
    assert {rule.code for rule in RULES} == {policy.code for policy in POLICIES}


@pytest.mark.parametrize(("typed", "meant"), [("V5", "V05"), ("v05", "V05"), ("V005", "V05"), ("K4", "K04"), ("CO1", "C01")])
def test_a_mistyped_check_is_answered_with_the_one_that_is_meant(opened: Opener, typed: str, meant: str) -> None:
    audit = opened([(10, {})])
    with pytest.raises(UserError, match=f"There is no check '{typed}'. Did you mean '{meant}'\\?"):
        audit.check(typed)


def test_an_unknown_check_is_answered_with_those_there_are(opened: Opener) -> None:
    with pytest.raises(UserError, match=r"There is no check 'nothing'. There are: A01, A02"):
        opened([(10, {})]).check("nothing")
