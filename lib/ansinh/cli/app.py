"""The command's door: its name, its help page, its version. Verbs hang themselves on `app` (commands.py)."""

from __future__ import annotations

from typing import Annotated

import typer

from ansinh import __version__

app = typer.Typer(
    name="ansinh",
    help="How clean social-security data are and how far accounts cover the people: from officials' files to audit notebooks and a published site.\n\n"
    "`ansinh build` does everything. CAMPAIGN is the name of a file in params/campaigns (default: the demo campaign).\n\n"
    "Exit codes: 0 all good; 1 built, but some units failed, or lists were refused or not understood; 2 a mistake you can mend; 3 a fault of ours.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    add_completion=False,
)


@app.callback(invoke_without_command=True)
def about(version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False) -> None:
    """Print the version, or go on to the verb."""
    if version:
        typer.echo(__version__)
        raise typer.Exit
