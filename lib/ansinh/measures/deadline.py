"""Will it be done in time (D8): coverage day by day, pace needed against pace of the last seven days.

Dates come from the accounts' opening times, so the history is there from the first snapshot on. Unit: persons.
"""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass

from ansinh.disclosure import Counts, Released
from ansinh.measures.scope import Scope, one_row

WEEK = 7


def trend(scope: Scope) -> Counts:
    """Return one row per day from the campaign's start to its as-of date: covered persons by the end of the day, of all persons."""
    campaign = scope.campaign
    frame = scope.query(
        f"""SELECT strftime(day, '%Y-%m-%d') AS day, (SELECT count(*) FROM persons WHERE {scope.where}) AS persons,
            (SELECT count(*) FROM persons WHERE {scope.where} AND has_account AND coalesce(account_opened_at::DATE, DATE '{campaign.started}') <= day) AS covered
        FROM (SELECT unnest(generate_series(DATE '{campaign.started}', DATE '{campaign.as_of}', INTERVAL 1 DAY))::DATE AS day) ORDER BY day""",
        "the trend",
    )
    return Counts(
        frame,
        ("day",),
        {"persons": None, "covered": "persons"},
        {"coverage": ("covered", "persons")},
        place=scope.place,
        axis="day",
        fixed=frozenset({"persons"}),
    )


def _pace(scope: Scope) -> dict[str, str]:
    return {
        "persons": "count(*)",
        "covered": "count(*) FILTER (has_account)",
        "declined": "count(*) FILTER (declined)",
        "remaining": "count(*) FILTER (NOT has_account AND NOT declined)",
        "opened_week": f"count(*) FILTER (has_account AND account_opened_at::DATE BETWEEN DATE '{scope.campaign.as_of}' - {WEEK - 1} AND DATE '{scope.campaign.as_of}')",
    }


PACE_PARTS = {"persons": None, "covered": "persons", "declined": "persons", "remaining": "persons", "opened_week": "persons"}
PACE_MEANS = {"covered": "has_account"}
PACE_SUMS = (("persons", ("covered", "declined", "remaining")), ("covered", ("opened_week",)))
PACE_RATES = {"coverage": ("covered", "persons")}


def pace(scope: Scope) -> Counts:
    """Return what the pace is computed from: persons, covered, remaining, declined and opened in the last seven days."""
    return one_row(scope, _pace(scope), PACE_PARTS, PACE_RATES, means=PACE_MEANS, sums=PACE_SUMS)


def pace_by_row(scope: Scope) -> Counts:
    """Return the same per unit or part and in total, to tell which will not make it."""
    frame = scope.by_row(_pace(scope))
    return Counts(
        frame,
        ("code", "name"),
        PACE_PARTS,
        PACE_RATES,
        total="is_total",
        place=scope.place,
        axis=scope.axis,
        means=PACE_MEANS,
        sums=PACE_SUMS,
    )


def opened(scope: Scope) -> Counts:
    """Return one row per day from the campaign's start to its as-of date: persons whose account was opened on that day."""
    campaign = scope.campaign
    frame = scope.query(
        f"""SELECT strftime(day, '%Y-%m-%d') AS day, count(p.person_id) AS opened
        FROM (SELECT unnest(generate_series(DATE '{campaign.started}', DATE '{campaign.as_of}', INTERVAL 1 DAY))::DATE AS day)
        LEFT JOIN (SELECT * FROM persons WHERE {scope.where} AND has_account) p ON p.account_opened_at::DATE = day GROUP BY 1 ORDER BY 1""",
        "accounts opened by day",
    )
    return Counts(frame, ("day",), {"opened": None})


@dataclass(frozen=True)
class Outlook:
    """Days left, persons a day needed and reached (None: not known), and whether the pace suffices (None: cannot be said, or too near to say)."""

    days_left: int
    needed: float | None
    reached: float | None
    enough: bool | None


def outlook(released: Released, as_of: dt.date, deadline: dt.date, target: float = 1.0, row: int = 0) -> Outlook:
    """Return the outlook of one row from released counts alone, so that it tells nothing they do not.

    Method: persons to go ÷ days left against persons covered in the last seven days ÷ 7. To go are those remaining (declined persons
    apart), less what a target below 100 % of all who have not declined leaves. Nothing is claimed for withheld counts, nor where
    counts that round to those shown could tell either.
    """
    days = (deadline - as_of).days
    remaining, week, covered = (released.value(name, row) for name in ("remaining", "opened_week", "covered"))
    if remaining is not None and target < 1 and covered is not None:
        remaining = max(0, remaining - math.floor((1 - target) * (covered + remaining)))
    needed = math.ceil(remaining / days) if remaining is not None and days > 0 else None
    reached = week / WEEK if week is not None else None
    if remaining == 0:
        return Outlook(days, 0, reached, True)
    if days <= 0 or needed is None or reached is None:
        return Outlook(days, needed, reached, False if days < 0 and remaining else None)
    half = released.rounding // 2
    surely, hardly = (week - half) / WEEK >= (remaining + half) / days, (week + half) / WEEK < (remaining - half) / days  # type: ignore[operator]
    return Outlook(days, needed, reached, True if surely else False if hardly else None)


def reachable(released: Released, row: int = 0) -> float:
    """Return the highest coverage there can be, as a share: all but those who declined; 1 where that is not shown."""
    persons, declined = released.value("persons", row), released.value("declined", row)
    return 1 - declined / persons if persons and declined else 1.0
