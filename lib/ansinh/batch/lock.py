"""One build of a campaign at a time: a lock that the system itself takes back when its holder dies, and a note of who holds it."""

from __future__ import annotations

import contextlib
import getpass
import json
import os
import time
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock, Timeout

from ansinh.campaign import Campaign, Workspace
from ansinh.errors import Busy


@contextlib.contextmanager
def alone(workspace: Workspace, campaign: Campaign) -> Iterator[None]:
    """Hold the campaign's lock; within one process it may be held many times over.

    Raises Busy, naming who builds and since when. A process that is killed holds nothing, so no lock is ever stale; its note is
    written over by the next holder.
    """
    workspace.reports.mkdir(parents=True, exist_ok=True)
    note = workspace.reports / f"{campaign.name}.owner"
    lock = FileLock(workspace.reports / f"{campaign.name}.lock", timeout=0, is_singleton=True)
    first = not lock.is_locked
    try:
        lock.acquire()
    except Timeout:
        raise Busy(f"Another build of {campaign.name} is at work{_told(note)}. Wait until it has ended.") from None
    try:
        if first:
            note.write_text(json.dumps({"pid": os.getpid(), "user": _user(), "since": time.time()}), encoding="utf-8")
        yield
    finally:
        if first:
            note.unlink(missing_ok=True)
        lock.release()


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "unknown"


def _told(note: Path) -> str:
    """Say who holds the lock and since when, "" where the note cannot be read."""
    try:
        told = json.loads(note.read_text(encoding="utf-8"))
        minutes = max(0, round((time.time() - told["since"]) / 60))
        return (
            f": process {told['pid']} of {told['user']}, since {time.strftime('%H:%M', time.localtime(told['since']))} ({minutes} minutes)"
        )
    except (OSError, ValueError, KeyError, TypeError):
        return ""
