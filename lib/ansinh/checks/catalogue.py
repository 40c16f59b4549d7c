"""The catalogue: every check of every dimension, as a campaign uses it."""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from ansinh.campaign import Campaign, OwnCheck
from ansinh.checks import accuracy, completeness, consistency, timeliness, uniqueness, validity
from ansinh.checks.admit import admit
from ansinh.checks.check import Check
from ansinh.checks.same_person import THRESHOLD
from ansinh.errors import CampaignError
from ansinh.intake.fields import BY_NAME

MODULES: tuple[tuple[str, Any], ...] = (
    ("completeness", completeness),
    ("validity", validity),
    ("consistency", consistency),
    ("uniqueness", uniqueness),
    ("accuracy", accuracy),
    ("timeliness", timeliness),
)

THRESHOLDS = {"age_limit": 120, "register_days": 180, "account_people": 4, "same_person": THRESHOLD}
"""Thresholds a campaign may set: years; days; persons under one account; probability that two are one person."""


def catalogue(campaign: Campaign) -> tuple[Check, ...]:
    """Return the checks in force for a campaign: without those it switches off, with its severities and thresholds.

    Raises CampaignError when the campaign names a check or threshold that does not exist.
    """
    whole = [replace(check, dimension=dimension) for dimension, module in MODULES for check in module.CHECKS]
    _known("checks.off", campaign.checks.off, [check.id for check in whole])
    _known("checks.severity", tuple(campaign.checks.severity), [check.id for check in whole])
    _known("checks.thresholds", tuple(campaign.checks.thresholds), list(THRESHOLDS))
    for name, value in campaign.checks.thresholds.items():
        if not (0 < value < (1 if name == "same_person" else math.inf)):
            raise CampaignError(
                f"checks.thresholds.{name} is {value}; write {'a share between 0 and 1' if name == 'same_person' else 'a number above 0'}."
            )
    limits = THRESHOLDS | {name: value if value % 1 else int(value) for name, value in campaign.checks.thresholds.items()}
    own = tuple(_own(item) for item in campaign.checks.own)
    repeated = [check.id for at, check in enumerate(own) if check.id in {other.id for other in own[:at]}]
    if repeated:
        raise CampaignError(f"checks.own: the id {repeated[0]} is given twice. Ids are permanent; number them X01, X02 and so on.")
    return (*(_set(check, campaign, limits) for check in whole if check.id not in campaign.checks.off), *own)


def nearest(id: str, known: Iterable[str]) -> str:
    """Return the id that a mistyped one most likely means ("V5", "v05 " and "V005" mean "V05"), "" where none is near."""
    written, ids = id.strip().upper(), list(known)
    if matched := re.fullmatch(r"([A-Z])0*(\d{1,2})", written):
        written = f"{matched[1]}{matched[2]:0>2}"
    found = [written] if written in ids else difflib.get_close_matches(written, ids, n=1, cutoff=0.6)
    return found[0] if found else ""


def _own(item: OwnCheck) -> Check:
    """Return a campaign's own check, its SQL admitted as nothing but a condition over the documented view."""
    for key in ("applies", "fails"):
        admit(getattr(item, key), item.table, f"checks.own {item.id}, {key}")
    for name in item.mends:
        if (item.table, name) not in BY_NAME:
            known = ", ".join(field for table, field in BY_NAME if table == item.table)
            raise CampaignError(f"checks.own {item.id}, mends: {name!r} cannot be corrected; fields: {known}.")
    reason = item.not_applicable_reason or "Không thuộc phạm vi của tiêu chí"
    return Check(
        item.id,
        item.title,
        item.title_en,
        item.severity,
        item.who,
        item.remedy,
        item.source,
        f"({item.fails})",
        () if item.applies == "true" else ((f"NOT coalesce(({item.applies}), false)", reason),),
        table=item.table,
        version=item.version,
        dimension=item.dimension,
        mends=item.mends,
    )


def _known(key: str, given: tuple[str, ...], known: list[str]) -> None:
    for name in given:
        if name not in known:
            raise CampaignError(f"{key}: {name!r} does not exist; known: {', '.join(known)}.")


def _set(check: Check, campaign: Campaign, limits: dict[str, float]) -> Check:
    def filled(sql: str) -> str:
        for name, value in limits.items():
            sql = sql.replace("{" + name + "}", str(value))
        return sql

    return replace(
        check,
        severity=campaign.checks.severity.get(check.id, check.severity),
        fails=filled(check.fails),
        not_applicable=tuple((filled(condition), reason) for condition, reason in check.not_applicable),
    )
