"""The verbs of the main job, each a few lines: parse, call a room's front door, tell."""

from __future__ import annotations

import functools
import http.server
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from ansinh.campaign import DEFAULT_CAMPAIGN
from ansinh.cli.app import app
from ansinh.cli.options import (
    AsOf,
    CampaignName,
    Folder,
    Force,
    Jobs,
    Json,
    People,
    Renderer,
    RendererChoice,
    Scheduler,
    Seed,
    ShareAddress,
    Strict,
    job_count,
    open_campaign,
    with_demo,
)
from ansinh.errors import UserError


@app.command()
def build(
    campaign: CampaignName = DEFAULT_CAMPAIGN,
    people: People = None,
    seed: Seed = None,
    as_of: AsOf = None,
    jobs: Jobs = 0,
    renderer: RendererChoice = Renderer.auto,
    strict: Strict = False,
    force: Force = False,
    scheduler: Scheduler = "",
    share: ShareAddress = "",
    json: Json = False,
    workspace: Folder = None,
) -> None:
    """Do all of it: intake, check, run, site. This is the main job.

    A demo campaign writes its synthetic city first. Work that is done and unchanged is not done again.
    """
    from ansinh.cli.tell import Teller, closing
    from ansinh.pipeline import build as build_all

    place, settings = open_campaign(campaign, as_of, workspace)
    settings = with_demo(settings, people, seed)
    with Teller() as teller:
        told = build_all(
            place,
            settings,
            jobs=job_count(jobs),
            renderer=renderer.value,
            strict=strict,
            force=force,
            scheduler=scheduler,
            share=share,
            progress=teller,
        )
    closing(told, as_json=json)
    raise typer.Exit(told.exit_code)


@app.command()
def demo(
    campaign: CampaignName = DEFAULT_CAMPAIGN,
    out: Annotated[Path | None, typer.Option("--out", help="Folder to write to: files in sources/, the truth in truth/.")] = None,
    people: People = None,
    seed: Seed = None,
    as_of: AsOf = None,
    parquet: Annotated[
        bool, typer.Option("--parquet", help="Write the canonical tables into the store, no files: for cities of millions.")
    ] = False,
    jobs: Jobs = 0,
    workspace: Folder = None,
) -> None:
    """Write a synthetic city as the messy files officials really send, with its known truth beside."""
    from ansinh import pipeline as story
    from ansinh.cli.tell import Teller
    from ansinh.demo import write_city, write_tables

    place, settings = open_campaign(campaign, as_of, workspace)
    folder = out or place.data(settings)
    settings = with_demo(settings, people, seed)
    city = settings.demo
    if city is None:
        raise UserError(f"{settings.name} has no block `demo`: it works on real files, and nothing synthetic is written among them.")
    with Teller() as teller:
        if parquet:
            target = folder / "store" / settings.as_of.isoformat()
            persons = write_tables(place, settings, people=city.people, seed=city.seed, target=target, progress=teller)
        elif out:
            report = write_city(
                place,
                settings,
                people=city.people,
                seed=city.seed,
                as_of=settings.as_of,
                sources=folder / "sources",
                truth=folder / "truth",
                jobs=job_count(jobs),
                progress=teller,
            )
        else:
            report = story.draw_demo(place, settings, jobs=job_count(jobs), progress=teller)
    if parquet:
        Console().print(f"Wrote the tables of {persons:,} synthetic persons to {target}.", highlight=False, soft_wrap=True)
        return
    Console().print(f"Wrote {report.files} files for {report.people:,} synthetic persons to {folder}.", highlight=False, soft_wrap=True)


@app.command()
def check(
    campaign: CampaignName = DEFAULT_CAMPAIGN,
    only: Annotated[
        list[str] | None, typer.Option("--only", metavar="ID", help="Run and print only these checks; nothing is written.")
    ] = None,
    unit: Annotated[list[str] | None, typer.Option("--unit", metavar="CODE", help="With --only: count only in these units.")] = None,
    as_of: AsOf = None,
    json: Json = False,
    workspace: Folder = None,
) -> None:
    """Judge every row of the canonical tables with every check, once for the whole city."""
    from ansinh import checks as room
    from ansinh import pipeline as story
    from ansinh.cli.tell import Teller, closing

    place, settings = open_campaign(campaign, as_of, workspace)
    if only:
        typer.echo(room.tell(place, settings, only=tuple(only), units=tuple(unit or ())))
        return
    told = story.summary(settings)
    with story.alone(place, settings), Teller() as teller, story.timed(told, "check"):
        story.check(place, settings, progress=teller)
        told.figures = story.city_figures(place, settings)
    closing(told, as_json=json)


@app.command()
def run(
    campaign: CampaignName = DEFAULT_CAMPAIGN,
    unit: Annotated[list[str] | None, typer.Option("--unit", metavar="CODE", help="Only these units, such as 001.")] = None,
    notebook: Annotated[list[str] | None, typer.Option("--notebook", metavar="NAME", help="Only these notebooks.")] = None,
    why: Annotated[bool, typer.Option("--why", help="Say for each notebook why it would run or not; run nothing.")] = False,
    as_of: AsOf = None,
    jobs: Jobs = 0,
    force: Force = False,
    time_limit: Annotated[int, typer.Option("--time-limit", min=1, metavar="SECONDS", help="Seconds one cell may take.")] = 600,
    scheduler: Scheduler = "",
    share: ShareAddress = "",
    json: Json = False,
    workspace: Folder = None,
) -> None:
    """Execute the notebooks with papermill, one process each, and seal them."""
    from ansinh import batch as room
    from ansinh import pipeline as story
    from ansinh.cli.tell import Teller, closing

    place, settings = open_campaign(campaign, as_of, workspace)
    notebooks, units = tuple(notebook or ()), tuple(unit or ())
    if why:
        for line in room.why(place, settings, notebooks, units):
            typer.echo(line)
        return
    told = story.summary(settings)
    with story.alone(place, settings), Teller() as teller, story.timed(told, "run"):
        told.run = room.run(
            place,
            settings,
            notebooks=notebooks,
            units=units,
            jobs=job_count(jobs),
            force=force,
            time_limit=time_limit,
            scheduler=scheduler,
            share=share,
            progress=teller,
        )
    closing(told, as_json=json)
    raise typer.Exit(told.exit_code)


@app.command()
def site(
    campaign: CampaignName = DEFAULT_CAMPAIGN,
    as_of: AsOf = None,
    jobs: Jobs = 0,
    renderer: RendererChoice = Renderer.auto,
    strict: Strict = False,
    json: Json = False,
    workspace: Folder = None,
) -> None:
    """Pass the sealed notebooks through the gate, render them, pass the pages through the gate, swap the site in."""
    from ansinh import pipeline as story
    from ansinh.cli.tell import Teller, closing

    place, settings = open_campaign(campaign, as_of, workspace)
    told = story.summary(settings)
    with story.alone(place, settings), Teller() as teller, story.timed(told, "site"):
        told.site = story.site_of(place, settings, None, renderer=renderer.value, strict=strict, jobs=job_count(jobs), progress=teller)
    closing(told, as_json=json)


@app.command()
def serve(
    campaign: CampaignName = DEFAULT_CAMPAIGN,
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="Port on this machine.")] = 8000,
    workspace: Folder = None,
) -> None:
    """Preview the published site on this machine only (loopback)."""
    place, settings = open_campaign(campaign, None, workspace)
    output = place.output(settings)
    if not (output / "index.html").is_file():
        raise UserError("There is no site yet. Run `ansinh build` first.")
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(output))
    with http.server.ThreadingHTTPServer(("127.0.0.1", port), handler) as server:
        typer.echo(f"http://127.0.0.1:{server.server_port}/ (Ctrl-C stops)")
        server.serve_forever()


@app.command()
def doctor(workspace: Folder = None) -> None:
    """Say what is on this machine (Python, Quarto, kernels, fonts, cores, memory) and what that means."""
    from ansinh.cli.doctor import examine

    table = Table("what", "found", "meaning", box=None)
    symptoms = examine(workspace)
    for symptom in symptoms:
        table.add_row(symptom.name, symptom.found, symptom.meaning if symptom.good else f"[bold]{symptom.meaning}[/]")
    Console(highlight=False).print(table)
