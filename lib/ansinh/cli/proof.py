"""The verbs around a published site: verify it, sign it, return to an earlier one."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from ansinh.campaign import DEFAULT_CAMPAIGN
from ansinh.cli.app import app
from ansinh.cli.options import CampaignName, Folder, Jobs, job_count, open_campaign


@app.command()
def verify(
    campaign: CampaignName = DEFAULT_CAMPAIGN,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Build the site again elsewhere and compare byte for byte.")] = False,
    signer: Annotated[
        Path | None, typer.Option("--signer", metavar="PUBLIC_KEY", help="Also require a good signature of this key (ssh or minisign).")
    ] = None,
    jobs: Jobs = 0,
    workspace: Folder = None,
) -> None:
    """Hash inputs, store, notebooks and pages of the published site again and say what differs from its evidence.

    One line for each difference; exit code 1 when there is one.
    """
    from ansinh import pipeline as story
    from ansinh.cli.tell import Teller
    from ansinh.site import signature
    from ansinh.site import verify as room

    place, settings = open_campaign(campaign, None, workspace)
    found = list(room.differences(place, settings))
    if signer is not None and not signature.signed_by(place.output(settings), signer):
        found.append(f"signature: there is no good one of {signer.name}")
    if rebuild:
        with tempfile.TemporaryDirectory(prefix="ansinh-") as folder, Teller() as teller:
            found += story.rebuild(place, settings, Path(folder) / "again", jobs=job_count(jobs), progress=teller)
    for line in found:
        typer.echo(line)
    evidence = room.evidence_of(place.output(settings))
    for name in room.from_databases(evidence):
        typer.echo(f"not verified: {name} came from a database")
    if found:
        raise typer.Exit(1)
    counted = f"{len({item['file'] for item in evidence['inputs']})} inputs, {len(evidence['pages'])} notebooks"
    typer.echo(
        f"{settings.name}, as of {evidence['as_of']}: {counted}, store and pages are as recorded{', and built again the same' if rebuild else ''}."
    )


@app.command()
def sign(
    key: Annotated[Path, typer.Option("--key", metavar="PRIVATE_KEY", help="Private key of ssh-keygen or minisign.")],
    campaign: CampaignName = DEFAULT_CAMPAIGN,
    workspace: Folder = None,
) -> None:
    """Sign the published site: a signature over the hashes of all its files, put beside them."""
    from ansinh.site import signature

    place, settings = open_campaign(campaign, None, workspace)
    made = signature.sign(place.output(settings), key)
    typer.echo(f"Wrote {made.name}. `ansinh verify {settings.name} --signer PUBLIC_KEY` checks it.")


@app.command()
def publish(
    campaign: CampaignName = DEFAULT_CAMPAIGN,
    listed: Annotated[bool, typer.Option("--list", help="List the published site and the earlier ones that are kept.")] = False,
    rollback: Annotated[bool, typer.Option("--rollback", help="Return to an earlier site: --site, or the newest kept.")] = False,
    site: Annotated[int | None, typer.Option("--site", metavar="NUMBER", help="With --rollback: which of the sites listed.")] = None,
    workspace: Folder = None,
) -> None:
    """List the earlier sites that are kept, or return to one. `ansinh build` and `ansinh site` publish new ones."""
    from ansinh import site as room
    from ansinh.site.swap import marker, pages_of

    place, settings = open_campaign(campaign, None, workspace)
    if rollback:
        back = room.rollback(place, settings, site)
        typer.echo(f"Published again: site {back.number}, as of {back.as_of}. The next build publishes the newest figures.")
        return
    output = place.output(settings)
    table = Table("site", "as of", "pages", box=None)
    for item in room.kept_sites(place, settings):
        table.add_row(str(item.number), item.as_of, str(item.pages))
    if told := marker(output):
        table.add_row("published", told["as_of"], str(pages_of(output)))
    Console(highlight=False).print(table)
