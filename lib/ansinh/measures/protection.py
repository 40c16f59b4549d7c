"""What must be withheld of all that is published: decided once for the whole city, before any notebook runs.

`published` lists every table of persons or records that pages show of a place; all of them, of the city and of every unit, stand on
one `Board` with the equations between them. Its answer is kept in the store (`withheld`) and applied by `released`.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pandas as pd

from ansinh import store
from ansinh.campaign import Campaign, Workspace
from ansinh.disclosure import Board, Counts, Released, release
from ansinh.disclosure.tables import rule_of
from ansinh.errors import AnsinhError
from ansinh.measures import activity, cleanliness, coverage, deadline, drops, history, payment
from ansinh.measures.decision import before
from ansinh.measures.scope import Scope

PUBLIC = "public"


def released(scope: Scope, counts: Counts) -> Released:
    """Return what may be shown of a table of this scope.

    Raises NotReady when it is not decided yet what must be withheld, AnsinhError for a table that was left out of the decision.
    """
    if scope.campaign.audience != PUBLIC:
        return release(counts, scope.campaign)
    _decide_here(scope)
    undecided = sorted(kinds(counts) - scope.cache["decided"])
    if undecided and scope.cache["decided"]:
        raise AnsinhError(
            f"A table shows {', '.join(repr(kind) for kind in undecided)} (rows|what is counted) of {scope.name}, and nobody has decided what must be withheld of that. "
            f"Add the table to `published` in lib/ansinh/measures/protection.py, then run `ansinh check {scope.campaign.name}`."
        )
    return release(counts, scope.campaign, scope.cache["withheld"])


def withheld(scope: Scope) -> frozenset[str]:
    """Return the names of the cells of this scope not to be shown: decided for the city, in earlier snapshots, and here below it."""
    _decide_here(scope)
    return scope.cache["withheld"]


def _decide_here(scope: Scope) -> None:
    """Keep with the scope what is withheld of it, and which kinds of cells that was decided for (none: a store that does not say)."""
    if scope.cache:
        return
    hidden = scope.withheld | _earlier(scope)
    today = scope.workspace.store(scope.campaign, scope.campaign.as_of)
    told = store.told(today, DECIDED, DECIDED) or {}
    decided = frozenset(told.get("unit" if scope.unit else "city", ()))
    if scope.below:
        below, decided = _below(scope, scope.withheld)
        hidden |= below
    scope.cache.update({"withheld": hidden, "decided": decided})


DECIDED = "decided"
"""Note in a store: for which kinds of cells it was decided what must be withheld, of the city and of a unit."""


def kinds(counts: Counts) -> frozenset[str]:
    """Return the kinds of cells a table shows, "rows|what is counted": what tells tables apart whatever place or day they are of.

    Rows are "" for the place itself and each snapshot of it, else the table's axis. Columns that tell nothing of persons are left out.
    """
    own = not counts.axis or counts.axis == history.AXIS
    found = set()
    for column in counts.counts:
        meaning = counts.means.get(column, column)
        if column in counts.open:
            continue
        if own or counts.total or column in counts.fixed:
            found.add(f"|{meaning}")
        if not own and column not in counts.fixed:
            found.add(f"{counts.axis}|{meaning}")
    return frozenset(found)


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


def decide(workspace: Workspace, campaign: Campaign) -> int:
    """Decide what must be withheld of a judged snapshot and keep it in its store; returns the number of cells (`decision.protect`)."""
    target = workspace.store(campaign, campaign.as_of)
    cells, decided = _decide(workspace, campaign, target) if campaign.audience == PUBLIC else ({}, {})
    _write(target, cells)
    store.sign(target, DECIDED, DECIDED, {level: sorted(found) for level, found in decided.items()})
    return sum(len(names) for names in cells.values())


def _write(target: Path, cells: dict[str, list[str]]) -> None:
    (target / store.WITHHELD.name).mkdir(parents=True, exist_ok=True)
    rows = pd.DataFrame([(unit, cell) for unit, names in cells.items() for cell in names], columns=["unit", "cell"], dtype=str)
    con = duckdb.connect(":memory:")
    con.register("rows", rows)
    store.write_all(con, store.WITHHELD, "SELECT unit, cell FROM rows", target)


def _decide(workspace: Workspace, campaign: Campaign, target: Path) -> tuple[dict[str, list[str]], dict[str, set[str]]]:
    """Return the withheld cells by the unit whose notebooks read them, the city's own under `store.NO_UNIT`; and the kinds of all cells."""
    city = Scope(store.in_memory(target), workspace, campaign, None)
    board, decided = board_of([city, *(Scope(city.con, workspace, campaign, unit) for unit in workspace.units(campaign))])
    for folder in before(target):
        _beside(board, workspace, campaign, folder)
    home = {"": store.NO_UNIT} | {unit.code: unit.code for unit in workspace.units(campaign)}
    register = workspace.register(campaign)
    home |= {part.code: unit for unit in list(home) if unit for part in register.children(unit)}
    cells: dict[str, list[str]] = defaultdict(list)
    for name in sorted(board.protect()):
        cells[home[name.split("|")[0].rstrip("?")]].append(name)
    city.con.close()
    return cells, decided


def _beside(board: Board, workspace: Workspace, campaign: Campaign, folder: Path) -> None:
    """Lay an earlier snapshot, as it was shown, beside today's: accounts only become more, and a list that did not change is known not to."""
    day = folder.name
    then = campaign.model_copy(update={"as_of": dt.date.fromisoformat(day)})
    city = Scope(store.in_memory(folder), workspace, then, None)
    scopes = [city, *(Scope(city.con, workspace, then, unit) for unit in workspace.units(then))]
    with board.earlier(day, store.query(city.con, "SELECT cell FROM withheld", what="what was withheld")["cell"].tolist()):
        _lay(board, scopes)
        names = [name for scope in scopes for name in board.names_at(scope.place)]
    for name in names:
        meaning = name.rsplit("|", 1)[1]
        if meaning in GROWING:
            board.never_falls(day, name, name)
        elif meaning in STANDING:
            board.unchanged(day, name)
    for scope in scopes:
        # Of the accounts opened until that day, today's trend knows at least those reported then.
        board.never_falls(day, f"{scope.place}||has_account", f"{scope.place}|day={day}|covered")
    city.con.close()


GROWING = frozenset({"has_account", "covered"})
"""Meanings of counts a reader takes never to fall from one snapshot to the next."""
STANDING = frozenset({"persons"})
"""Meanings of counts a reader may know not to have changed where they have not."""


def board_of(scopes: list[Scope]) -> tuple[Board, dict[str, set[str]]]:
    """Return the board of all that is published of these scopes, and the kinds of its cells, of the "city" and of a "unit".

    When the whole campaign is among the scopes, rows of its units add up to its own.
    """
    board = Board(rule_of(scopes[0].campaign))
    return board, _lay(board, scopes)


def _lay(board: Board, scopes: list[Scope]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {"city": set(), "unit": set()}
    for scope in scopes:
        for counts in published(scope):
            board.add(counts)
            found["unit" if scope.unit else "city"] |= kinds(counts)
        _between_tables(board, scope)
    if scopes[0].unit is None:
        _between_places(board, [scope.place for scope in scopes[1:]])
    return found


def _between_tables(board: Board, scope: Scope) -> None:
    """Add what a reader knows from the definitions: different tables of one place tell of the same persons."""
    here = f"{scope.place}|"
    board.relate(f"{here}|persons", [f"{here}|usable", f"{here}|without_usable"])
    for earlier, step, after in (
        ("persons", "complete", "complete"),
        ("complete", "verified", "complete_verified"),
        ("complete_verified", "clean", "complete_verified_clean"),
    ):
        stopped = [name for name in board.names_at(scope.place) if name.startswith(f"{here}stop={step}/")]
        board.relate(f"{here}|{earlier}", [f"{here}|{after}", *stopped])
    days = [name for name in board.names_at(scope.place) if name.startswith(f"{here}day=") and name.endswith("|covered")]
    if days:
        board.relate(f"{here}|has_account", [days[-1]])
    if len(days) > deadline.WEEK:
        board.relate(days[-1], [days[-1 - deadline.WEEK], f"{here}|opened_week"])
    for earlier, day in zip(days, days[1:], strict=False):
        # Days of which no table shows what was opened are no cells, and are left out.
        board.relate(day, [earlier, day.removesuffix("|covered") + "|opened"])


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
    for folder in filter(store.has_withheld, store.earlier(today)):
        with scope.within(folder, store.WITHHELD) as then:
            cells = store.query(then.con, "SELECT cell FROM withheld", what="what was withheld")["cell"]
        found |= {f"{scope.place}|snapshot={folder.name}|{cell.removeprefix(own)}" for cell in cells if cell.startswith(own)}
    return frozenset(found)


def _below(scope: Scope, decided: frozenset[str]) -> tuple[frozenset[str], frozenset[str]]:
    """Return what must be withheld on the page of a commune below the reported level, and the kinds of its cells.

    What other pages show of it stays as it is.
    """
    board, found = board_of([scope])
    own = {name for name in board.names_at(scope.place) if name.startswith(f"{scope.place}||")}
    return board.protect(decided=decided & own, elsewhere=own), frozenset(found["unit"])
