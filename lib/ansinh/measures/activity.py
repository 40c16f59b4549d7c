"""When and how accounts are opened (D3, D4): day by day and by channel; in office hours, out of hours, on days off and holidays.

Times are those the banks and the post report; the calendar is the campaign's. Unit: persons, each by the one account that counts for them.
"""

from __future__ import annotations

from ansinh.disclosure import Counts
from ansinh.measures.scope import Scope

CHANNELS = ("branch", "mobile_point", "post", "online", "vneid")
"""Channels an account can be opened through (docs/data-model.md)."""
DAYS = 14
"""Days that `by_day` looks back."""
WEEKDAYS = range(1, 8)
"""Monday to Sunday, as ISO 8601 numbers them."""


def by_day(scope: Scope) -> Counts:
    """Return persons whose account was opened on each of the campaign's last 14 days (key `day`, YYYY-MM-DD), in all and by channel.

    Who has no channel recorded is in `opened` alone.
    """
    campaign = scope.campaign
    columns = ", ".join(f"count(p.person_id) FILTER (p.account_channel = '{channel}') AS {channel}" for channel in CHANNELS)
    first = f"greatest(DATE '{campaign.started}', DATE '{campaign.as_of}' - {DAYS - 1})"
    frame = scope.query(
        f"""SELECT strftime(day, '%Y-%m-%d') AS day, count(p.person_id) AS opened, {columns}
        FROM (SELECT unnest(generate_series({first}, DATE '{campaign.as_of}', INTERVAL 1 DAY))::DATE AS day)
        LEFT JOIN (SELECT * FROM persons WHERE {scope.where} AND has_account) p ON p.account_opened_at::DATE = day GROUP BY 1 ORDER BY 1""",
        "accounts opened by day and channel",
    )
    counts = {"opened": None} | dict.fromkeys(CHANNELS)
    return Counts(frame, ("day",), counts, place=scope.place, axis="day", sums=(("opened", CHANNELS),))


def by_hours(scope: Scope) -> Counts:
    """Return persons whose account was opened since the campaign began, by the hour, in all and through the post.

    The key `code` is "office", "evening", the number of a weekday off (ISO 8601), or "holiday".
    """
    calendar = scope.campaign.calendar
    holidays = ", ".join(f"DATE '{day}'" for day in calendar.holidays) or "NULL"
    off = [day for day in WEEKDAYS if day not in calendar.office_days]
    days = ", ".join(map(str, calendar.office_days))
    when = (
        f"CASE WHEN account_opened_at::DATE IN ({holidays}) THEN 'holiday' WHEN isodow(account_opened_at) NOT IN ({days}) THEN isodow(account_opened_at)::VARCHAR"
        f" WHEN account_opened_at::TIME >= TIME '{calendar.office_from}' AND account_opened_at::TIME < TIME '{calendar.office_to}' THEN 'office' ELSE 'evening' END"
    )
    frame = scope.query(
        f"SELECT {when} AS code, count(*) AS opened, count(*) FILTER (account_channel = 'post') AS by_post FROM persons"
        f" WHERE {scope.where} AND has_account AND account_opened_at >= DATE '{scope.campaign.started}' GROUP BY 1",
        "accounts opened by hours",
    ).set_index("code")
    rows = frame.reindex(["office", "evening", *map(str, off), "holiday"]).fillna(0).astype("int64").reset_index()
    return Counts(rows, ("code",), {"opened": None, "by_post": "opened"}, place=scope.place, axis="hours")
