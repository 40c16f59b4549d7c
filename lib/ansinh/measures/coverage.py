"""How far accounts cover the people (D3–D6): three rates, never one, each over all persons on the lists.

Definitions: docs/measures.md. Unit: persons, each counted once in the whole city.
"""

from __future__ import annotations

import pandas as pd

from ansinh.disclosure import Counts
from ansinh.measures.scope import Scope, one_row

COUNTS = {
    "persons": "count(*)",
    "has_account": "count(*) FILTER (has_account)",
    "usable": "count(*) FILTER (usable_account)",
    "paid": "count(*) FILTER (payment = 'account')",
    "declined": "count(*) FILTER (declined)",
    "remaining": "count(*) FILTER (NOT has_account AND NOT declined)",
}
PARTS = {"persons": None, "has_account": "persons", "usable": "persons", "paid": "persons", "declined": "persons", "remaining": "persons"}
SUMS = (("persons", ("has_account", "declined", "remaining")),)
RATES = {"coverage": ("has_account", "persons"), "usable_rate": ("usable", "persons"), "paid_rate": ("paid", "persons")}

FUNNEL = {
    "persons": "count(*)",
    "complete": "count(*) FILTER (complete)",
    "verified": "count(*) FILTER (complete AND verified)",
    "clean": "count(*) FILTER (complete AND verified AND clean)",
    "has_account": "count(*) FILTER (has_account)",
    "usable": "count(*) FILTER (usable_account)",
    "paid": "count(*) FILTER (payment = 'account')",
}

CAUSES = (
    ("declined_confirmed", "Không đăng ký, có xác nhận", "–", "declined AND declined_confirmed"),
    ("declined_unconfirmed", "Không đăng ký, chưa có xác nhận", "commune", "declined AND NOT declined_confirmed"),
    (
        "data_commune",
        "Dữ liệu còn lỗi cản trở mở tài khoản",
        "commune",
        "NOT has_account AND NOT declined AND NOT ready AND blocker_who = 'commune'",
    ),
    (
        "data_police",
        "Dữ liệu còn lỗi cản trở mở tài khoản",
        "police",
        "NOT has_account AND NOT declined AND NOT ready AND blocker_who = 'police'",
    ),
    (
        "data_other",
        "Dữ liệu còn lỗi cản trở mở tài khoản",
        "department",
        "NOT has_account AND NOT declined AND NOT ready AND blocker_who NOT IN ('commune', 'police')",
    ),
    ("not_opened", "Dữ liệu đã sẵn sàng nhưng chưa mở tài khoản", "bank", "NOT declined AND ready AND NOT has_account"),
    ("pending", "Đã có tài khoản, đang chờ kích hoạt", "bank", "account_trouble = 'pending'"),
    ("closed", "Đã có tài khoản, đã đóng hoặc bị khóa", "bank", "account_trouble = 'closed'"),
    ("deceased", "Đã có tài khoản, người hưởng được ghi nhận đã chết", "commune", "account_trouble = 'deceased'"),
    ("faulty", "Đã có tài khoản, thông tin tài khoản còn lỗi", "bank", "has_account"),
)
"""Why a person has no usable account: id, words, who acts, condition; the first that holds counts. Together they are exactly the gap."""


def rates(scope: Scope) -> Counts:
    """Return persons, with account, with usable account, paid by account, declined and remaining, per row and in total."""
    return Counts(scope.by_row(COUNTS), ("code", "name"), PARTS, RATES, total="is_total", place=scope.place, axis=scope.axis, sums=SUMS)


def whole(scope: Scope) -> Counts:
    """Return the same counts for the whole scope, one row."""
    return one_row(scope, COUNTS, PARTS, RATES, sums=SUMS)


def funnel(scope: Scope) -> Counts:
    """Return the steps from the list to payment: the first four each among those of the step before, the account steps among all."""
    means = {"verified": "complete_verified", "clean": "complete_verified_clean"}
    return one_row(scope, FUNNEL, dict.fromkeys(FUNNEL, "persons") | {"persons": None}, {}, means=means)


def by_group(scope: Scope) -> Counts:
    """Return the rates per policy group, in the campaign's order, groups with nobody left out, with the total."""
    return _by(scope, "group", "policy_group", {group.id: group.name for group in scope.campaign.groups}, "Nhóm khác")


def by_sex(scope: Scope) -> Counts:
    """Return the rates by sex, with the total; sex as the list says it, else unknown."""
    return _by(scope, "sex", "sex", {"female": "Nữ", "male": "Nam"}, "Không rõ")


AGES = {"0": "Dưới 16 tuổi", "1": "Từ 16 đến dưới 60 tuổi", "2": "Từ 60 đến dưới 80 tuổi", "3": "Từ 80 tuổi"}
"""Age bands: a child before the law (16), the elderly (60) and the age of the social pension (80) of Decree 20/2021 art. 5."""
AGE_BAND = "CASE WHEN age < 0 OR age > 120 THEN NULL WHEN age < 16 THEN '0' WHEN age < 60 THEN '1' WHEN age < 80 THEN '2' WHEN age >= 80 THEN '3' END"
"""SQL for the band of a person, a key of AGES; null for an age out of 0 to 120."""


def by_age(scope: Scope) -> Counts:
    """Return the rates by age band on the as-of date, with the total; ages out of 0 to 120 count as unknown."""
    return _by(scope, "age", AGE_BAND, AGES, "Không rõ tuổi")


def _by(scope: Scope, axis: str, sql: str, names: dict[str, str], other: str) -> Counts:
    """Return the rates per value of `sql`, in the order of `names`, values with nobody left out, with the total."""
    selected = ", ".join(f"{count} AS {name}" for name, count in COUNTS.items())
    known = ", ".join(f"'{code}'" for code in names)
    frame = scope.query(
        f"""SELECT grouping(code) = 1 AS is_total, code, {selected} FROM (
            SELECT *, CASE WHEN ({sql}) IN ({known}) THEN {sql} ELSE '' END AS code FROM persons WHERE {scope.where})
        GROUP BY ROLLUP (code)""",
        "the rates by group",
    )
    order = {code: at for at, code in enumerate((*names, ""))}
    frame["name"] = frame["code"].map(names).fillna(other).where(~frame["is_total"], "Tổng số")
    frame["at"] = frame["code"].map(order).where(~frame["is_total"], len(order))
    frame = frame.sort_values("at", kind="stable").drop(columns=["at", "code"]).reset_index(drop=True)
    return Counts(frame, ("name",), PARTS, RATES, total="is_total", place=scope.place, axis=axis, sums=SUMS)


OWNERS = {
    "own": ("Tài khoản của chính người thụ hưởng", "account_owner = 'own'"),
    "receiver": ("Tài khoản của người nhận thay hợp pháp", "account_owner = 'receiver'"),
    "unclear": ("Chưa rõ chủ tài khoản", "account_owner = 'unclear'"),
}


def by_owner(scope: Scope) -> Counts:
    """Return persons with account by whose account it is: their own, the lawful receiver's, or unclear; with the total."""
    rows = []
    for _, (words, condition) in (*OWNERS.items(), ("total", ("Tổng số", "true"))):
        sql = f"SELECT count(*) AS has_account, count(*) FILTER (usable_account) AS usable FROM persons WHERE {scope.where} AND has_account AND {condition}"
        rows.append(scope.query(sql, "whose accounts").assign(name=words))
    frame = pd.concat(rows, ignore_index=True)
    frame["is_total"] = [False] * len(OWNERS) + [True]
    return Counts(
        frame,
        ("name",),
        {"has_account": None, "usable": "has_account"},
        {"usable_rate": ("usable", "has_account")},
        total="is_total",
        place=scope.place,
        axis="owner",
    )


def gap(scope: Scope) -> Counts:
    """Return why persons have no usable account and who acts; the causes add up to persons minus usable exactly."""
    cases = " ".join(f"WHEN {condition} THEN '{name}'" for name, _, _, condition in CAUSES)
    frame = scope.query(
        f"SELECT CASE {cases} END AS cause, count(*) AS persons FROM persons WHERE {scope.where} AND NOT usable_account GROUP BY 1",
        "the gap",
    ).set_index("cause")
    rows = frame.reindex([name for name, *_ in CAUSES]).fillna(0).astype("int64").reset_index()
    rows["name"] = [words for _, words, _, _ in CAUSES]
    rows["who"] = [who for _, _, who, _ in CAUSES]
    rows.loc[len(rows)] = ["total", int(rows["persons"].sum()), "Tổng số người chưa có tài khoản dùng được", ""]
    rows["is_total"] = rows["cause"] == "total"
    means = {"persons": "without_usable"}
    return Counts(rows, ("cause", "name", "who"), {"persons": None}, total="is_total", place=scope.place, axis="cause", means=means)


def by_channel(scope: Scope) -> Counts:
    """Return persons with account by the channel it was opened through."""
    return _with_account(scope, "channel")


def by_bank(scope: Scope) -> Counts:
    """Return persons with account by bank (D9), and how many of those accounts are usable."""
    return _with_account(scope, "bank")


def _with_account(scope: Scope, axis: str) -> Counts:
    frame = scope.query(
        f"SELECT coalesce(account_{axis}, '') AS code, count(*) AS has_account, count(*) FILTER (usable_account) AS usable FROM persons"
        f" WHERE {scope.where} AND has_account GROUP BY 1 ORDER BY 2 DESC, 1",
        f"accounts by {axis}",
    )
    parts, rates = {"has_account": None, "usable": "has_account"}, {"usable_rate": ("usable", "has_account")}
    return Counts(frame, ("code",), parts, rates, place=scope.place, axis=axis, margin=True)
