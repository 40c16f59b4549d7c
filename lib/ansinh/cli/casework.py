"""The verbs that hand out lists with names."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ansinh.campaign import DEFAULT_CAMPAIGN
from ansinh.cli.app import app
from ansinh.cli.options import AsOf, CampaignName, Folder, open_campaign

Units = Annotated[list[str] | None, typer.Option("--unit", metavar="CODE", help="Only these units; default: all.")]
PasswordFrom = Annotated[
    str | None,
    typer.Option("--password-from", metavar="NAME", help="Environment variable or file with the password to encrypt workbooks with."),
]
Reason = Annotated[str, typer.Option("--reason", help="What the lists are needed for; stands in the access log. Name no person.")]


@app.command()
def worklists(
    campaign: CampaignName = DEFAULT_CAMPAIGN,
    out: Annotated[
        Path, typer.Option("--out", metavar="DIR", help="Folder to write to; never beside pages or under version control.")
    ] = ...,  # type: ignore[assignment]
    unit: Units = None,
    recipient: Annotated[
        list[str] | None,
        typer.Option("--for", metavar="RECIPIENT", help="commune, village, police, bank, post or department; default: all but village."),
    ] = None,
    password_from: PasswordFrom = None,
    reason: Reason = "Giao danh sách cần rà soát cho đơn vị xử lý",
    as_of: AsOf = None,
    workspace: Folder = None,
) -> None:
    """Write what each commune, police post, bank, post office and department works off: one workbook each, restricted.

    Filled in, they go back into the folder of sources.corrections; `ansinh build` applies them.
    """
    from ansinh import casework as room
    from ansinh.casework import restricted
    from ansinh.cli.tell import Teller

    place, settings = open_campaign(campaign, as_of, workspace)
    password = restricted.password_from(password_from)
    with Teller() as teller:
        told = room.worklists(
            place, settings, out, kinds=tuple(recipient or ()), units=tuple(unit or ()), password=password, reason=reason, progress=teller
        )
    typer.echo(f"{len(told.files):,} worklists with {told.rows:,} rows in {told.folder}. The access log has noted it.")
