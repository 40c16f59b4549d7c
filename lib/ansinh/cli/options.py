"""Options and arguments that several verbs share, and what they open."""

from __future__ import annotations

import datetime as dt
import os
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from ansinh.campaign import Campaign, Workspace
from ansinh.errors import UserError


class Renderer(StrEnum):
    """Which renderer makes the pages."""

    auto = "auto"
    quarto = "quarto"
    embedded = "embedded"


CampaignName = Annotated[str, typer.Argument(metavar="[CAMPAIGN]", help="Name of a file in params/campaigns, or a path to one.")]
AsOf = Annotated[str | None, typer.Option("--as-of", metavar="DATE", help="Snapshot date, YYYY-MM-DD; default: the campaign's.")]
Jobs = Annotated[int, typer.Option("--jobs", "-j", min=0, help="Processes at a time; 0 means as many as cores.")]
Json = Annotated[bool, typer.Option("--json", help="Print the closing summary as JSON.")]
Force = Annotated[bool, typer.Option("--force", help="Do work again even if nothing has changed.")]
Strict = Annotated[bool, typer.Option("--strict", help="Treat the renderer's warnings as errors.")]
People = Annotated[int | None, typer.Option("--people", min=1, help="Persons of the demo city; default: the campaign's.")]
Seed = Annotated[int | None, typer.Option("--seed", help="Seed of the demo city: same seed, same bytes; default: the campaign's.")]
RendererChoice = Annotated[Renderer, typer.Option("--renderer", help="auto uses Quarto when it is there.")]
Folder = Annotated[Path | None, typer.Option("--workspace", "-w", help="Folder with params/ and _quarto.yml; default: here or above.")]

Scheduler = Annotated[
    str,
    typer.Option(
        "--scheduler", metavar="ADDRESS", help="Let the workers of a Dask scheduler run the notebooks, such as tcp://10.0.0.5:8786."
    ),
]
ShareAddress = Annotated[
    str,
    typer.Option(
        "--share",
        metavar="ADDRESS",
        envvar="ANSINH_SHARE",
        help="Where machines share files, such as s3://bucket/ansinh or file:///mnt/ansinh. Restricted, as the store is.",
    ),
]


def open_campaign(campaign: str, as_of: str | None, workspace: Path | None = None) -> tuple[Workspace, Campaign]:
    """Return the workspace at or above `workspace` and the campaign as of the date; raises UserError naming what is wrong."""
    found = Workspace.find(workspace)
    return found, found.opened(campaign, _date(as_of))


def _date(text: str | None) -> dt.date | None:
    if text is None:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise UserError(f"--as-of is {text!r}; write the date as YYYY-MM-DD, such as 2024-01-14.") from None


def with_demo(campaign: Campaign, people: int | None, seed: int | None) -> Campaign:
    """Return a demo campaign with so many persons and this seed; raises UserError when the campaign works on real files."""
    if people is None and seed is None:
        return campaign
    if campaign.demo is None:
        raise UserError(f"--people and --seed are for a demo campaign; {campaign.name} works on real files. Leave them out.")
    given = {"people": people, "seed": seed}
    demo = campaign.demo.model_copy(update={key: value for key, value in given.items() if value is not None})
    return campaign.model_copy(update={"demo": demo})


def job_count(jobs: int) -> int:
    """Return how many processes to use: `jobs`, or one a core for 0."""
    return jobs or os.cpu_count() or 1
