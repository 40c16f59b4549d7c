"""Publish a snapshot: gate, stage, render, gate, swap. All or nothing: until the last step the old site stands untouched."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any
from urllib.parse import unquote

import nbformat
import yaml
from filelock import FileLock, Timeout

from ansinh.batch.evidence import NAME as EVIDENCE
from ansinh.batch.plan import Job, last_good, plan, requested
from ansinh.batch.seal import KERNEL, front_matter
from ansinh.campaign import Campaign, Workspace
from ansinh.errors import Busy, NotReady, UserError
from ansinh.show import numbers
from ansinh.site import embedded, quarto
from ansinh.site.config import PROJECT_FILE, read_project_file
from ansinh.site.downloads import FOLDER, about
from ansinh.site.dress import METHOD, Page, dress
from ansinh.site.gate import Gate
from ansinh.site.kept import Kept
from ansinh.site.project import Places, sidebar_of, staged_project

Progress = Callable[[str, int, int], None]

MARKER = "site.json"
"""Names the campaign and audience of a published site, so that another cannot overwrite it."""


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
    _own(output, campaign)
    workspace.reports.mkdir(exist_ok=True)
    try:
        with FileLock(workspace.reports / f"{campaign.name}.lock", timeout=0):
            chosen = renderer if renderer != "auto" else "quarto" if quarto.find() else "embedded"
            planned = [*plan(workspace, campaign), *requested(workspace, campaign)]
            signature = _signature(workspace, planned, chosen, strict, failed)
            if not force and (pages_there := _stands(output, signature)):
                return SiteReport(pages_there, perf_counter() - start, output, chosen)
            memory = workspace.staged(campaign).with_name(f".{campaign.name}.kept")
            memory.parent.mkdir(parents=True, exist_ok=True)
            if force:
                memory.unlink(missing_ok=True)
            with Kept(memory) as kept:
                gate = Gate(workspace, campaign, kept)
                staged = _stage(workspace, campaign, planned, gate, set(failed), kept, jobs)
                fresh = output.with_name(f"{output.name}.new")
                shutil.rmtree(fresh, ignore_errors=True)
                fresh.mkdir(parents=True)
                pages, warnings = _render(chosen, staged, fresh, strict, kept, jobs, tell)
                _finish(fresh, campaign, signature)
                gate.check(fresh)
                _swap(fresh, output)
    except Timeout:
        raise Busy(f"Another build of {campaign.name} is publishing. Wait until it has ended.") from None
    return SiteReport(len(pages), perf_counter() - start, output, chosen, warnings)


def _signature(workspace: Workspace, jobs: Sequence[Job], renderer: str, strict: bool, failed: Sequence[tuple[str, str]]) -> str:
    """Hash what the site is made of: every notebook with all it depends on, the project file, the theme and the code."""
    digest = hashlib.sha256(json.dumps([renderer, strict, sorted(failed)]).encode())
    for job in jobs:
        digest.update(f"{job.label}|{job.page}|{job.key}".encode())
        for path in (job.target, last_good(job) if (job.notebook, job.unit) in failed else None):
            digest.update(hashlib.sha256(path.read_bytes()).digest() if path and path.is_file() else b"none")
    rooms = Path(__file__).parents[1]
    for path in [workspace.root / "_quarto.yml", *sorted(path for path in rooms.rglob("*") if path.is_file() and path.suffix != ".pyc")]:
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _stands(output: Path, signature: str) -> int:
    """Return the pages of the published site when it was made of just this, else 0."""
    marker = output / MARKER
    if not marker.is_file() or json.loads(marker.read_text(encoding="utf-8")).get("made_of") != signature:
        return 0
    return sum(1 for _ in output.rglob("*.html"))


def _own(output: Path, campaign: Campaign) -> None:
    """Refuse an output folder that is another site's, or no site at all."""
    if not output.exists() or not any(output.iterdir()):
        return
    marker = output / MARKER
    if not marker.is_file():
        raise UserError(f"{output.name} holds files that are no published site. Move them, or name another folder in site.output.")
    found = json.loads(marker.read_text(encoding="utf-8"))
    if (found["campaign"], found["audience"]) != (campaign.name, campaign.audience):
        raise UserError(
            f"{output.name} is the site of {found['campaign']} ({found['audience']}). Name another folder in site.output of {campaign.name}."
        )


def _stage(
    workspace: Workspace, campaign: Campaign, planned: Sequence[Job], gate: Gate, failed: set[tuple[str, str]], kept: Kept, jobs: int
) -> Path:
    """Lay the Quarto project: what passed the gate at its address, project file, theme; swapped in whole."""
    staged = workspace.staged(campaign)
    fresh = staged.with_name(f".{staged.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    places = Places(workspace, campaign, planned)
    pages = [_page(job, places, _notebook(job, failed, workspace, campaign)) for job in planned]
    method = next((job.page["address"] for job in planned if job.notebook == METHOD), None)
    files = dict(dress(pages, campaign, method, kept, jobs))
    files[f"{FOLDER}/DOC-TOI.txt"] = about(campaign).encode()
    files[EVIDENCE] = (workspace.runs(campaign, campaign.as_of) / EVIDENCE).read_bytes()
    files[PROJECT_FILE] = staged_project(read_project_file(workspace.root / PROJECT_FILE), campaign, places).encode()
    for name, content in files.items():
        (fresh / name).parent.mkdir(parents=True, exist_ok=True)
        (fresh / name).write_bytes(content)
    gate.check(fresh)
    shutil.copytree(embedded.THEME, fresh / "theme")
    shutil.rmtree(staged, ignore_errors=True)
    fresh.rename(staged)
    return staged


def _page(job: Job, places: Places, notebook: dict[str, Any]) -> Page:
    """Return a job's page with what it belongs with: a unit's pages, the unit above a commune, the communes below a unit."""
    above = places.above(job.unit)
    tabs = [(place.address, place.word) for place in places.pages(above.code if above else job.unit)] if job.unit else []
    below = {commune.name: place.address for commune, place in places.communes(job.unit)} if job.unit else {}
    return Page(job.page["address"], notebook, sidebar_of(job, places), tuple(tabs), below)


def _notebook(job: Job, failed: set[tuple[str, str]], workspace: Workspace, campaign: Campaign) -> dict[str, Any]:
    """Return a job's sealed notebook, or the page that says it failed; raises NotReady when it was not run."""
    if (job.notebook, job.unit) in failed:
        return dict(apology(job, workspace, campaign))
    if not job.target.is_file():
        raise NotReady(f"The notebook {job.label} was not run as of {campaign.as_of}. Run `ansinh run {campaign.name}` first.")
    return dict(json.loads(job.target.read_text(encoding="utf-8")))


def apology(job: Job, workspace: Workspace, campaign: Campaign) -> nbformat.NotebookNode:
    """Return the page of a failed notebook: that it failed, for which date, who is told, and the last good figures below."""
    name = workspace.register(campaign).get(job.unit).name if job.unit else campaign.place
    text = (
        "::: {.callout-warning}\n\n"
        f"Báo cáo này chưa lập được cho số liệu đến ngày {numbers.date(campaign.as_of)}. Các đơn vị khác không bị ảnh hưởng. "
        "Bộ phận kỹ thuật đã có thông báo lỗi và phải xử lý trước kỳ chốt số liệu sau.\n\n:::"
    )
    before = last_good(job)
    older = nbformat.read(before, as_version=4).cells if before else []
    if older:
        day = dt.date.fromisoformat(str(yaml.safe_load(older[0].source.strip().strip("-"))["date"]))
        text += f"\n\nDưới đây là báo cáo lập được gần nhất, số liệu đến ngày {numbers.date(day)}."
    cells = [
        nbformat.v4.new_raw_cell(front_matter(job.page, job.parameters, campaign, job.notebook, name), id="front-matter"),
        nbformat.v4.new_markdown_cell(text, id="chua-lap-duoc"),
        *older[1:],
    ]
    return nbformat.v4.new_notebook(cells=cells, metadata=KERNEL)


def _render(
    chosen: str, staged: Path, fresh: Path, strict: bool, kept: Kept, jobs: int, tell: Progress
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if chosen == "quarto":
        return quarto.render(staged, fresh), ()
    rendered = embedded.render(staged, fresh, strict=strict, jobs=jobs, kept=kept, progress=tell)
    return rendered.pages, rendered.warnings


def _finish(fresh: Path, campaign: Campaign, signature: str) -> None:
    told = {"campaign": campaign.name, "audience": campaign.audience, "as_of": campaign.as_of.isoformat(), "made_of": signature}
    (fresh / MARKER).write_text(json.dumps(told, sort_keys=True) + "\n", encoding="utf-8")


def _swap(fresh: Path, output: Path) -> None:
    """Put the new site in the old one's place: two renames, and the old one is back should the second fail."""
    old = output.with_name(f"{output.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if output.exists():
        output.rename(old)
    try:
        fresh.rename(output)
    except OSError:
        if old.exists():
            old.rename(output)
        raise
    shutil.rmtree(old, ignore_errors=True)


def broken_links(output: Path) -> list[str]:
    """Return the internal links of a published site that lead nowhere, as "page: link"; links to other hosts are not followed."""
    from html.parser import HTMLParser

    class Links(HTMLParser):
        def __init__(self) -> None:
            super().__init__()
            self.links: list[str] = []
            self.ids: set[str] = set()

        def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
            found = dict(attributes)
            self.links += [value for name in ("href", "src") if (value := found.get(name))]
            if found.get("id"):
                self.ids.add(str(found["id"]))

    pages = {}
    for path in sorted(output.rglob("*.html")):
        pages[path.resolve()] = parser = Links()
        parser.feed(path.read_text(encoding="utf-8"))
    broken = []
    for path, parser in pages.items():
        for link in parser.links:
            if link.startswith(("data:", "mailto:", "https:", "http:")):
                continue
            address, _, anchor = unquote(link).partition("#")
            target = (path.parent / address).resolve() if address else path
            if not target.is_file() or (anchor and target in pages and anchor not in pages[target].ids):
                broken.append(f"{path.relative_to(output.resolve()).as_posix()}: {link}")
    return broken
