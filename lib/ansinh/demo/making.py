"""What a demo city is made of: the same signature, the same files. Loads nothing that draws, so that asking costs nothing."""

from __future__ import annotations

import datetime as dt
import hashlib
from importlib.metadata import version
from pathlib import Path
from typing import Any

from ansinh import hashes
from ansinh.campaign import Campaign, Workspace

PACKAGE = Path(__file__).parents[1]
CODE = ("demo/*.py", "identity/*.py", "units.py")
"""The code that decides what is written."""
LIBRARIES = ("numpy", "pandas", "XlsxWriter")
SETTINGS = {"name", "started", "deadline", "period", "units", "standards"}
"""Keys of the campaign that people, their money and their lists are drawn from."""


def signature(workspace: Workspace, campaign: Campaign, latest: dt.date | None = None) -> dict[str, Any]:
    """Say which synthetic city a demo campaign wants: people, seed, dates (`latest`: of its last snapshot), and a hash of what makes it."""
    assert campaign.demo is not None
    told: dict[str, Any] = {"people": campaign.demo.people, "seed": campaign.demo.seed, "as_of": campaign.as_of.isoformat()}
    return told | ({"latest": latest.isoformat()} if latest else {}) | {"made_by": _made_by(workspace, campaign)}


def _made_by(workspace: Workspace, campaign: Campaign) -> str:
    """Hash the code, what it is calibrated to, the register, the campaign's settings and the libraries that draw and write."""
    calibration = PACKAGE / "demo" / "calibration" / f"{campaign.name}.yml"
    files = [*(path for pattern in CODE for path in sorted(PACKAGE.glob(pattern))), calibration, workspace.register_file(campaign)]
    digest = hashlib.sha256(campaign.model_dump_json(include=SETTINGS).encode())
    for path in files:
        if path.is_file():
            digest.update(f"{path.name} {hashes.of(path)}\n".encode())
    digest.update(" ".join(version(library) for library in LIBRARIES).encode())
    return digest.hexdigest()
