"""How the period's payment reached the people (D5): persons and VND, by account, in cash, returned, not yet."""

from __future__ import annotations

import datetime as dt

from ansinh.disclosure import Counts
from ansinh.measures.scope import Scope, one_row

COUNTS = {
    "persons": "count(*)",
    "paid_people": "count(*) FILTER (payment <> 'none')",
    "by_account": "count(*) FILTER (payment = 'account')",
    "in_cash": "count(*) FILTER (payment = 'cash')",
    "returned_people": "count(*) FILTER (payment = 'returned')",
    "holders_paid": "count(*) FILTER (usable_account AND payment IN ('account', 'cash', 'returned'))",
    "holders_by_account": "count(*) FILTER (usable_account AND payment = 'account')",
    "holders_in_cash": "count(*) FILTER (usable_account AND payment = 'cash')",
}
PARTS = {
    **{"persons": None, "paid_people": "persons", "by_account": "paid_people", "in_cash": "paid_people", "returned_people": "paid_people"},
    **{"holders_paid": "paid_people", "holders_by_account": "holders_paid", "holders_in_cash": "holders_paid"},
}
RATES = {"cashless_rate": ("by_account", "paid_people"), "holders_rate": ("holders_by_account", "holders_paid")}
MEANS = {"by_account": "paid"}
SUMS = (("paid_people", ("by_account", "in_cash", "returned_people")), ("holders_paid", ("holders_by_account", "holders_in_cash")))
AMOUNTS = {"vnd_account": "sum(paid_account)", "vnd_cash": "sum(paid_cash)", "vnd_returned": "sum(returned)"}


def whole(scope: Scope) -> Counts:
    """Return persons and VND of the period for the whole scope, one row."""
    behind = {"vnd_account": "by_account", "vnd_cash": "in_cash", "vnd_returned": "returned_people"}
    return one_row(scope, COUNTS | AMOUNTS, PARTS, RATES, behind, MEANS, SUMS)


def rates(scope: Scope) -> Counts:
    """Return persons paid, by account and in cash, per row and in total."""
    chosen = ("persons", "paid_people", "by_account", "in_cash", "returned_people", "holders_paid", "holders_by_account", "holders_in_cash")
    frame = scope.by_row({name: COUNTS[name] for name in chosen})
    return Counts(frame, ("code", "name"), PARTS, RATES, total="is_total", place=scope.place, axis=scope.axis, means=MEANS, sums=SUMS)


LIST_DAY = 25
"""Lists go to the payer before the 25th of the month before (docs/measures.md)."""


def list_closed(period: str) -> dt.date:
    """Return the day the payment list of a period (YYYY-MM) was closed: the 25th of the month before."""
    year, month = (int(part) for part in period.split("-"))
    first = dt.date(year, month, 1)
    return (first - dt.timedelta(days=1)).replace(day=LIST_DAY)


CASH_CAUSES = (
    ("opened_late", "Tài khoản mở sau ngày chốt danh sách chi trả", "department", "account_opened_at::DATE >= DATE '{closed}'"),
    ("known", "Đã có tài khoản dùng được trước ngày chốt danh sách", "department", "account_opened_at IS NOT NULL"),
    ("undated", "Không rõ ngày mở tài khoản", "bank", "true"),
)
"""Why a holder of a usable account was paid in cash: id, words, who acts, condition; the first that holds counts."""


def cash_causes(scope: Scope) -> Counts:
    """Return holders of a usable account who were paid in cash, by why and who acts; the causes add up to the total. Unit: persons."""
    closed = list_closed(scope.campaign.period)
    cases = " ".join(f"WHEN {condition.format(closed=closed)} THEN '{name}'" for name, _, _, condition in CASH_CAUSES)
    frame = scope.query(
        f"SELECT CASE {cases} END AS cause, count(*) AS persons FROM persons WHERE {scope.where} AND usable_account AND payment = 'cash' GROUP BY 1",
        "why holders were paid in cash",
    ).set_index("cause")
    rows = frame.reindex([name for name, *_ in CASH_CAUSES]).fillna(0).astype("int64").reset_index()
    rows["name"] = [words for _, words, _, _ in CASH_CAUSES]
    rows["who"] = [who for _, _, who, _ in CASH_CAUSES]
    rows.loc[len(rows)] = ["total", int(rows["persons"].sum()), "Tổng số", ""]
    rows["is_total"] = rows["cause"] == "total"
    means = {"persons": "holders_in_cash"}
    return Counts(rows, ("cause", "name", "who"), {"persons": None}, total="is_total", place=scope.place, axis="cash_cause", means=means)


def by_group(scope: Scope) -> Counts:
    """Return persons paid and how, per policy group in the campaign's order, with the total."""
    selected = ", ".join(f"{sql} AS {name}" for name, sql in COUNTS.items())
    frame = scope.query(
        f"SELECT grouping(policy_group) = 1 AS is_total, policy_group, {selected} FROM persons WHERE {scope.where} GROUP BY ROLLUP (policy_group)",
        "payment by policy group",
    )
    names = {group.id: group.name for group in scope.campaign.groups}
    order = {code: at for at, code in enumerate(names)}
    frame["name"] = frame["policy_group"].map(names).fillna("Nhóm khác").where(~frame["is_total"], "Tổng số")
    frame["at"] = frame["policy_group"].map(order).fillna(len(order)).where(~frame["is_total"], len(order) + 1)
    frame = frame.sort_values("at", kind="stable").drop(columns=["at", "policy_group"]).reset_index(drop=True)
    return Counts(frame, ("name",), PARTS, RATES, total="is_total", place=scope.place, axis="group", means=MEANS, sums=SUMS)


def by_bank(scope: Scope) -> Counts:
    """Return holders of an account who were paid by account, in cash or had the transfer returned, per bank of their account (D9)."""
    frame = scope.query(
        f"""SELECT coalesce(account_bank, '') AS code, count(*) AS paid_people, count(*) FILTER (payment = 'account') AS by_account,
            count(*) FILTER (payment = 'cash') AS in_cash, count(*) FILTER (payment = 'returned') AS returned_people
        FROM persons WHERE {scope.where} AND has_account AND payment <> 'none' GROUP BY 1 ORDER BY 2 DESC, 1""",
        "payment by bank",
    )
    parts = {"paid_people": None, "by_account": "paid_people", "in_cash": "paid_people", "returned_people": "paid_people"}
    means = {name: f"holders_of_account_{name}" for name in parts}
    return Counts(
        frame,
        ("code",),
        parts,
        {"cashless_rate": ("by_account", "paid_people")},
        place=scope.place,
        axis="bank",
        means=means,
        sums=(("paid_people", ("by_account", "in_cash", "returned_people")),),
    )
