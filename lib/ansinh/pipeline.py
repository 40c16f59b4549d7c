"""The main job, told top to bottom: officials' files in, published site out.

Each stage is another room's front door; this module only calls them in order and keeps the seconds. What a stage needs only when it has
something to do is loaded then: a build that finds nothing changed ends before pandas would have been loaded.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ansinh import hashes, store
from ansinh.batch import RunReport, lock
from ansinh.batch import run as run_notebooks
from ansinh.batch.plan import read_beside
from ansinh.campaign import DEMO_MARKER, Campaign, Workspace
from ansinh.checks import CheckReport
from ansinh.checks import run as run_checks
from ansinh.intake import LoadReport, keys, load
from ansinh.measures.decision import protect
from ansinh.site import SiteReport, publish

if TYPE_CHECKING:
    from ansinh.demo import CityReport

Progress = Callable[..., None]


@dataclass
class Summary:
    """What one build did: the closing screen, and its JSON.

    `figures` holds persons, clean and covered with their rates as they may be shown (after disclosure control; None where withheld);
    `seconds` one entry a stage.
    """

    campaign: str
    as_of: dt.date
    days_left: int
    synthetic: bool
    figures: Mapping[str, float | int | None] = field(default_factory=dict)
    load: LoadReport | None = None
    run: RunReport | None = None
    site: SiteReport | None = None
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def failed(self) -> list[str]:
        """One line per file that was refused, per column that was not understood, and per notebook that failed: unit, cell, error."""
        refused = self.load.refused if self.load else ()
        lines = [file.message if file.message.startswith(file.path) else f"{file.path}: {file.message}" for file in refused]
        for file, column in self.load.doubtful if self.load else ():
            lines.append(
                f"{file.path}: {column.count:,} of {column.filled:,} values of «{column.heading}» were not understood. See them with"
                f" `ansinh intake {self.campaign} --mends`, and add their words to params/values.yml."
            )
        for job in self.run.failed if self.run else ():
            lines.append(f"{job.notebook} {job.unit or 'city'}{f', cell {job.cell}' if job.cell else ''}: {job.error}")
        return lines

    @property
    def exit_code(self) -> int:
        """0 when all is good, 1 when some units failed, or some files were refused or not understood."""
        return 1 if self.failed else 0

    def json(self) -> str:
        """The summary for machines."""
        content: dict[str, Any] = {
            "campaign": self.campaign,
            "as_of": self.as_of.isoformat(),
            "days_left": self.days_left,
            "synthetic": self.synthetic,
            "figures": dict(self.figures),
            "failed": self.failed,
            "exit_code": self.exit_code,
            "seconds": {stage: round(spent, 2) for stage, spent in self.seconds.items()},
        }
        if self.load:
            content["rows"] = {"read": self.load.rows_read, "kept": self.load.rows_kept, "quarantined": self.load.rows_quarantined}
            content["corrections"] = dict(self.load.corrections)
        if self.run:
            content["notebooks"] = {
                status: sum(job.status == status for job in self.run.jobs) for status in ("done", "unchanged", "failed")
            }
        if self.site:
            folder = self.site.output
            content["site"] = {
                "pages": self.site.pages,
                "renderer": self.site.renderer,
                "folder": str(folder),
                "index": str(folder / "index.html"),
            }
        return json.dumps(content, ensure_ascii=False, indent=2)


def summary(campaign: Campaign) -> Summary:
    """Return an empty summary of a campaign."""
    return Summary(campaign.name, campaign.as_of, (campaign.deadline - campaign.as_of).days, campaign.synthetic)


@contextmanager
def timed(told: Summary, stage: str) -> Iterator[None]:
    """Keep the wall seconds of one stage in the summary."""
    start = time.perf_counter()
    try:
        yield
    finally:
        told.seconds[stage] = told.seconds.get(stage, 0.0) + time.perf_counter() - start


@contextmanager
def alone(workspace: Workspace, campaign: Campaign) -> Iterator[None]:
    """Hold the campaign's lock (`batch.lock`), and remember the hashes of its files from the last command to the next."""
    with lock.alone(workspace, campaign), hashes.kept(workspace.data(campaign) / "hashes.json"):
        yield


def city_figures(workspace: Workspace, campaign: Campaign) -> dict[str, float | int | None]:
    """Return persons, clean and covered persons of the whole campaign with their rates, after disclosure control; None where withheld.

    Remembered in the store for as long as what is withheld was decided on the same findings.
    """
    target = workspace.store(campaign, campaign.as_of)
    decided = store.signature_of(target, "protect")
    told = store.told(target, "figures", decided)
    if told is not None:
        return told
    from ansinh.measures import Scope, history, protection

    scope = Scope(store.connect(target, [store.PERSONS, store.WITHHELD]), workspace, campaign, None)
    shown = protection.released(scope, history.today(scope))
    figures = {name: shown.value(name) for name in (*shown.counts, *shown.rates)}
    if decided:
        store.sign(target, "figures", decided, figures)
    return figures


def check(workspace: Workspace, campaign: Campaign, *, force: bool = False, progress: Progress | None = None) -> CheckReport:
    """Judge the campaign's snapshot, then decide what must be withheld of all that will be published."""
    told = run_checks(workspace, campaign, force=force, progress=progress)
    protect(workspace, campaign, force=force)
    return told


def write_demo(
    workspace: Workspace,
    campaign: Campaign,
    *,
    jobs: int,
    progress: Progress | None,
    force: bool = False,
    latest: dt.date | None = None,
) -> bool:
    """Write the demo city of a demo campaign, unless the same city (`demo.signature`) stands there already. Returns True when it was written.

    `latest` is the date of the city's last snapshot, where the campaign's as-of date is an earlier one. `force` writes it all the same,
    but never over files that somebody has put or changed among its own. Does nothing for a campaign of real files.
    """
    if campaign.demo is None:
        return False
    from ansinh.demo import signature

    stands = {key: value for key, value in _marked(workspace, campaign).items() if key != "files"}
    if stands == signature(workspace, campaign, latest) and not (force and _untouched(workspace, campaign)):
        return False
    draw_demo(workspace, campaign, jobs=jobs, progress=progress, latest=latest)
    return True


def draw_demo(
    workspace: Workspace, campaign: Campaign, *, jobs: int, progress: Progress | None, latest: dt.date | None = None
) -> CityReport:
    """Write the demo city of a demo campaign in any case, over what stands there, and mark what it is; returns what was written."""
    from ansinh.demo import signature, write_city

    assert campaign.demo is not None
    marker, sources = workspace.data(campaign) / DEMO_MARKER, workspace.sources(campaign)
    marker.unlink(missing_ok=True)
    written = write_city(
        workspace,
        campaign,
        people=campaign.demo.people,
        seed=campaign.demo.seed,
        as_of=campaign.as_of,
        sources=sources,
        truth=workspace.truth(campaign),
        latest=latest,
        jobs=jobs,
        progress=progress,
    )
    marker.write_text(json.dumps(signature(workspace, campaign, latest) | {"files": _written(sources)}), encoding="utf-8")
    return written


def _untouched(workspace: Workspace, campaign: Campaign) -> bool:
    """Tell whether the files of a demo city are as it wrote them: no list sent in, none changed."""
    return _marked(workspace, campaign).get("files") == _written(workspace.sources(campaign))


def _marked(workspace: Workspace, campaign: Campaign) -> dict[str, Any]:
    """Return what the marker says of the demo city that stands; nothing when there is none, or none that can be read."""
    try:
        return dict(json.loads((workspace.data(campaign) / DEMO_MARKER).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return {}


def _written(sources: Path) -> str:
    """Hash all files among the sources, so that files somebody has put or changed there are told from the demo's own."""
    digest = hashlib.sha256()
    for path in sorted(path for path in sources.rglob("*") if path.is_file()):
        digest.update(f"{path.relative_to(sources).as_posix()} {hashes.of(path)}\n".encode())
    return digest.hexdigest()


def write_history(workspace: Workspace, campaign: Campaign, *, jobs: int, progress: Progress | None, force: bool = False) -> None:
    """Load and judge the demo city as it stood on the earlier dates its campaign names; what stands there already is left as it is.

    `force` makes it anew, as far as it makes the city itself anew (`write_demo`). The city's files are those of one date at a time: write the campaign's own date afterwards.
    """
    if campaign.demo is None:
        return
    from ansinh.demo import signature

    again = force and _untouched(workspace, campaign)
    for day in campaign.demo.history:
        then = campaign.model_copy(update={"as_of": day})
        folder = workspace.store(campaign, day)
        wanted = json.dumps(signature(workspace, then, campaign.as_of))
        stands = store.has_withheld(folder) and store.signed(folder, "city", wanted)
        if day >= campaign.as_of or (stands and not again):
            continue
        store.unsign(folder, "city")
        write_demo(workspace, then, jobs=jobs, progress=progress, latest=campaign.as_of)
        load(workspace, then, jobs=jobs, force=again, progress=progress)
        check(workspace, then, force=again, progress=progress)
        store.sign(folder, "city", wanted)


def site_of(
    workspace: Workspace,
    campaign: Campaign,
    run: RunReport | None,
    *,
    renderer: str,
    strict: bool,
    jobs: int,
    progress: Progress | None,
    force: bool = False,
) -> SiteReport:
    """Publish the sealed notebooks of a snapshot; a failed unit's pages say that they failed."""
    failed = run.failed if run else ()
    return publish(
        workspace,
        campaign,
        renderer=renderer,
        strict=strict,
        jobs=jobs,
        failed=[(job.notebook, job.unit) for job in failed],
        force=force,
        progress=progress,
    )


def build(
    workspace: Workspace,
    campaign: Campaign,
    *,
    jobs: int,
    renderer: str = "auto",
    strict: bool = False,
    force: bool = False,
    scheduler: str = "",
    share: str = "",
    progress: Progress | None = None,
) -> Summary:
    """Do all of it: demo city if the campaign is a demo, intake, check, run, site. Returns the summary.

    `scheduler` and `share` let other machines run the notebooks (`batch.run`).

    Raises UserError for what the user can mend and GateRefusal when nothing may be published; the old site then stays.
    """
    told = summary(campaign)
    with alone(workspace, campaign):
        if campaign.demo and campaign.demo.history:
            with timed(told, "earlier dates"):
                write_history(workspace, campaign, jobs=jobs, force=force, progress=progress)
        with timed(told, "demo"):
            write_demo(workspace, campaign, jobs=jobs, force=force, progress=progress)
        with timed(told, "intake"):
            told.load = load(workspace, campaign, jobs=jobs, force=force, progress=progress)
        with timed(told, "check"):
            check(workspace, campaign, force=force, progress=progress)
            told.figures = city_figures(workspace, campaign)
        with timed(told, "run"):
            told.run = run_notebooks(workspace, campaign, jobs=jobs, force=force, scheduler=scheduler, share=share, progress=progress)
        with timed(told, "site"):
            told.site = site_of(workspace, campaign, told.run, renderer=renderer, strict=strict, jobs=jobs, progress=progress, force=force)
    return told


def rebuild(workspace: Workspace, campaign: Campaign, folder: Path, *, jobs: int, progress: Progress | None = None) -> list[str]:
    """Build the published site again in `folder`, from the same inputs, and return one line for each file that is not the same, byte for byte.

    Taken along is what a build begins from (`lay`); nothing that the first build made of this one. Raises
    NotReady when there is no published site.
    """
    from ansinh.site.swap import marker, sums
    from ansinh.site.verify import compared, evidence_of

    site = workspace.output(campaign)
    evidence = evidence_of(site)
    then = campaign.model_copy(update={"as_of": dt.date.fromisoformat(evidence["as_of"])})
    other = lay(workspace, then, folder)
    load(other, then, jobs=jobs, progress=progress)
    check(other, then, progress=progress)
    told = run_notebooks(other, then, jobs=jobs, progress=progress)
    default = {*then.notebooks.city, *then.notebooks.unit}
    for page in evidence["pages"]:
        if page["notebook"] not in default:
            run_notebooks(other, then, notebooks=(page["notebook"],), units=(page["parameters"]["unit"],), jobs=jobs, progress=progress)
    again = site_of(other, then, told, renderer=marker(site).get("renderer", "auto"), strict=False, jobs=jobs, progress=progress)
    return list(compared(sums(site), sums(again.output), "page"))


def lay(workspace: Workspace, campaign: Campaign, folder: Path) -> Workspace:
    """Lay a workspace in `folder` with what a build begins from, and return it.

    These are settings, notebooks, source files, the secret of row keys (returned worklists mean nothing without it), what notebooks
    read beside the store, and the snapshots before.
    """
    other = Workspace(folder)
    for path in (workspace.params, workspace.notebooks, workspace.sources(campaign)):
        shutil.copytree(path, other.root / path.relative_to(workspace.root))
    shutil.copyfile(workspace.root / "_quarto.yml", other.root / "_quarto.yml")
    for path in (keys.path(workspace, campaign), *read_beside(workspace, campaign)):
        if path.is_file():
            target = other.root / path.relative_to(workspace.root)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, target)
    for before in store.earlier(workspace.store(campaign, campaign.as_of)):
        shutil.copytree(before, other.root / before.relative_to(workspace.root))
    return other
