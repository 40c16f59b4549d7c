"""Coverage on the deadline if the last week's pace goes on, with an interval that comes from the method's own past errors.

Everything is computed from released shares, so it tells nothing they do not. Method and back-test: docs/measures.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WEEK = 7
FEWEST = 5
"""Fewer past errors than this give no interval."""


@dataclass(frozen=True)
class Projection:
    """Projected share on the deadline, `horizon` days ahead.

    low and high: the projection plus the 10th and 90th percentile of its past errors (None: too few). error: mean absolute error
    in the back-test, as a share (None: none). cases: days back-tested.
    """

    share: float
    horizon: int
    low: float | None
    high: float | None
    error: float | None
    cases: int


def project(shares: Sequence[float | None], horizon: int, ceiling: float = 1.0) -> Projection | None:
    """Return the projection `horizon` days after the last of the daily `shares`, never above `ceiling` nor below what is reached.

    None when the deadline has come, when there is less than a week of history, or when a share needed is withheld.
    """
    today = _ahead(shares, len(shares) - 1, horizon, ceiling)
    last = shares[-1] if shares else None
    if horizon <= 0 or today is None or last is None:
        return None
    errors = back_test(shares, horizon, ceiling)
    mean = sum(abs(error) for error in errors) / len(errors) if errors else None
    if len(errors) < FEWEST:
        return Projection(today, horizon, None, None, mean, len(errors))
    low, high = (min(max(today + _quantile(errors, at), last), ceiling) for at in (0.1, 0.9))
    return Projection(today, horizon, min(low, today), max(high, today), mean, len(errors))


def back_test(shares: Sequence[float | None], horizon: int, ceiling: float = 1.0) -> list[float]:
    """Return reached minus projected for every past day on which the same projection could have been made and is known by now."""
    errors = []
    for at in range(len(shares) - horizon):
        projected, reached = _ahead(shares, at, horizon, ceiling), shares[at + horizon]
        if projected is not None and reached is not None:
            errors.append(reached - projected)
    return errors


def _ahead(shares: Sequence[float | None], at: int, horizon: int, ceiling: float) -> float | None:
    if at < WEEK:
        return None
    now, before = shares[at], shares[at - WEEK]
    return None if now is None or before is None else max(now, min(ceiling, now + (now - before) / WEEK * horizon))


def _quantile(values: Sequence[float], at: float) -> float:
    ordered = sorted(values)
    place = at * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)
