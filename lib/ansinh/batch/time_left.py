"""How long what is left of a batch will take: by what each notebook took the last time, and by what they take now.

Nothing is said until enough is known: a guess from the first notebook, which is the longest, would only mislead.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence

from ansinh.batch.plan import CITY, Job, code_cells
from ansinh.batch.work import JobReport

ENOUGH = 0.9
"""Share of the work left that must be of a kind that has been timed."""


class TimeLeft:
    """Expected seconds of jobs. `remembered` are seconds of earlier runs by label; a notebook without any is judged by its cells."""

    def __init__(self, jobs: Sequence[Job], remembered: Mapping[str, float]) -> None:
        self._waiting = {job.label: job for job in jobs}
        self._remembered = {job.label: remembered[job.label] for job in jobs if remembered.get(job.label)}
        self._now: dict[tuple[str, str], list[float]] = defaultdict(list)
        self._then = self._spent = 0.0
        self._ended = 0
        self._before: dict[tuple[str, str], list[float]] = defaultdict(list)
        for job in jobs:
            if job.label in self._remembered:
                self._before[_kind(job)].append(self._remembered[job.label])
        self.longest_first = sorted(jobs, key=self._weight, reverse=True)

    def note(self, report: JobReport) -> None:
        """Take in how long a job took; a failed one tells nothing of the others."""
        job = self._waiting.pop(report.label)
        self._ended += 1
        if report.status != "failed":
            self._now[_kind(job)].append(report.seconds)
            if job.label in self._remembered:
                self._then += self._remembered[job.label]
                self._spent += report.seconds

    def left(self, at_a_time: int) -> float:
        """Return the seconds until all is done with so many jobs at a time; infinite while too little is known, or where nobody counts (0)."""
        if not self._waiting:
            return 0.0
        if not at_a_time or self._ended < at_a_time:
            return math.inf
        known = {label: seconds for label, job in self._waiting.items() if (seconds := self._expected(job)) is not None}
        if sum(code_cells(self._waiting[label]) for label in known) < ENOUGH * sum(map(code_cells, self._waiting.values())):
            return math.inf
        return max(sum(known.values()) / min(at_a_time, len(self._waiting)), max(known.values()))

    def _expected(self, job: Job) -> float | None:
        """Return what a job will take at the pace of this run; None where nothing alike was timed."""
        pace = self._spent / self._then if self._then else 1.0
        if job.label in self._remembered:
            return self._remembered[job.label] * pace
        kind = _kind(job)
        if self._now[kind]:
            return _mean(self._now[kind])
        if self._before[kind]:
            return _mean(self._before[kind]) * pace
        alike = [seconds for (level, _), found in self._now.items() if level == kind[0] for seconds in found]
        return _mean(alike) if alike else None

    def _weight(self, job: Job) -> tuple[bool, float, int]:
        """Return what sorts jobs by the time they take: the whole campaign's first, then by what they took, else by how many cells compute."""
        before = self._remembered.get(job.label) or _mean(self._before[_kind(job)])
        return job.page["level"] == CITY, before, code_cells(job)


def _kind(job: Job) -> tuple[str, str]:
    return job.page["level"], job.notebook


def _mean(seconds: Sequence[float]) -> float:
    return sum(seconds) / len(seconds) if seconds else 0.0
