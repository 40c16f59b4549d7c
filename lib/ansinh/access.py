"""The access log: who took personal data out of the restricted store, when, of which unit, how many rows and what for.

One JSON object a line in data/<campaign>/access.jsonl (mode 0600), only ever appended to. It names no person of the lists.
Call it before the rows leave: what cannot be logged is not handed out.
"""

from __future__ import annotations

import getpass
import json
import os
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ansinh.campaign import Campaign, Workspace
from ansinh.errors import UserError

LONGEST_REASON = 200
_NUMBER = re.compile(r"\d(?:[ .\-]?\d){7,}")


def path(workspace: Workspace, campaign: Campaign) -> Path:
    """Return the campaign's access log."""
    return workspace.data(campaign) / "access.jsonl"


def log(workspace: Workspace, campaign: Campaign, *, action: str, unit: str, rows: int, reason: str) -> None:
    """Append one line: `rows` rows with personal data of `unit` ("" is the whole campaign) are handed out by `action` for `reason`.

    The time is this machine's, with its offset from UTC; who is the account that runs the program.
    Raises UserError when no reason is given, when it is longer than 200 characters or holds a number as persons have.
    """
    said = " ".join(reason.split())
    if not said or len(said) > LONGEST_REASON:
        raise UserError(f"A reason of 1 to {LONGEST_REASON} characters is needed to see personal data. Say what they are needed for.")
    if _NUMBER.search(said):
        raise UserError("The reason holds a long number. The access log must name no person: say what the data are needed for.")
    entry = {"at": time.strftime("%Y-%m-%dT%H:%M:%S%z"), "who": _who(), "action": action, "unit": unit, "rows": rows, "reason": said}
    target = path(workspace, campaign)
    target.parent.mkdir(parents=True, exist_ok=True)
    line = (json.dumps(entry, ensure_ascii=False) + "\n").encode()
    # One write to a file opened for appending: lines of two processes never mix.
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        os.write(descriptor, line)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def entries(workspace: Workspace, campaign: Campaign) -> Iterator[dict[str, Any]]:
    """Yield the log's entries, oldest first: at, who, action, unit, rows, reason."""
    target = path(workspace, campaign)
    if target.is_file():
        for line in target.read_text(encoding="utf-8").splitlines():
            yield json.loads(line)


def _who() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        # A container's user may have a number only.
        return str(os.getuid()) if hasattr(os, "getuid") else "unknown"
