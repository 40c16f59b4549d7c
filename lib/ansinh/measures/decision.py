"""Whether it is decided already what must be withheld of a snapshot, and nothing has changed since. Needs no engine to know that."""

from __future__ import annotations

import hashlib
from pathlib import Path

from ansinh import hashes, store
from ansinh.campaign import Campaign, Workspace

LOOK_BACK = 3
"""Earlier snapshots whose pages a reader is taken to have kept."""
UNREAD_SETTINGS = {"site", "sources", "notebooks", "demo", "documents", "obligations"}
"""Settings that decide nothing of what is withheld: where files come from and where pages go, and words on them."""


def protect(workspace: Workspace, campaign: Campaign, *, force: bool = False) -> int:
    """Decide what must be withheld of a judged snapshot and keep it in its store; returns the number of cells.

    What is decided and unchanged stays. Raises NotReady before `ansinh check`.
    """
    target = workspace.store(campaign, campaign.as_of)
    signature = _signature(campaign, target)
    told = None if force else store.told(target, "protect", signature)
    if told is not None:
        return int(told["cells"])
    from ansinh.measures.protection import decide

    store.unsign(target, "protect")
    cells = decide(workspace, campaign)
    if store.signature_of(target, "check"):
        store.sign(target, "protect", signature, {"cells": cells})
    return cells


def before(target: Path) -> list[Path]:
    """Return the last LOOK_BACK earlier snapshots whose pages were decided on, oldest first."""
    return [folder for folder in store.earlier(target) if store.has_withheld(folder) and store.has_findings(folder)][-LOOK_BACK:]


def _signature(campaign: Campaign, target: Path) -> str:
    package = Path(__file__).parents[1]
    digest = hashlib.sha256(campaign.model_dump_json(by_alias=True, exclude=UNREAD_SETTINGS).encode())
    for path in sorted([*(package / "measures").glob("*.py"), *(package / "disclosure").glob("*.py")]):
        digest.update(hashes.of(path).encode())
    digest.update(store.signature_of(target, "check").encode())
    for folder in before(target):
        digest.update(f"{folder.name} {store.signature_of(folder, 'protect')}".encode())
    return digest.hexdigest()
