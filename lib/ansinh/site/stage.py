"""The staged Quarto project: sealed notebooks, dressed, with their evidence pages and downloads, at their addresses."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from pathlib import Path, PurePosixPath
from typing import Any

import nbformat
import yaml

from ansinh.batch.evidence import NAME as EVIDENCE
from ansinh.batch.plan import Job, last_good, plan, requested
from ansinh.batch.seal import KERNEL, front_matter
from ansinh.campaign import Campaign, Workspace
from ansinh.errors import NotReady, UserError
from ansinh.show import numbers
from ansinh.site.downloads import FOLDER, about
from ansinh.site.dress import METHOD, Page, dress
from ansinh.site.gate import Gate
from ansinh.site.proof import prove

THEME = Path(__file__).with_name("theme")


def stage(workspace: Workspace, campaign: Campaign, gate: Gate, failed: set[tuple[str, str]]) -> Path:
    """Lay the Quarto project: what passed the gate at its address, project file, theme; swapped in whole. Returns its folder.

    Raises NotReady when a notebook was not run, GateRefusal when something must not be published.
    """
    staged = workspace.staged(campaign)
    fresh = staged.with_name(f".{staged.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    jobs = [*plan(workspace, campaign), *requested(workspace, campaign)]
    for job in jobs:
        if PurePosixPath(job.page["address"]).is_absolute() or ".." in PurePosixPath(job.page["address"]).parts:
            raise UserError(f"{job.notebook}.ipynb: the address of its page must be a relative path without '..'.")
    pages = [Page(job.page["address"], _notebook(job, failed, workspace, campaign)) for job in jobs]
    evidence = workspace.runs(campaign, campaign.as_of) / EVIDENCE
    pages += prove(pages, json.loads(evidence.read_text(encoding="utf-8")), campaign)
    downloads = dress(pages, campaign, next((job.page["address"] for job in jobs if job.notebook == METHOD), None))
    for page in pages:
        downloads[f"{page.address}.ipynb"] = (json.dumps(page.notebook, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()
    downloads[f"{FOLDER}/DOC-TOI.txt"] = about(campaign).encode()
    for name, content in downloads.items():
        (fresh / name).parent.mkdir(parents=True, exist_ok=True)
        (fresh / name).write_bytes(content)
    gate.check(fresh)
    shutil.copytree(THEME, fresh / "theme")
    shutil.copyfile(workspace.root / "_quarto.yml", fresh / "_quarto.yml")
    shutil.rmtree(staged, ignore_errors=True)
    fresh.rename(staged)
    return staged


def _notebook(job: Job, failed: set[tuple[str, str]], workspace: Workspace, campaign: Campaign) -> dict[str, Any]:
    """Return a job's sealed notebook, or the page that says it failed; raises NotReady when it was not run."""
    if (job.notebook, job.unit) in failed:
        return dict(_apology(job, workspace, campaign))
    if not job.target.is_file():
        raise NotReady(f"The notebook {job.label} was not run as of {campaign.as_of}. Run `ansinh run {campaign.name}` first.")
    return dict(json.loads(job.target.read_text(encoding="utf-8")))


def _apology(job: Job, workspace: Workspace, campaign: Campaign) -> nbformat.NotebookNode:
    """Return the page of a failed notebook: that it failed, for which date, who is told, and the last good figures below."""
    name = workspace.register(campaign).get(job.unit).name if job.unit else campaign.place
    text = (
        "::: {.callout-warning}\n\n"
        f"Báo cáo này chưa lập được cho số liệu đến ngày {numbers.date(campaign.as_of)}. Các đơn vị khác không bị ảnh hưởng. "
        "Bộ phận kỹ thuật đã có thông báo lỗi và phải xử lý trước kỳ chốt số liệu sau.\n\n:::"
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
