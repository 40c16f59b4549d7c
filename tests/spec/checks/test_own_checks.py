"""A campaign's own checks: a condition in its file works at once; anything that says more is refused with a sentence."""

from __future__ import annotations

import pytest
import yaml

from ansinh.campaign import Campaign, OwnCheck, Workspace
from ansinh.checks import open_views
from ansinh.checks.catalogue import catalogue
from ansinh.checks.judging import judge
from ansinh.errors import CampaignError

OWN = """
id: X01
title: Người từ 100 tuổi chưa được xác minh
title_en: Centenarian not verified
dimension: timeliness
severity: warns
who: commune
remedy: Đến thăm và xác minh.
source: Yêu cầu của đợt triển khai
applies: age IS NOT NULL
not_applicable_reason: Không rõ tuổi
fails: age >= 100 AND register_result <> 'matched'
"""


def with_own(campaign: Campaign, **changes: str) -> Campaign:
    own = OwnCheck.model_validate(yaml.safe_load(OWN) | changes)
    return campaign.model_copy(update={"checks": campaign.checks.model_copy(update={"own": (own,)})})


def test_an_own_check_stands_in_the_catalogue_like_any_other(campaign: Campaign) -> None:
    check = catalogue(with_own(campaign))[-1]
    assert (check.id, check.dimension, check.who) == ("X01", "timeliness", "commune")
    assert "age >= 100" in check.sql()


@pytest.mark.parametrize(
    "condition",
    [
        "receiver_name IS NULL AND age < 16",
        "policy_code IN ('5.1', '5.3') AND length(phone) <> 10",
        "birth_date < DATE '1910-01-01'",
        "jaro_winkler_similarity(name_key, strip_accents(upper(receiver_name))) > 0.95",
        "TRY_CAST(note AS INTEGER) > 3",
        "amount BETWEEN 1 AND 1000 OR NOT list_contains(amounts_allowed, amount)",
    ],
)
def test_a_plain_condition_over_the_view_is_admitted(campaign: Campaign, condition: str) -> None:
    assert catalogue(with_own(campaign, fails=condition))


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        ("true; DROP TABLE beneficiaries", "';' is not allowed"),
        ("true -- and the rest", "'--' is not allowed"),
        ("true) FROM judged_beneficiaries WHERE (true", "not valid SQL"),
        ("age > (SELECT avg(age) FROM judged_beneficiaries)", "subquery"),
        ("number IN (SELECT number FROM accounts)", "subquery"),
        ("EXISTS (SELECT 1 FROM read_csv('/etc/passwd'))", "subquery"),
        ("read_text('/etc/passwd') = ''", "read_text"),
        ("getenv('HOME') = ''", "getenv"),
        ("current_setting('home_directory') = ''", "current_setting"),
        ("random() < 0.5", "random"),
        ("birth_date > today()", "today"),
        ("count(*) OVER () > 1", "window"),
        ("sum(age) > 3", "sum"),
        ("COLUMNS(*) IS NULL", "star"),
        ("note::INTEGER > 3", "TRY_CAST"),
        ("agee > 3", "agee"),
        ("current_date > birth_date", "no column current_date"),
        ("current_user = 'x'", "no column current_user"),
        ("judged_beneficiaries IS NULL", "no column judged_beneficiaries"),
        ("main.lower(full_name) = 'x'", "function lower"),
        ('"read_csv"(full_name) IS NULL', "read_csv"),
        ("lpad('a', 2000000000, 'b') = 'x'", "lpad"),
        ("replace(full_name, 'a', 'aaaaaaaaaa') = 'x'", "more than it takes out"),
        ("regexp_matches(full_name, note)", "must be a constant"),
        ("date_diff(note, birth_date, as_of) > 1", "must be a constant"),
        ("regexp_matches(full_name, '(')", "missing )"),
        ("age > 1" + " AND age > 1" * 200, "longer than 2,000 signs"),
        ("try(age > 3)", "operator"),
        ("'abc'::INTEGER > 3", "fails on some rows"),
        ("amount % age = 0", "fails on some rows"),
        ("age > $1", "parameter"),
        ("number IN (FROM accounts SELECT number)", "subquery"),
        ("true) UNION ALL SELECT (true", "says more than a condition"),
        ("true \u2028 OR \u200bread_text('x') = ''", "not valid SQL"),
        ("ａｇｅ > 3", "no column"),
        ("list_contains(range(1000000000), age)", "range"),
        ("sum(age) FILTER (WHERE true) > 1", "sum"),
        ("pragma_version() IS NULL", "pragma_version"),
        ("age", "true or false"),
        ("age >", "not valid SQL"),
        ("", "it is empty"),
    ],
)
def test_whatever_says_more_than_a_condition_is_refused_with_a_sentence(campaign: Campaign, condition: str, said: str) -> None:
    with pytest.raises(CampaignError, match="checks.own X01, fails: ") as refused:
        catalogue(with_own(campaign, fails=condition))
    assert said in str(refused.value)
    assert "Write one condition over the columns of judged_beneficiaries" in str(refused.value)


def test_the_condition_when_it_applies_is_held_to_the_same(campaign: Campaign) -> None:
    with pytest.raises(CampaignError, match="checks.own X01, applies: "):
        catalogue(with_own(campaign, applies="getenv('HOME') = ''"))


def test_a_condition_that_fails_on_a_row_nobody_foresaw_is_named(city: Workspace, campaign: Campaign) -> None:
    unforeseen = with_own(campaign, fails="100 % (amount - 660000) = 1")
    con = open_views(city, unforeseen, same_person=False)
    with pytest.raises(CampaignError, match="checks.own X01: the engine cannot compute it on every row"):
        judge(con, "beneficiaries", [catalogue(unforeseen)[-1]])


@pytest.mark.parametrize(
    ("name", "value"), [("age_limit", 0), ("register_days", float("inf")), ("same_person", 1.5), ("account_people", float("nan"))]
)
def test_a_threshold_that_means_nothing_is_refused(campaign: Campaign, name: str, value: float) -> None:
    checks = campaign.checks.model_copy(update={"thresholds": {name: value}})
    with pytest.raises(CampaignError, match=f"checks.thresholds.{name}"):
        catalogue(campaign.model_copy(update={"checks": checks}))


def test_an_id_given_twice_is_refused(campaign: Campaign) -> None:
    twice = with_own(campaign).checks.own * 2
    with pytest.raises(CampaignError, match="X01 is given twice"):
        catalogue(campaign.model_copy(update={"checks": campaign.checks.model_copy(update={"own": twice})}))


@pytest.mark.parametrize("key", ["off", "severity", "thresholds"])
def test_a_check_or_threshold_nobody_knows_is_named(campaign: Campaign, key: str) -> None:
    wrong = {"off": ("Q99",), "severity": {"Q99": "warns"}, "thresholds": {"Q99": 1.0}}[key]
    checks = campaign.checks.model_copy(update={key: wrong})
    with pytest.raises(CampaignError, match="Q99"):
        catalogue(campaign.model_copy(update={"checks": checks}))


def test_a_campaign_switches_checks_off_and_sets_severity_and_thresholds(campaign: Campaign) -> None:
    checks = campaign.checks.model_copy(update={"off": ("V11",), "severity": {"C07": "blocks_account"}, "thresholds": {"age_limit": 110.0}})
    found = {check.id: check for check in catalogue(campaign.model_copy(update={"checks": checks}))}
    assert "V11" not in found
    assert found["C07"].severity == "blocks_account"
    assert "110" in found["V08"].fails
