"""Judge a snapshot once for the whole city, unless it is judged already and nothing has changed since. Needs no engine to know that."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from ansinh import hashes, store
from ansinh.campaign import Campaign, Workspace

Progress = Callable[[str, int, int], None]

UNREAD_SETTINGS = {"site", "notebooks", "demo", "audience", "disclosure", "documents", "obligations", "title", "authority"}
"""Settings that no finding depends on: what is shown, where and to whom."""


@dataclass(frozen=True)
class CheckReport:
    """What a run of the checks found: number of checks, findings and persons."""

    checks: int
    findings: int
    persons: int


def run(workspace: Workspace, campaign: Campaign, *, force: bool = False, progress: Progress | None = None) -> CheckReport:
    """Judge the campaign's snapshot and write findings, outcomes and persons into its store; what is judged and unchanged stays.

    Raises NotReady when nothing was loaded, CampaignError when the campaign names a check that does not exist.
    """
    target = workspace.store(campaign, campaign.as_of)
    signature = _signature(workspace, campaign, target)
    told = None if force else store.told(target, "check", signature)
    if told is not None:
        return CheckReport(**told)
    from ansinh.checks.catalogue import catalogue
    from ansinh.checks.judging import judge_all

    checks = catalogue(campaign)
    store.unsign(target, "check")
    findings, persons = judge_all(workspace, campaign, checks, _earlier(target), progress or (lambda stage, done, total: None))
    report = CheckReport(len(checks), findings, persons)
    if store.signature_of(target, "intake"):
        store.sign(target, "check", signature, asdict(report))
    return report


def is_judged(workspace: Workspace, campaign: Campaign) -> bool:
    """Tell whether the snapshot is judged, and neither its lists nor the rules have changed since."""
    target = workspace.store(campaign, campaign.as_of)
    return store.signed(target, "check", _signature(workspace, campaign, target))


def _signature(workspace: Workspace, campaign: Campaign, target: Path) -> str:
    """Hash what the findings are made of: the loaded lists, the campaign, the rules and the earlier snapshots."""
    package = Path(__file__).parents[1]
    code = [path for room in ("checks", "store") for path in sorted((package / room).glob("*.py"))]
    digest = hashlib.sha256(campaign.model_dump_json(by_alias=True, exclude=UNREAD_SETTINGS).encode())
    for path in [*code, workspace.params / "banks.csv"]:
        digest.update(hashes.of(path).encode())
    digest.update(store.signature_of(target, "intake").encode())
    for folder in _earlier(target):
        digest.update(f"{folder.name}|{store.signature_of(folder, 'check')}".encode())
    return digest.hexdigest()


def _earlier(target: Path) -> list[Path]:
    """Return the judged snapshots before this one, oldest first."""
    return [folder for folder in store.earlier(target) if any((folder / "findings").glob("unit=*/part.parquet"))]
