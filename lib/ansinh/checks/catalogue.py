"""The catalogue: every check of every dimension, as a campaign uses it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ansinh.campaign import Campaign
from ansinh.checks import accuracy, completeness, consistency, timeliness, uniqueness, validity
from ansinh.checks.check import Check
from ansinh.errors import CampaignError

MODULES: tuple[tuple[str, Any], ...] = (
    ("completeness", completeness),
    ("validity", validity),
    ("consistency", consistency),
    ("uniqueness", uniqueness),
    ("accuracy", accuracy),
    ("timeliness", timeliness),
)

THRESHOLDS = {"age_limit": 120, "register_days": 180, "account_people": 4}
"""Thresholds a campaign may set: years; days; persons under one account."""


def catalogue(campaign: Campaign) -> tuple[Check, ...]:
    """Return the checks in force for a campaign: without those it switches off, with its severities and thresholds.

    Raises CampaignError when the campaign names a check or threshold that does not exist.
    """
    whole = [replace(check, dimension=dimension) for dimension, module in MODULES for check in module.CHECKS]
    _known("checks.off", campaign.checks.off, [check.id for check in whole])
    _known("checks.severity", tuple(campaign.checks.severity), [check.id for check in whole])
    _known("checks.thresholds", tuple(campaign.checks.thresholds), list(THRESHOLDS))
    limits = THRESHOLDS | {name: value if value % 1 else int(value) for name, value in campaign.checks.thresholds.items()}
    if campaign.checks.own:
        raise CampaignError("checks.own: a campaign's own checks are not carried out yet. Remove them.")
    return tuple(_set(check, campaign, limits) for check in whole if check.id not in campaign.checks.off)


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
