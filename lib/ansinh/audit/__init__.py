"""The notebooks' front door: `audit = open_audit(campaign, unit, as_of)`, then one call a sentence.

Every method measures, releases and shows: what it returns may be published. Thin by design; the work is in measures and show.
"""

from __future__ import annotations

import datetime as dt
import difflib
from collections.abc import Mapping
from functools import cached_property
from typing import Any, NoReturn

from ansinh import store
from ansinh.audit.analysis import Analysis
from ansinh.audit.area import Area
from ansinh.audit.checking import OpenCheck
from ansinh.audit.cleanliness import Cleanliness
from ansinh.audit.coverage import Coverage
from ansinh.audit.deadline import Deadline
from ansinh.audit.directive import Directive
from ansinh.audit.helping import Guide, near, signature, summary
from ansinh.audit.method import Method
from ansinh.audit.payment import Payment
from ansinh.audit.records import Records
from ansinh.audit.sampling import Sampling
from ansinh.audit.sources import Sources
from ansinh.campaign import Campaign, Workspace
from ansinh.errors import NoSuchCall, NotReady, UnknownUnit, UserError
from ansinh.measures import Scope
from ansinh.show import Shown, numbers, paragraph
from ansinh.units import Unit, search_key

__all__ = ["AREAS", "Audit", "guide", "open_audit"]

AREAS: Mapping[str, type[Area]] = {
    "coverage": Coverage,
    "cleanliness": Cleanliness,
    "deadline": Deadline,
    "payment": Payment,
    "directive": Directive,
    "sources": Sources,
    "method": Method,
    "sampling": Sampling,
}
"""The areas of an audit, in the order an auditor asks."""
OWN = ("subject", "check", "sql", "help")
"""The audit's own calls."""
MOST_OFFERED = 4
"""Units offered to who has mistyped one."""


def open_audit(campaign: str, unit: str, as_of: str) -> Audit:
    """Open the audit of one unit, or of one commune below it ("" for the whole campaign), at one as-of date (YYYY-MM-DD); all are plain text.

    Raises UserError or UnknownUnit naming the parameter and the remedy, NotReady when `ansinh check` has not run.
    """
    for name, value in (("campaign", campaign), ("unit", unit), ("as_of", as_of)):
        if not isinstance(value, str):
            raise UserError(f'The parameter {name} must be plain text, such as {name} = "001".')
    try:
        day = dt.date.fromisoformat(as_of)
    except ValueError:
        raise UserError(f'The parameter as_of is {as_of!r}; write it as "YYYY-MM-DD".') from None
    workspace = Workspace.find()
    settings = workspace.campaign(campaign, day)
    found = _find(workspace, settings, unit) if unit else None
    folder = workspace.store(settings, day)
    if not store.has_findings(folder):
        raise NotReady(f"There are no findings of {campaign} as of {as_of}. {_snapshots(workspace, settings, day)}")
    home = found.code if found and found.level == settings.units.level else found.parent if found else ""
    return Audit(Scope(store.connect(folder, units=[home] if home else None, threads=1 if home else 0), workspace, settings, found))


def _snapshots(workspace: Workspace, campaign: Campaign, day: dt.date) -> str:
    """Return which days have findings, else what makes them."""
    folders = sorted(workspace.store(campaign, day).parent.glob("*"))
    known = [folder.name for folder in folders if store.has_findings(folder)]
    make = f"`ansinh build {campaign.name} --as-of {day}`"
    return (
        f"There are findings as of {', '.join(known)}; a new day is made by {make}." if known else f"Run {make}, or `ansinh check` first."
    )


def _find(workspace: Workspace, campaign: Campaign, code: str) -> Unit:
    """Return the reported unit with `code`, or the commune inside one; raises UnknownUnit for any other."""
    units = workspace.units(campaign)
    reported = {unit.code: unit for unit in units} | {
        part.code: part for unit in units for part in workspace.register(campaign).children(unit.code)
    }
    if code not in reported:
        raise UnknownUnit(f"The parameter unit is {code!r}; {campaign.name} has no such unit. {_likely(code, reported) or _such_as(units)}")
    return reported[code]


def _such_as(units: tuple[Unit, ...]) -> str:
    return f"Write a code such as {units[0].code!r}."


def _likely(said: str, reported: Mapping[str, Unit]) -> str:
    """Return which units someone may mean who wrote a name, or a code without its zeros; "" for none."""
    named: dict[str, list[Unit]] = {}
    for unit in reported.values():
        for key in (search_key(unit.name), search_key(unit.short_name), unit.code.lstrip("0")):
            named.setdefault(key, []).append(unit)
    key = search_key(said)
    found = [key] if key in named else difflib.get_close_matches(key, named, n=3, cutoff=0.75)
    units = list(dict.fromkeys(unit for key in found for unit in named[key]))[:MOST_OFFERED]
    return f"Units are named by code; do you mean {', '.join(f'{unit.code!r} ({unit.name})' for unit in units)}?" if units else ""


class Audit:
    """An open audit: areas to call, each method returning something that shows itself and may be published."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self.coverage = Coverage(scope)
        self.cleanliness = Cleanliness(scope)
        self.deadline = Deadline(scope)
        self.payment = Payment(scope)
        self.directive = Directive(scope)
        self.sources = Sources(scope)
        self.method = Method(scope)
        self.sampling = Sampling(scope)

    @property
    def unit(self) -> Unit | None:
        """The unit audited, None for the whole campaign."""
        return self._scope.unit

    def check(self, id: str) -> OpenCheck:
        """Open one check by its id ("V07"): rule, SQL, counts, and the failing records, masked. Raises UserError for an unknown id."""
        return OpenCheck(self._scope, id)

    def sql(self, query: str, limit: int = 1000) -> Records:
        """Ask a question of one's own: one SELECT over the documented views (docs/data-model.md), without personal columns; restricted.

        Returns up to `limit` rows of this audit's scope. Raises UserError for anything but a SELECT, or one that does not fit the views.
        """
        return self._analysis.ask(query, limit)

    @cached_property
    def _analysis(self) -> Analysis:
        return Analysis(self._scope)

    def help(self) -> Guide:
        """List all areas and calls with one sentence each."""
        return guide()

    def subject(self) -> Shown:
        """Say what is audited, as of when, on which data."""
        campaign = self._scope.campaign
        kind = " Dữ liệu mô phỏng, không phải số liệu thật." if campaign.synthetic else ""
        return paragraph(
            f"{self._scope.name} – {campaign.title}. Số liệu đến ngày {numbers.date(campaign.as_of)}; thời hạn {numbers.date(campaign.deadline)}.{kind}",
            "as-subject",
        )

    def __getattr__(self, name: str) -> NoReturn:
        # Reached only when nothing else has the name.
        raise NoSuchCall(f"audit has no {name!r}.{near(name, (*AREAS, *OWN, 'unit'))}")

    def __dir__(self) -> list[str]:
        return [*AREAS, *OWN, "unit"]

    def __repr__(self) -> str:
        return f"Audit of {self._scope.name}, {self._scope.campaign.name}, as of {self._scope.campaign.as_of}"

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(f"{self!r}\nAreas: {', '.join(AREAS)}. audit.help() lists all calls.")

    def _repr_html_(self) -> str:
        return self.subject().html


def guide() -> Guide:
    """Return the help page of an audit: every area and call with one sentence, from the docstrings."""
    own = tuple((f"audit.{name}({signature(getattr(Audit, name))})", summary(getattr(Audit, name))) for name in OWN)
    return Guide({name: summary(area) for name, area in AREAS.items()}, AREAS, own)
