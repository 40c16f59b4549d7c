"""Publish a snapshot: gate, stage, render, gate, swap. All or nothing: until the last step the old site stands untouched."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

from ansinh import hashes
from ansinh.batch.evidence import NAME as EVIDENCE
from ansinh.batch.lock import alone
from ansinh.batch.plan import Job, last_good, plan, requested
from ansinh.campaign import Campaign, Workspace
from ansinh.errors import UserError
from ansinh.site.swap import MARKER, SUMS, Kept, fresh_of, kept, marker, owned, pages_of, read_sums, sums, swap, write_sums

if TYPE_CHECKING:
    from ansinh.site.memory import Memory

Progress = Callable[[str, int, int], None]

UNREAD_SETTINGS = {"site", "sources", "demo"}
"""Settings no page depends on: where it lies, and where the data came from."""


@dataclass(frozen=True)
class SiteReport:
    """What was published: number of pages, seconds, output folder, renderer, warnings."""

    pages: int
    seconds: float
    output: Path
    renderer: str
    warnings: tuple[str, ...] = ()


def publish(
    workspace: Workspace,
    campaign: Campaign,
    *,
    renderer: str = "auto",
    strict: bool = False,
    jobs: int = 0,
    failed: Sequence[tuple[str, str]] = (),
    force: bool = False,
    progress: Progress | None = None,
) -> SiteReport:
    """Publish the sealed notebooks of the campaign's snapshot; `failed` (notebook, unit) get a page that says so.

    Raises NotReady when a notebook was not run, GateRefusal when something must not be published, UserError when the output
    belongs to another campaign or audience, Busy when another build runs. In every case the old site stays as it was.
    """
    tell = progress or (lambda stage, done, total: None)
    start = perf_counter()
    output = workspace.output(campaign)
    with alone(workspace, campaign), owned(output, campaign):
        chosen = renderer if renderer != "auto" else "quarto" if _quarto() else "embedded"
        planned = [*plan(workspace, campaign), *requested(workspace, campaign)]
        signature = _signature(workspace, campaign, planned, chosen, strict, failed)
        if not force and marker(output).get("made_of") == signature:
            return SiteReport(pages_of(output), perf_counter() - start, output, chosen)
        from ansinh.site.gate import Gate
        from ansinh.site.memory import Memory
        from ansinh.site.stage import stage

        kept_here = workspace.staged(campaign).with_name(f".{campaign.name}.memory")
        kept_here.parent.mkdir(parents=True, exist_ok=True)
        if force:
            kept_here.unlink(missing_ok=True)
        with Memory(kept_here) as memory:
            gate = Gate(workspace, campaign, memory)
            staged = stage(workspace, campaign, planned, gate, set(failed), memory, jobs)
            fresh = fresh_of(output)
            shutil.rmtree(fresh, ignore_errors=True)
            fresh.mkdir(parents=True)
            pages, warnings = _render(chosen, staged, fresh, strict, memory, jobs, tell)
            _finish(fresh, campaign, signature, chosen)
            gate.check(fresh)
            swap(fresh, output, campaign.site.keep)
    return SiteReport(len(pages), perf_counter() - start, output, chosen, warnings)


def _quarto() -> bool:
    """Tell whether Quarto is on this machine."""
    from quarto.quarto import path

    return path() is not None


def kept_sites(workspace: Workspace, campaign: Campaign) -> list[Kept]:
    """Return the earlier sites of a campaign that are kept, oldest first."""
    return kept(workspace.output(campaign))


def rollback(workspace: Workspace, campaign: Campaign, number: int | None = None) -> Kept:
    """Put an earlier site (`number`, default the newest kept) in the published one's place, which is kept in turn; returns it.

    It passes the gate again, over today's lists. Raises UserError when there is none, or when it is not as it was published,
    GateRefusal when it holds what must not be published now, Busy when a build runs. In every case the present site stays.
    """
    output = workspace.output(campaign)
    with alone(workspace, campaign), owned(output, campaign):
        there = kept(output)
        chosen = next((item for item in reversed(there) if number in (None, item.number)), None)
        if chosen is None:
            known = ", ".join(str(item.number) for item in there) or "none"
            raise UserError(f"There is no such earlier site of {campaign.name}. Kept: {known}. `ansinh publish --list` tells more.")
        told = marker(chosen.folder)
        if (told["campaign"], told["audience"]) != (campaign.name, campaign.audience):
            raise UserError(f"The earlier site {chosen.number} is of {told['campaign']} ({told['audience']}), not of {campaign.name}.")
        if read_sums(chosen.folder) != sums(chosen.folder):
            raise UserError(f"The earlier site {chosen.number} is not as it was published (see {SUMS}). Choose another, or build anew.")
        from ansinh.site.gate import Gate

        Gate(workspace, campaign).check(chosen.folder)
        fresh = fresh_of(output)
        shutil.rmtree(fresh, ignore_errors=True)
        chosen.folder.rename(fresh)
        swap(fresh, output, max(campaign.site.keep, 1))
    return chosen


def _signature(
    workspace: Workspace, campaign: Campaign, jobs: Sequence[Job], renderer: str, strict: bool, failed: Sequence[tuple[str, str]]
) -> str:
    """Hash what the site is made of: settings, every notebook with all it depends on, the evidence, the project file, the theme and the code."""
    settings = campaign.model_dump_json(by_alias=True, exclude=UNREAD_SETTINGS)
    digest = hashlib.sha256(json.dumps([settings, renderer, strict, sorted(failed)]).encode())
    for job in jobs:
        digest.update(f"{job.label}|{job.page}|{job.key}".encode())
        for path in (job.target, last_good(job) if (job.notebook, job.unit) in failed else None):
            digest.update(hashes.of(path).encode() if path and path.is_file() else b"none")
    rooms = Path(__file__).parents[1]
    code = sorted(path for path in rooms.rglob("*") if path.suffix != ".pyc" and path.is_file())
    for path in [workspace.root / "_quarto.yml", workspace.runs(campaign, campaign.as_of) / EVIDENCE, *code]:
        digest.update(f"{path.name} {hashes.of(path) if path.is_file() else None}\n".encode())
    return digest.hexdigest()


def _render(
    chosen: str, staged: Path, fresh: Path, strict: bool, memory: Memory, jobs: int, tell: Progress
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    from ansinh.site import embedded, quarto

    if chosen == "quarto":
        return quarto.render(staged, fresh), ()
    rendered = embedded.render(staged, fresh, strict=strict, jobs=jobs, memory=memory, progress=tell)
    return rendered.pages, rendered.warnings


def _finish(fresh: Path, campaign: Campaign, signature: str, renderer: str) -> None:
    """Add what the site is, and the hash of every file."""
    told = {
        "campaign": campaign.name,
        "audience": campaign.audience,
        "as_of": campaign.as_of.isoformat(),
        "renderer": renderer,
        "made_of": signature,
    }
    (fresh / MARKER).write_text(json.dumps(told, sort_keys=True) + "\n", encoding="utf-8")
    write_sums(fresh)
