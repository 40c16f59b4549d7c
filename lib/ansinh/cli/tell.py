"""What the command says while it works and at the end: one progress display, plain lines where there is no terminal."""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Sequence
from types import TracebackType
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

if TYPE_CHECKING:
    from ansinh.casework import Result
    from ansinh.intake import LoadReport
    from ansinh.pipeline import Summary

PLAIN_INTERVAL = 5.0
"""Seconds between two plain lines of one stage, so that a CI log stays short."""

ENOUGH_SECONDS, ENOUGH_SHARE = 5.0, 0.1
"""Before a stage has worked so long and done so much, what is left of it would be a guess, and is not told."""

NAMED = 5
"""Names of files in one line."""


class Teller:
    """Progress of long work on standard error. Call it with (stage, done, total); use it as a context manager."""

    def __init__(self, quiet: bool = False) -> None:
        self.console = Console(stderr=True, highlight=False)
        self.quiet = quiet
        self._live = not quiet and self.console.is_terminal
        self._tasks: dict[str, TaskID] = {}
        self._said: dict[str, float] = {}
        self._begun: dict[str, float] = {}
        self._bars = Progress(
            TextColumn("{task.description:<28}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[note]}"),
            TimeElapsedColumn(),
            TextColumn("{task.fields[left]}"),
            console=self.console,
        )

    def __enter__(self) -> Teller:
        if self._live:
            self._bars.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._live:
            self._bars.stop()

    def __call__(self, stage: str, done: int, total: int, note: str = "", left: float | None = None) -> None:
        """Tell that `done` of `total` steps of `stage` are done; `note` says more, such as "2 running, 1 failed".

        `left` are the seconds left as the stage itself reckons them, infinite while it does not know; None lets them follow from the
        steps done so far, taken to be alike, once these are enough.
        """
        if self.quiet or not total:
            return
        now = time.monotonic()
        spent = now - self._begun.setdefault(stage, now)
        words = left_in_words(alike(spent, done, total) if left is None else left) if done < total else ""
        if self._live:
            if stage not in self._tasks:
                self._tasks[stage] = self._bars.add_task(stage, total=total, note=note, left=words)
            self._bars.update(self._tasks[stage], completed=done, total=total, note=note, left=words)
            return
        if done >= total or (done and now - self._said.get(stage, -PLAIN_INTERVAL) >= PLAIN_INTERVAL):
            self._said[stage] = now
            self.console.print(", ".join(filter(None, (f"{stage}: {done}/{total}", note, words))), soft_wrap=True)


def alike(spent: float, done: int, total: int) -> float:
    """Return the seconds left of a stage whose steps are alike, infinite while too little of it is done."""
    return spent / done * (total - done) if done >= total * ENOUGH_SHARE and spent >= ENOUGH_SECONDS else math.inf


def left_in_words(seconds: float) -> str:
    """Return what is left as it is told, "" while it is not known: no more exact than it can be known."""
    if math.isinf(seconds):
        return ""
    return f"about {max(5 * round(seconds / 5), 5):.0f} s left" if seconds < 90 else f"about {seconds / 60:.0f} min left"


def closing(told: Summary, *, as_json: bool) -> None:
    """Print the closing screen of a build on standard output."""
    if as_json:
        sys.stdout.write(told.json() + "\n")
        return
    out = Console(highlight=False)
    table = Table(show_header=False, box=None, pad_edge=False)
    table.add_column(style="bold")
    table.add_column()
    table.add_row("campaign", f"{told.campaign}, as of {told.as_of:%d/%m/%Y}" + (" (synthetic data)" if told.synthetic else ""))
    if told.figures:
        table.add_row("persons", _count(told.figures["persons"]))
        table.add_row("clean rate", _rate(told.figures["clean_rate"]))
        table.add_row("coverage", f"{_rate(told.figures['coverage'])} have an account")
    table.add_row("days left", str(told.days_left) if told.days_left >= 0 else f"deadline passed {-told.days_left} days ago")
    if told.load is not None:
        table.add_row("rows", rows_line(told.load))
        if told.load.corrections:
            table.add_row("corrections", ", ".join(f"{count:,} {state}" for state, count in sorted(told.load.corrections.items())))
        if told.load.unmatched:
            table.add_row("not read", f"{len(told.load.unmatched)} files that no pattern under sources names: {_some(told.load.unmatched)}")
    if told.run is not None:
        states = ", ".join(f"{sum(job.status == state for job in told.run.jobs)} {state}" for state in ("done", "unchanged", "failed"))
        table.add_row("notebooks", states)
    table.add_row("failed", "none" if not told.failed else f"{len(told.failed)}, listed below")
    if told.site is not None:
        table.add_row("pages", f"{told.site.pages} written by the {told.site.renderer} renderer")
    table.add_row("seconds", ", ".join(f"{stage} {spent:.1f}" for stage, spent in told.seconds.items()))
    if told.site is not None:
        table.add_row("open", (told.site.output / "index.html").as_uri())
    out.print(table, soft_wrap=True)
    for line in told.failed:
        out.print(f"- {line}", markup=False, soft_wrap=True)


def evaluated(result: Result) -> None:
    """Print what a sample says of the whole: by stratum, overall, and whether it can be tolerated."""
    out = Console(highlight=False)
    sample = result.sample
    bound = f"{sample.confidence:.0%} bound"
    table = Table("stratum", "items", "examined", "wrong", "estimate", "lower", "upper", title=f"one-sided, {bound}", box=None)
    for found in result.strata:
        part, share = found.stratum, found.share
        figures = (
            f"{part.population:,}",
            f"{part.examined:,}",
            f"{part.errors:,}",
            f"{share.estimate:.2%}",
            f"{share.lower:.2%}",
            f"{share.upper:.2%}",
        )
        table.add_row(part.name, *figures)
    if result.strata:
        out.print(table)
    if result.share:
        share = result.share
        out.print(f"overall: {share.estimate:.2%} wrong, {share.lower:.2%} to {share.upper:.2%} ({share.method})", soft_wrap=True)
    if result.money:
        money = result.money
        out.print(
            f"overstated: {money.projected:,.0f} VND projected, at most {money.upper:,.0f} ({bound}, Stringer) of {sample.book:,};"
            f" understated, apart: {money.under:,.0f} VND projected",
            soft_wrap=True,
        )
    if result.unseen:
        out.print(f"not verified: {result.unseen}, counted as wrong")
    out.print(f"tolerable: {sample.tolerable:.2%}, {'not exceeded' if result.tolerated else 'may be exceeded'}")


def rows_line(report: LoadReport) -> str:
    """Return the reconciliation of a load in one line: read = kept + quarantined."""
    return f"{_count(report.rows_read)} read = {_count(report.rows_kept)} kept + {_count(report.rows_quarantined)} quarantined"


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:NAMED]) + (" …" if len(names) > NAMED else "")


def _count(value: float | int | None) -> str:
    return "not shown (small count)" if value is None else f"{int(value):,}"


def _rate(value: float | int | None) -> str:
    return "not shown (small count)" if value is None else f"{value:.2%}"
