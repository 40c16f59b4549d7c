"""The staged Quarto project: sealed notebooks, dressed, with their evidence pages and downloads, at their addresses."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import Any

import nbformat
import yaml

from ansinh.batch.evidence import NAME as EVIDENCE
from ansinh.batch.plan import Job, last_good
from ansinh.batch.seal import KERNEL, front_matter
from ansinh.campaign import Campaign, Workspace
from ansinh.errors import NotReady, UserError
from ansinh.show import numbers, words
from ansinh.site.config import PROJECT_FILE, read_project_file
from ansinh.site.downloads import FOLDER, about
from ansinh.site.dress import METHOD, Page, dress
from ansinh.site.embedded import THEME
from ansinh.site.gate import Gate
from ansinh.site.memory import Memory
from ansinh.site.project import Places, sidebar_of, staged_project
from ansinh.site.proof import prove


def stage(
    workspace: Workspace, campaign: Campaign, planned: Sequence[Job], gate: Gate, failed: set[tuple[str, str]], memory: Memory, jobs: int
) -> Path:
    """Lay the Quarto project: what passed the gate at its address, project file, theme; swapped in whole. Returns its folder.

    Raises NotReady when a notebook was not run, GateRefusal when something must not be published.
    """
    staged = workspace.staged(campaign)
    fresh = staged.with_name(f".{staged.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    for job in planned:
        if PurePosixPath(job.page["address"]).is_absolute() or ".." in PurePosixPath(job.page["address"]).parts:
            raise UserError(f"{job.notebook}.ipynb: the address of its page must be a relative path without '..'.")
    places = Places(workspace, campaign, planned)
    pages = [_page(job, places, _notebook(job, failed, workspace, campaign)) for job in planned]
    evidence = (workspace.runs(campaign, campaign.as_of) / EVIDENCE).read_bytes()
    pages += prove(pages, json.loads(evidence), campaign)
    method = next((job.page["address"] for job in planned if job.notebook == METHOD), None)
    files = dict(dress(pages, campaign, method, memory, jobs))
    files[f"{FOLDER}/DOC-TOI.txt"] = about(campaign).encode()
    files[EVIDENCE] = evidence
    files[PROJECT_FILE] = staged_project(read_project_file(workspace.root / PROJECT_FILE), campaign, places).encode()
    for name, content in files.items():
        (fresh / name).parent.mkdir(parents=True, exist_ok=True)
        (fresh / name).write_bytes(content)
    gate.check(fresh)
    shutil.copytree(THEME, fresh / "theme")
    shutil.rmtree(staged, ignore_errors=True)
    fresh.rename(staged)
    return staged


def _page(job: Job, places: Places, notebook: dict[str, Any]) -> Page:
    """Return a job's page with what it belongs with: a unit's pages, the unit above a commune, the communes below a unit."""
    above = places.above(job.unit)
    tabs = [(place.address, place.word) for place in places.pages(above.code if above else job.unit)] if job.unit else []
    if above and tabs:  # A commune leads to its unit's pages: whose they are is said.
        tabs[0] = (tabs[0][0], f"{above.name}: {words.inside(tabs[0][1])}")
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
        "Bộ phận kỹ thuật đã có thông báo lỗi và phải xử lý trước lần chốt số liệu sau.\n\n:::"
    )
    before = last_good(job)
    older = nbformat.read(before, as_version=4).cells if before else []
    front = yaml.safe_load(older[0].source.strip().strip("-")) if older else {}
    # What was made for officials who see exact counts is never shown to the public, however good it was.
    if older and front["ansinh"]["audience"] != campaign.audience:
        older = []
    if older:
        day = dt.date.fromisoformat(str(front["date"]))
        text += f"\n\nDưới đây là báo cáo lập được gần nhất, số liệu đến ngày {numbers.date(day)}."
    cells = [
        nbformat.v4.new_raw_cell(front_matter(job.page, job.parameters, campaign, job.notebook, name), id="front-matter"),
        nbformat.v4.new_markdown_cell(text, id="chua-lap-duoc"),
        *older[1:],
    ]
    return nbformat.v4.new_notebook(cells=cells, metadata=KERNEL)
