"""Where persons stop on the way from the list to payment by account: each person once, with one step, one cause and one actor.

The steps follow one another, so persons who stop plus persons who arrive are exactly the persons on the list. Unit: persons.
"""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from ansinh.checks.catalogue import catalogue
from ansinh.disclosure import Counts
from ansinh.measures.scope import Scope

STEPS = {
    "complete": "Chưa đủ thông tin",
    "verified": "Chưa đối chiếu khớp",
    "clean": "Dữ liệu chưa sạch",
    "has_account": "Chưa có tài khoản",
    "usable": "Tài khoản chưa dùng được",
    "paid": "Chưa nhận qua tài khoản",
}
"""The steps, in order, and what pages say of those who have not passed: on a phone a cell stands without its heading."""

CAUSES = {
    "incomplete": "Thiếu thông tin",
    "unverified": "Chưa đối chiếu khớp với CSDLQG về dân cư",
    "unclean": "Còn lỗi cản trở",
    "declined_confirmed": "Không đăng ký, có xác nhận",
    "declined_unconfirmed": "Không đăng ký, chưa có xác nhận",
    "not_opened": "Chưa mở tài khoản",
    "account_pending": "Tài khoản đang chờ kích hoạt",
    "account_closed": "Tài khoản đã đóng hoặc bị khóa",
    "account_faulty": "Thông tin tài khoản còn lỗi",
    "account_deceased": "Người hưởng được ghi nhận đã chết",
    "payment_none": "Chưa có tên trong danh sách chi trả của kỳ",
    "payment_pending": "Khoản chi chưa hoàn tất",
    "payment_cash": "Nhận bằng tiền mặt",
    "payment_returned": "Khoản chi bị trả lại",
}
"""Causes that are no check; a check's cause is its id."""

_STOPS = """
WITH f AS (
    SELECT person_id, min(check_id) FILTER (check_id IN ({completing})) AS missing,
        arg_min(who, check_id) FILTER (check_id IN ({completing})) AS missing_who, min(check_id) FILTER (severity <> 'warns') AS gravest, arg_min(who, check_id) FILTER (severity <> 'warns') AS gravest_who,
        min(check_id) FILTER (check_id LIKE 'A%') AS register, arg_min(who, check_id) FILTER (check_id LIKE 'A%') AS register_who,
        min(check_id) FILTER ("table" = 'accounts' AND severity <> 'warns') AS account,
        arg_min(who, check_id) FILTER ("table" = 'accounts' AND severity <> 'warns') AS account_who
    FROM findings WHERE person_id <> '' GROUP BY 1),
stopped AS (
    SELECT p.*, f.* EXCLUDE (person_id), CASE WHEN NOT complete THEN 'complete' WHEN NOT verified THEN 'verified' WHEN NOT clean THEN 'clean'
        WHEN NOT has_account THEN 'has_account' WHEN NOT usable_account THEN 'usable' WHEN payment <> 'account' THEN 'paid' END AS step
    FROM persons p LEFT JOIN f USING (person_id))
SELECT step,
    CASE step WHEN 'complete' THEN coalesce(missing, 'incomplete') WHEN 'verified' THEN coalesce(register, 'unverified')
        WHEN 'clean' THEN coalesce(gravest, 'unclean') WHEN 'has_account' THEN CASE WHEN declined_confirmed THEN 'declined_confirmed' WHEN declined THEN 'declined_unconfirmed' ELSE 'not_opened' END
        WHEN 'usable' THEN coalesce(account, 'account_' || account_trouble, 'account_faulty') ELSE 'payment_' || payment END AS cause,
    CASE step WHEN 'complete' THEN coalesce(missing_who, 'commune') WHEN 'verified' THEN coalesce(register_who, 'police')
        WHEN 'clean' THEN coalesce(gravest_who, 'commune') WHEN 'has_account' THEN CASE WHEN declined_confirmed THEN '–' WHEN declined THEN 'commune' ELSE 'bank' END
        WHEN 'usable' THEN coalesce(account_who, 'bank') ELSE 'department' END AS who,
    count(*) AS persons
FROM stopped WHERE {where} AND step IS NOT NULL GROUP BY ALL
"""


SHOWN = 3
"""Causes named per step: the ones most people stop for."""


def shown(scope: Scope) -> Counts:
    """Return the table as pages show it: the causes most people of a step stop for, the others together."""
    return grouped(by_cause(scope), scope.campaign.disclosure.threshold, SHOWN)


def grouped(counts: Counts, small: int, most: int) -> Counts:
    """Return the table of `by_cause` with the `most` causes of each step; the rest, and causes of up to `small` persons, stand together."""
    frame = counts.frame
    place = frame.groupby("step").cumcount()
    minor = ~frame["is_total"] & ((frame["persons"] <= small) | (place >= most))
    rest = frame[minor].groupby("step", sort=False, as_index=False)["persons"].sum()
    rest = rest.assign(cause="other", name="Các lý do khác", who="–", is_total=False)
    order = {step: at for at, step in enumerate((*STEPS, ""))}
    kept = pd.concat([frame[~minor], rest[rest["persons"] > 0]], ignore_index=True)
    kept["at"] = kept["step"].map(order)
    kept["last"] = kept["cause"] == "other"
    kept = kept.sort_values(["at", "last", "persons", "cause"], ascending=[True, True, False, True], kind="stable")
    return replace(counts, frame=kept.drop(columns=["at", "last"]).reset_index(drop=True))


def by_cause(scope: Scope) -> Counts:
    """Return persons who stop, by step, cause (a check's id or a key of CAUSES) and who acts, most first within a step, with the total.

    A check's finding is the cause where there is one: the one with the lowest id among the gravest, as `persons.blocker` has it.
    """
    completing = ", ".join(f"'{check.id}'" for check in catalogue(scope.campaign) if check.completes) or "''"
    frame = scope.query(_STOPS.format(where=scope.where, completing=completing), "where persons stop")
    order = {step: at for at, step in enumerate(STEPS)}
    frame["at"] = frame["step"].map(order)
    frame = (
        frame.sort_values(["at", "persons", "cause", "who"], ascending=[True, False, True, True]).drop(columns="at").reset_index(drop=True)
    )
    words = CAUSES | {check.id: f"{check.id} · {check.title}" for check in catalogue(scope.campaign)}
    frame["name"] = frame["cause"].map(words).fillna(frame["cause"])
    frame["is_total"] = False
    frame.loc[len(frame)] = ["", "total", "", int(frame["persons"].sum()), "Tổng số người còn vướng", True]
    return Counts(
        frame.astype({"persons": "int64"}),
        ("step", "cause", "name", "who"),
        {"persons": None},
        total="is_total",
        place=scope.place,
        axis="stop",
        means={"persons": "stopped"},
        label=("step", "cause", "who"),
    )
