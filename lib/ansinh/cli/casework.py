"""The verbs that hand out lists with names."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ansinh.campaign import DEFAULT_CAMPAIGN
from ansinh.cli.app import app
from ansinh.cli.options import AsOf, CampaignName, Folder, open_campaign
from ansinh.errors import UserError

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
    typer.echo(f"{_count(len(told.files), 'worklist')} with {_count(told.rows, 'row')} in {told.folder}. The access log has noted it.")


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


@app.command()
def sample(
    campaign: CampaignName = DEFAULT_CAMPAIGN,
    evaluate: Annotated[
        Path | None, typer.Option("--evaluate", metavar="FILE", help="Evaluate filled-in working papers; draw nothing.")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help="Folder for the working papers; never beside pages or under version control."),
    ] = None,
    seed: Annotated[int | None, typer.Option("--seed", help="Any number, chosen before drawing; it stands in the sample's record.")] = None,
    unit: Annotated[str, typer.Option("--unit", metavar="CODE", help="Draw from one unit; default: the whole campaign.")] = "",
    design: Annotated[str, typer.Option("--design", help="simple, stratified (part × risk) or monetary (by amount).")] = "stratified",
    confidence: Annotated[float, typer.Option("--confidence", help="Confidence, such as 0.95.")] = 0.95,
    tolerable: Annotated[float, typer.Option("--tolerable", help="Share of wrong persons, or of VND, that can be tolerated.")] = 0.05,
    expected: Annotated[float, typer.Option("--expected", help="Share that is expected to be wrong.")] = 0.01,
    password_from: PasswordFrom = None,
    reason: Reason = "Lấy mẫu kiểm toán để xác minh thực địa",
    as_of: AsOf = None,
    workspace: Folder = None,
) -> None:
    """Draw an audit sample with working papers for the field, or evaluate papers that were filled in."""
    from ansinh import casework as room
    from ansinh.casework import restricted
    from ansinh.cli.tell import evaluated

    place, settings = open_campaign(campaign, as_of, workspace)
    if evaluate is not None:
        evaluated(room.evaluate(place, settings, evaluate))
        return
    if out is None or seed is None:
        raise UserError("A sample needs --out and --seed. Choose the seed before drawing: it stands in the record.")
    drawn = room.draw(
        place,
        settings,
        out,
        seed=seed,
        design=design,
        unit=unit,
        confidence=confidence,
        tolerable=tolerable,
        expected=expected,
        password=restricted.password_from(password_from),
        reason=reason,
    )
    found = drawn.sample
    typer.echo(
        f"Sample {found.id}: {len(found.items):,} of {found.population:,} {found.counts}. Papers: {drawn.workbook}. The access log has noted it."
    )
