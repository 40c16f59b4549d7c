"""What data a campaign has at hand, and whether they are fresh: for the home notebook."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ansinh import checks, store
from ansinh.batch.plan import is_done, plan
from ansinh.campaign import KINDS, Campaign, Workspace
from ansinh.intake.load import IGNORED


@dataclass(frozen=True)
class Snapshot:
    """One snapshot: its day, how many units have people in it, and how many persons are counted (once each)."""

    day: dt.date
    units: int
    persons: int


def snapshots(workspace: Workspace, campaign: Campaign) -> list[Snapshot]:
    """Return the judged snapshots of a campaign, newest first."""
    folders = store.snapshots(workspace.data(campaign) / "store")
    return [_snapshot(folder) for folder in reversed(folders) if store.has_findings(folder)]


def _snapshot(folder: Path) -> Snapshot:
    con = store.connect(folder, [store.PERSONS])
    sql = f"SELECT count(*) AS persons, count(DISTINCT unit) FILTER (unit <> '{store.NO_UNIT}') AS units FROM persons"
    row = store.query(con, sql, what="the snapshot").iloc[0]
    con.close()
    return Snapshot(dt.date.fromisoformat(folder.name), int(row["units"]), int(row["persons"]))


def unread(workspace: Workspace, campaign: Campaign) -> list[str]:
    """Return the source files that came, changed or left since the campaign's lists were loaded; all of them before the first load."""
    target = workspace.store(campaign, campaign.as_of)
    signed = target / ".intake"
    loaded_at = signed.stat().st_mtime_ns if signed.is_file() else -1
    present = dict(_sources(workspace, campaign))
    newer = [name for name, path in present.items() if path.stat().st_mtime_ns > loaded_at]
    if loaded_at < 0:
        return newer
    con = store.connect(target, [store.LOADS])
    loaded = set(store.query(con, "SELECT DISTINCT source_file FROM loads", what="the loads")["source_file"])
    con.close()
    archives = tuple(name for name in present if name.lower().endswith(".zip"))
    came = [name for name in present if name not in loaded and name not in archives]
    left = [name for name in loaded if name not in present and not name.startswith(("sql/", *archives))]
    return sorted({*newer, *came, *left})


def _sources(workspace: Workspace, campaign: Campaign) -> Iterator[tuple[str, Path]]:
    folder = workspace.sources(campaign)
    for kind in KINDS:
        for pattern in campaign.sources.patterns(kind):
            for path in folder.glob(pattern):
                if path.is_file() and not path.name.startswith(IGNORED):
                    yield path.relative_to(folder).as_posix(), path


@dataclass(frozen=True)
class State:
    """How fresh the campaign's snapshot is: source files not loaded as they are, whether it is judged so, and sealed notebooks of all."""

    unread: tuple[str, ...]
    judged: bool
    done: int
    jobs: int

    @property
    def fresh(self) -> bool:
        """True when nothing is to be done: what the pages say is what the files say."""
        return not self.unread and self.judged and self.done == self.jobs


def state(workspace: Workspace, campaign: Campaign) -> State:
    """Look at files, findings and sealed notebooks; nothing is changed."""
    jobs = plan(workspace, campaign)
    return State(tuple(unread(workspace, campaign)), checks.is_judged(workspace, campaign), sum(is_done(job) for job in jobs), len(jobs))
