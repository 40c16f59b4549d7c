"""The register of rules: every version of every check that was ever in force, with a digest of what it says. Lines are only added."""

from __future__ import annotations

import csv
import hashlib
from pathlib import Path

from ansinh.campaign import Campaign
from ansinh.checks import Check
from ansinh.checks.catalogue import catalogue

REGISTER = Path(__file__).parent / "spec" / "checks" / "rules.csv"


def digest(check: Check) -> str:
    """Hash what decides the outcome of a row: the predicate and when it does not apply."""
    return hashlib.sha256("|".join([check.table, check.fails, *(condition for condition, _ in check.not_applicable)]).encode()).hexdigest()[
        :16
    ]


def registered() -> dict[tuple[str, int], str]:
    """Return (id, version) → digest as registered."""
    with REGISTER.open(encoding="utf-8", newline="") as file:
        return {(row["id"], int(row["version"])): row["digest"] for row in csv.DictReader(file)}


def register(campaign: Campaign) -> None:
    """Add the versions nobody has registered yet; what is registered stays."""
    known = registered() if REGISTER.is_file() else {}
    known = {(check.id, check.version): digest(check) for check in catalogue(campaign)} | known
    lines = [f"{id},{version},{told}" for (id, version), told in sorted(known.items())]
    REGISTER.write_text("\n".join(["id,version,digest", *lines, ""]), encoding="utf-8")
