"""The verb `intake`: load, or say how a file is understood, what was mended or held back, and what was loaded when."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from ansinh.campaign import DEFAULT_CAMPAIGN, Campaign, Workspace
from ansinh.cli.app import app
from ansinh.cli.options import AsOf, CampaignName, Folder, Force, Jobs, Json, job_count, open_campaign

if TYPE_CHECKING:
    from ansinh.intake import LoadReport


@app.command()
def intake(
    context: typer.Context,
    campaign: CampaignName = DEFAULT_CAMPAIGN,
    explain: Annotated[Path | None, typer.Option("--explain", metavar="FILE", help="Say how FILE is understood; load nothing.")] = None,
    mends: Annotated[bool, typer.Option("--mends", help="Count the mended values and list all of them in the restricted folder.")] = False,
    quarantine: Annotated[bool, typer.Option("--quarantine", help="Count the rows held back and list all of them there.")] = False,
    history: Annotated[bool, typer.Option("--history", help="Tell which file was loaded, replaced or removed when.")] = False,
    unit: Annotated[list[str] | None, typer.Option("--unit", metavar="CODE", help="With --mends, --quarantine: only these units.")] = None,
    as_of: AsOf = None,
    jobs: Jobs = 0,
    force: Force = False,
    json: Json = False,
    workspace: Folder = None,
) -> None:
    """Read officials' files into the canonical tables; rows read = rows kept + rows quarantined."""
    from ansinh import intake as room
    from ansinh import pipeline as story
    from ansinh.cli.tell import Teller, closing

    place, settings = open_campaign(campaign, as_of, workspace)
    if explain is not None:
        source = context.get_parameter_source("campaign")
        _explained(place, settings, explain, as_of, named=source is not None and source.name != "DEFAULT")
        return
    if mends or quarantine or history:
        for what in ("mends",) * mends + ("quarantine",) * quarantine:
            _listed(place, settings, what, tuple(unit or ()))
        if history:
            _history(place, settings)
        return
    told = story.summary(settings)
    with story.alone(place, settings), Teller() as teller, story.timed(told, "intake"):
        told.load = room.load(place, settings, jobs=job_count(jobs), force=force, progress=teller)
    if not json:
        _reconciliation(told.load)
    closing(told, as_json=json)
    raise typer.Exit(told.exit_code)


def _explained(place: Workspace, settings: Campaign, path: Path, as_of: str | None, *, named: bool) -> None:
    """Say how a file is understood: for the campaign that was named, else for the one whose sources hold the file; which one, is said."""
    from ansinh.intake import campaign_of, explain

    found, why = None if named else campaign_of(path, place), ""
    if found:
        settings, why = open_campaign(found.name, as_of, place.root)[1], " (its sources folder holds the file)"
    elif not named:
        why = (
            " (the default: no campaign alone has the file in its sources folder; name another as `ansinh intake CAMPAIGN --explain FILE`)"
        )
    typer.echo(f"campaign: {settings.name}{why}\n{explain(path, place, settings)}")


def _reconciliation(report: LoadReport) -> None:
    table = Table("file", "list", "read", "kept", "quarantined", box=None)
    for file in report.files:
        state = [f"{file.rows_read:,}", f"{file.rows_kept:,}", f"{file.rows_quarantined:,}"]
        table.add_row(file.path, file.kind, *(state if file.status == "loaded" else ["refused", "", ""]))
    out = Console(highlight=False)
    out.print(table)
    for file in report.files:
        for sentence in file.noticed:
            out.print(f"{file.path}: {sentence}", markup=False, soft_wrap=True)
        if file.unread:
            out.print(f"{file.path}: could not be read: {', '.join(map(str, file.unread))}", markup=False, soft_wrap=True)
    if any(file.unread for file in report.files):
        out.print("What could not be read is listed, with its original, by --mends; params/values.yml says which words are understood.")


def _listed(place: Workspace, settings: Campaign, what: str, units: tuple[str, ...]) -> None:
    from ansinh.intake import counts, write_list

    found = counts(place, settings, what, units)
    table = Table(*(str(name).replace("_", " ") for name in found.columns), box=None)
    for row in found.astype("object").where(found.notna(), "").itertuples(index=False):
        table.add_row(*(f"{value:,}" if isinstance(value, int) else str(value) for value in row))
    out = Console(highlight=False)
    out.print(table)
    path = write_list(place, settings, what, units)
    out.print(f"All of them, with original, file, sheet and row (restricted: personal data): {path}", soft_wrap=True)


def _history(place: Workspace, settings: Campaign) -> None:
    from ansinh.intake import read_history

    for entry in read_history(place.data(settings)):
        counts = f"{entry.rows_read:,} read = {entry.rows_kept:,} kept + {entry.rows_quarantined:,} quarantined"
        typer.echo(f"{entry.time}  {entry.as_of}  {entry.event:<8}  {entry.file}: {counts}; sha256 {entry.sha256[:12] or '-'}")
