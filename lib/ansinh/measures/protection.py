"""What must be withheld of all that is published: decided once for the whole city, before any notebook runs.

`published` lists every table of persons or records that pages show of a place; all of them, of the city and of every unit, stand on
one `Board` with the equations between them. Its answer is kept in the store (`withheld`) and applied by `released`.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pandas as pd

from ansinh import store
from ansinh.campaign import Campaign, Workspace
from ansinh.disclosure import Board, Counts, Released, release
from ansinh.disclosure.tables import rule_of
from ansinh.measures import activity, cleanliness, coverage, deadline, drops, payment
from ansinh.measures.scope import Scope

PUBLIC = "public"


def released(scope: Scope, counts: Counts) -> Released:
    """Return what may be shown of a table of this scope; raises NotReady when it is not decided yet what must be withheld."""
    if scope.campaign.audience != PUBLIC:
        return release(counts, scope.campaign)
    return release(counts, scope.campaign, withheld(scope))


def withheld(scope: Scope) -> frozenset[str]:
    """Return the names of the cells of this scope not to be shown: decided for the city, in earlier snapshots, and here below it."""
    if not scope.cache:
        scope.cache["withheld"] = scope.withheld | _earlier(scope)
        if scope.below:
            scope.cache["withheld"] |= _below(scope, scope.withheld)
    return scope.cache["withheld"]


def published(scope: Scope) -> Iterator[Counts]:
    """Yield every table of persons or records that pages show of a place, as they show it."""
    yield coverage.whole(scope)
    yield coverage.funnel(scope)
    yield coverage.rates(scope)
    yield cleanliness.whole(scope)
    yield cleanliness.rates(scope)
    yield payment.whole(scope)
    yield payment.rates(scope)
    yield deadline.pace_by_row(scope)
    yield deadline.trend(scope)
    for table in (coverage.by_group, coverage.by_sex, coverage.by_age, coverage.by_owner, coverage.by_channel, coverage.by_bank):
        yield table(scope)
    if scope.unit is None:
        # Day by day a unit opens so few through each channel that little could be shown, and much would have to be withheld for it.
        yield activity.by_day(scope)
    yield activity.by_hours(scope)
    yield coverage.gap(scope)
    yield drops.shown(scope)
    yield cleanliness.by_check(scope)
    yield cleanliness.by_who(scope)
    yield cleanliness.changes(scope)
    yield payment.cash_causes(scope)
    yield payment.by_group(scope)
    yield payment.by_bank(scope)


def protect(workspace: Workspace, campaign: Campaign, *, force: bool = False) -> int:
    """Decide what must be withheld of a judged snapshot and keep it in its store; returns the number of cells.

    What is decided and unchanged stays. Raises NotReady before `ansinh check`.
    """
    target = workspace.store(campaign, campaign.as_of)
    signature = _signature(campaign, target)
    if force or not store.signed(target, "protect", signature):
        store.unsign(target, "protect")
        _write(target, _decide(workspace, campaign, target) if campaign.audience == PUBLIC else {})
        if store.signature_of(target, "check"):
            store.sign(target, "protect", signature)
    con = store.connect(target, [store.WITHHELD])
    return int(store.query(con, "SELECT count(*) AS cells FROM withheld", what="what is withheld")["cells"].iloc[0])


def _signature(campaign: Campaign, target: Path) -> str:
    package = Path(__file__).parents[1]
    digest = hashlib.sha256(campaign.model_dump_json(by_alias=True).encode())
    for path in sorted([*(package / "measures").glob("*.py"), *(package / "disclosure").glob("*.py")]):
        digest.update(path.read_bytes())
    digest.update(store.signature_of(target, "check").encode())
    return digest.hexdigest()


def _write(target: Path, cells: dict[str, list[str]]) -> None:
    (target / store.WITHHELD.name).mkdir(parents=True, exist_ok=True)
    rows = pd.DataFrame([(unit, cell) for unit, names in cells.items() for cell in names], columns=["unit", "cell"], dtype=str)
    con = duckdb.connect(":memory:")
    con.register("rows", rows)
    store.write_all(con, store.WITHHELD, "SELECT unit, cell FROM rows", target)


def _decide(workspace: Workspace, campaign: Campaign, target: Path) -> dict[str, list[str]]:
    """Return the withheld cells by the unit whose notebooks read them, the city's own under `store.NO_UNIT`."""
    city = Scope(store.in_memory(target), workspace, campaign, None)
    board = board_of([city, *(Scope(city.con, workspace, campaign, unit) for unit in workspace.units(campaign))])
    home = {"": store.NO_UNIT} | {unit.code: unit.code for unit in workspace.units(campaign)}
    register = workspace.register(campaign)
    home |= {part.code: unit for unit in list(home) if unit for part in register.children(unit)}
    cells: dict[str, list[str]] = defaultdict(list)
    for name in sorted(board.protect()):
        cells[home[name.split("|")[0].rstrip("?")]].append(name)
    city.con.close()
    return cells


def board_of(scopes: list[Scope]) -> Board:
    """Return the board of all that is published of these scopes; when the whole campaign is among them, rows of its units add up to its own."""
    board = Board(rule_of(scopes[0].campaign))
    for scope in scopes:
        for counts in published(scope):
            board.add(counts)
        _between_tables(board, scope)
    if scopes[0].unit is None:
        _between_places(board, [scope.place for scope in scopes[1:]])
    return board


def _between_tables(board: Board, scope: Scope) -> None:
    """Add what a reader knows from the definitions: different tables of one place tell of the same persons."""
    here = f"{scope.place}|"
    board.relate(f"{here}|persons", [f"{here}|usable", f"{here}|without_usable"])
    for before, step, after in (
        ("persons", "complete", "complete"),
        ("complete", "verified", "complete_verified"),
        ("complete_verified", "clean", "complete_verified_clean"),
    ):
        stopped = [name for name in board.names_at(scope.place) if name.startswith(f"{here}stop={step}/")]
        board.relate(f"{here}|{before}", [f"{here}|{after}", *stopped])
    days = [name for name in board.names_at(scope.place) if name.startswith(f"{here}day=") and name.endswith("|covered")]
    if days:
        board.relate(f"{here}|has_account", [days[-1]])
    if len(days) > deadline.WEEK:
        board.relate(days[-1], [days[-1 - deadline.WEEK], f"{here}|opened_week"])
    for before, day in zip(days, days[1:], strict=False):
        # Days of which no table shows what was opened are no cells, and are left out.
        board.relate(day, [before, day.removesuffix("|covered") + "|opened"])


def _between_places(board: Board, places: list[str]) -> None:
    """Let the same row of all units' tables add up to the city's."""
    for name in board.names_at(""):
        _, row, meaning = name.split("|", 2)
        if row:
            board.relate(name, [f"{place}|{row}|{meaning}" for place in places])


def _earlier(scope: Scope) -> frozenset[str]:
    """Return what was withheld of this place in earlier snapshots, as today's history names it: what was not shown then is not now."""
    today = scope.workspace.store(scope.campaign, scope.campaign.as_of)
    own = f"{scope.place}||"
    found = {f"{scope.place}|snapshot={today.name}|{cell.removeprefix(own)}" for cell in scope.withheld if cell.startswith(own)}
    for folder in sorted(today.parent.glob("????-??-??")):
        if folder.name < today.name and store.has_withheld(folder):
            con = store.connect(folder, [store.WITHHELD], units=[scope.home or store.NO_UNIT])
            cells = store.query(con, "SELECT cell FROM withheld", what="what was withheld")["cell"]
            con.close()
            found |= {f"{scope.place}|snapshot={folder.name}|{cell.removeprefix(own)}" for cell in cells if cell.startswith(own)}
    return frozenset(found)


def _below(scope: Scope, decided: frozenset[str]) -> frozenset[str]:
    """Return what must be withheld on the page of a commune below the reported level; what other pages show of it stays as it is."""
    board = board_of([scope])
    own = {name for name in board.names_at(scope.place) if name.startswith(f"{scope.place}||")}
    return board.protect(decided=decided & own, elsewhere=own)
