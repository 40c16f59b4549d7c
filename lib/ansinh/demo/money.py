"""Accounts, declined registrations, results of the register comparison and payments of the synthetic city.

Everything is drawn once for the whole campaign and then cut at the as-of date, so that snapshots agree with one another.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from ansinh.campaign import Campaign
from ansinh.demo.people import calibration
from ansinh.identity import names

BANKS = (("AGRIBANK", 0.3, 13), ("VCB", 0.15, 13), ("CTG", 0.17, 12), ("BID", 0.13, 14), ("LPB", 0.12, 12), ("MBB", 0.13, 10))
"""Bank code, share, usual length of its account numbers (docs/accuracy.md: typical, not official)."""
CHANNELS = (("branch", 0.34), ("mobile_point", 0.36), ("post", 0.12), ("online", 0.08), ("vneid", 0.10))
STATUSES = (("active", 0.968), ("pending", 0.012), ("locked", 0.008), ("closed", 0.006), ("rejected", 0.006))
RESULTS = (
    *(("matched", 0.927, ""), ("name_differs", 0.012, "A01"), ("birth_differs", 0.012, "A02"), ("sex_differs", 0.003, "A03")),
    *(
        ("number_not_found", 0.006, "A04"),
        ("deceased", 0.006, "A05"),
        ("moved", 0.006, "A06"),
        ("several", 0.001, "A07"),
        ("not_checked", 0.027, "A08"),
    ),
)
SHARING = 6
"""Persons under one account where the same account stands under many."""
PAYMENT_DAYS = (10, 11, 12, 13, 14, 15)
"""Days of the month on which a period is usually paid."""


def _choose(options: tuple[tuple[Any, ...], ...], count: int, rng: np.random.Generator) -> np.ndarray:
    weights = np.array([option[1] for option in options])
    return np.array([option[0] for option in options])[rng.choice(len(options), count, p=weights / weights.sum())]


def open_accounts(campaign: Campaign, people: pd.DataFrame, rng: np.random.Generator) -> None:
    """Add to `people` (in place): opened_at (NaT: never), bank, account, channel, account_status, declined, declined_confirmed."""
    count, facts = len(people), calibration(campaign).get("units", {})
    units = sorted(people["unit"].unique())
    final = pd.Series(1 - rng.beta(1.2, 30, len(units)), index=units)
    before = pd.Series(rng.uniform(0.25, 0.6, len(units)), index=units)
    lateness = pd.Series(rng.uniform(0.6, 1.6, len(units)), index=units)
    will = rng.random(count) < people["unit"].map(final).to_numpy()
    early = rng.random(count) < people["unit"].map(before).to_numpy()
    total = (pd.Timestamp(campaign.deadline) - pd.Timestamp(campaign.started)).days
    progress = rng.beta(2.0, people["unit"].map(lateness).to_numpy())
    day = np.where(early, -rng.integers(1, 700, count), np.floor(progress * total))
    opened = pd.Timestamp(campaign.started) + pd.to_timedelta(day, unit="D") + pd.to_timedelta(_times(count, rng), unit="s")
    people["opened_at"] = pd.Series(opened, index=people.index).where(will)
    for unit, fact in facts.items():
        _nearly_complete(people, unit, fact, rng)
    shares = calibration(campaign).get("channel_share", dict(CHANNELS))
    people["channel"] = _choose(tuple(shares.items()), count, rng)
    bank = rng.choice(len(BANKS), count, p=np.array([item[1] for item in BANKS]) / sum(item[1] for item in BANKS))
    people["bank"] = np.where(people["channel"] == "post", "LPB", np.array([item[0] for item in BANKS])[bank])
    length = {item[0]: item[2] for item in BANKS}
    people["account"] = [
        str(serial)[: length[code]] for serial, code in zip(rng.integers(10**14, 9 * 10**14, count), people["bank"], strict=True)
    ]
    people["account_status"] = _choose(STATUSES, count, rng)
    people.loc[people["unit"].isin(list(facts)), "account_status"] = "active"
    declines = people["opened_at"].isna() & ~people["unit"].isin(list(facts)) & (rng.random(count) < 0.25)
    people["declined"] = declines
    people["declined_confirmed"] = declines & (rng.random(count) < 0.7)


def _times(count: int, rng: np.random.Generator) -> np.ndarray:
    """Draw seconds of the day: most in office hours, some in the evening, as the directive asks."""
    office = rng.integers(8 * 3600, 17 * 3600, count)
    evening = rng.integers(17 * 3600, 21 * 3600, count)
    return np.where(rng.random(count) < 0.72, office, evening)


def _nearly_complete(people: pd.DataFrame, unit: str, fact: dict[str, Any], rng: np.random.Generator) -> None:
    here = people.index[people["unit"] == unit]
    latest = pd.Timestamp(fact["complete_on"]) + pd.Timedelta(hours=19)
    opened = people.loc[here, "opened_at"].fillna(latest)
    people.loc[here, "opened_at"] = opened.where(opened <= latest, latest - pd.to_timedelta(rng.integers(0, 5, len(here)), unit="D"))
    part = fact.get("without_account_part")
    among = here[people.loc[here, "commune"] == part] if part else here
    people.loc[among[: fact.get("without_account", 0)], "opened_at"] = pd.NaT


def compare(people: pd.DataFrame, campaign: Campaign, rng: np.random.Generator) -> pd.DataFrame:
    """Return the police's result per person: result, checked_on; the not yet checked are done day by day."""
    result = _choose(RESULTS, len(people), rng)
    days = rng.integers(0, 70, len(people))
    checked = pd.Timestamp(campaign.started) - pd.Timedelta(days=30) + pd.to_timedelta(days, unit="D")
    old = rng.random(len(people)) < 0.004
    checked = pd.Series(checked).where(~old, pd.Timestamp(campaign.started) - pd.Timedelta(days=400))
    return pd.DataFrame({"result": result, "checked_on": checked.to_numpy()}, index=people.index)


def account_rows(people: pd.DataFrame, as_of: pd.Timestamp, rng: np.random.Generator) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return (account rows opened by the end of `as_of`, planted defects: person, check)."""
    rows = people[people["opened_at"] < as_of + pd.Timedelta(days=1)].copy()
    receiver = rows["receiver_name"].notna() & ((rows["age"] < 15) | rows["incapable"])
    rows["holder"] = [names.key(text) for text in rows["receiver_name"].where(receiver, rows["full_name"])]
    planted = []
    draws = rng.random(len(rows))
    for check, low, high in (
        ("K08", 0.0, 0.004),
        ("C08", 0.004, 0.005),
        ("V10", 0.005, 0.006),
        ("V11", 0.006, 0.009),
        ("V12", 0.009, 0.010),
        ("U06", 0.010, 0.0115),
    ):
        chosen = (draws >= low) & (draws < high)
        if check == "U06":
            # Whole groups only: a last group of two or three would be no finding.
            chosen[np.flatnonzero(chosen)[chosen.sum() // SHARING * SHARING :]] = False
        _spoil(rows, chosen, check, rng)
        planted.append(pd.DataFrame({"person": rows.index[chosen], "check": check}))
    return rows, pd.concat(planted, ignore_index=True)


def _spoil(rows: pd.DataFrame, chosen: np.ndarray, check: str, rng: np.random.Generator) -> None:
    if check == "K08":
        rows.loc[chosen, "holder"] = np.roll(rows["holder"].to_numpy(), 977)[chosen]
    elif check == "C08":
        rows.loc[chosen, "account"] = ""
    elif check == "V10":
        rows.loc[chosen, "account"] = rows.loc[chosen, "account"].str[:4]
    elif check == "V11":
        rows.loc[chosen, "account"] = rows.loc[chosen, "account"].str[:8]
    elif check == "V12":
        rows.loc[chosen, "bank"] = "?"
    elif check == "U06":
        index = np.flatnonzero(chosen)
        for start in range(0, len(index), SHARING):
            group = rows.index[index[start : start + SHARING]]
            for column in ("account", "bank"):
                rows.loc[group, column] = rows.at[group[0], column]


def payment_rows(
    people: pd.DataFrame, campaign: Campaign, as_of: pd.Timestamp, rng: np.random.Generator
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return (payment lines of the period paid by the end of `as_of`, planted defects: person, check)."""
    first = pd.Timestamp(f"{campaign.period}-01")
    rows = people.copy()
    rows["paid_on"] = first + pd.to_timedelta(rng.choice(PAYMENT_DAYS, len(rows)) - 1, unit="D")
    account = (rows["opened_at"] < rows["paid_on"]) & (rows["account_status"] == "active")
    rows["method"] = np.where(account & (rng.random(len(rows)) < 0.94), "account", "cash")
    returned = (rows["method"] == "account") & (rng.random(len(rows)) < 0.006)
    for unit, fact in calibration(campaign).get("units", {}).items():
        _paid_as_reported(rows, unit, fact, as_of, returned)
    rows["outcome"] = np.where(returned, "returned", "paid")
    rows["paid"] = rows["amount"]
    draws = rng.random(len(rows))
    differs = draws < 0.003
    rows.loc[differs, "paid"] += 60_000
    rows = rows[rows["paid_on"] <= as_of]
    again = rows[(draws[rows.index] >= 0.003) & (draws[rows.index] < 0.004)]
    strangers = rows[(draws[rows.index] >= 0.004) & (draws[rows.index] < 0.0045)].assign(
        number=lambda frame: frame["number"].str[:6] + "999999"
    )
    planted = [
        pd.DataFrame({"person": rows.index[differs[rows.index]], "check": "K10"}),
        pd.DataFrame({"person": again.index, "check": "U07"}),
        pd.DataFrame({"person": strangers.index, "check": "K12"}),
    ]
    strangers = strangers.assign(full_name=strangers["full_name"].str.replace(" ", " Bá ", n=1))
    return pd.concat([rows, again, strangers], ignore_index=False), pd.concat(planted, ignore_index=True)


def _paid_as_reported(rows: pd.DataFrame, unit: str, fact: dict[str, Any], as_of: pd.Timestamp, returned: pd.Series) -> None:
    here = rows.index[rows["unit"] == unit]
    with_account = here[rows.loc[here, "opened_at"].notna()]
    rows.loc[with_account, "method"] = "account"
    returned.loc[here] = False
    if "paid_cash" in fact:
        paid = with_account[rows.loc[with_account, "paid_on"] <= as_of]
        rows.loc[paid[: fact["paid_cash"]], "method"] = "cash"
