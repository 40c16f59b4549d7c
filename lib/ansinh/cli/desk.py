"""The auditor's desk: JupyterLab on the notebooks."""

from __future__ import annotations

from typing import Annotated

import typer

from ansinh.campaign import DEFAULT_CAMPAIGN
from ansinh.cli.app import app
from ansinh.cli.options import AsOf, CampaignName, Folder, open_campaign


@app.command()
def lab(
    campaign: CampaignName = DEFAULT_CAMPAIGN,
    as_of: AsOf = None,
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="Port on this machine.")] = 8888,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open the browser.")] = True,
    jupyter: Annotated[
        list[str] | None, typer.Option("--jupyter", metavar="OPTION", help="Passed on to Jupyter, such as --jupyter=--allow-root.")
    ] = None,
    workspace: Folder = None,
) -> None:
    """Open JupyterLab on the notebooks, on this machine only (loopback), with a home notebook of the campaign.

    Shipped notebooks are saved without outputs, and no saved notebook keeps rows in which persons were revealed.
    """
    from ansinh.desk.lab import start

    place, settings = open_campaign(campaign, as_of, workspace)
    raise typer.Exit(start(place, settings, port=port, browser=browser, more=tuple(jupyter or ())))
