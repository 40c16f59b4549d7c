"""Audit sampling: how many to examine, and what the result says of the whole, with its bound. Statistics only; nobody is drawn here.

Attribute sampling by the binomial model, or the hypergeometric where the population is counted; monetary-unit sampling by the
Poisson model with the Stringer bound. docs/sampling.md gives formulas and sources. All bounds are one-sided.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import scipy  # its statistics are loaded on first use: only who draws or evaluates a sample waits for them

from ansinh.errors import UserError

LARGEST = 20_000
"""Items; a plan that needs more asks for too much precision."""
LEVEL = 1 + 1e-9
"""Of a risk: a chance that equals it, such as C(6,2)/C(25,2) = 5 %, must not fall on either side by the last bit of a float."""
LARGEST_RATIO = 0.6
"""Of expected to tolerable misstatement: beyond it monetary-unit sampling is no longer efficient (where the AICPA's table ends)."""


@dataclass(frozen=True)
class Size:
    """A sample's size in items, and the errors it may hold at most to conclude that the tolerable share is not exceeded."""

    items: int
    errors: int


@dataclass(frozen=True)
class Bound:
    """A share of the population (0 to 1): the estimate, its one-sided lower and upper bounds, and the method."""

    estimate: float
    lower: float
    upper: float
    method: str


@dataclass(frozen=True)
class Stratum:
    """One stratum: its name, items in the population, items examined, and errors among these."""

    name: str
    population: int
    examined: int
    errors: int


@dataclass(frozen=True)
class Misstatement:
    """Misstatement in VND: `known` in items examined for certain, `projected` over all, `upper` its bound; `under` projected apart."""

    known: float
    projected: float
    upper: float
    basic: float
    under: float


def _asked(confidence: float, tolerable: float, expected: float) -> None:
    if not 0.5 <= confidence < 1:
        raise UserError(f"The confidence is {confidence:g}; it must lie between 0.5 and 1, such as 0.95.")
    if not 0 < tolerable < 1:
        raise UserError(f"The tolerable share is {tolerable:g}; it must lie between 0 and 1, such as 0.05.")
    if not 0 <= expected < tolerable:
        raise UserError(f"The expected share is {expected:g}; it must lie between 0 and the tolerable share {tolerable:g}.")


def attribute_size(confidence: float, tolerable: float, expected: float = 0.0, population: int | None = None) -> Size:
    """Return the smallest sample that, with the errors expected in it, shows the share of errors to be no more than `tolerable`.

    confidence, tolerable and expected are shares. Without `population` the binomial model; with it (items) the hypergeometric, which
    never asks for more. Source: AICPA, Audit Sampling (Audit Guide), appendix A, whose tables this gives. Raises UserError when the
    assumptions contradict each other or ask for more than LARGEST items.
    """
    _asked(confidence, tolerable, expected)
    risk = 1 - confidence
    most = LARGEST if population is None else min(population, LARGEST)
    bad = 0 if population is None else max(1, math.ceil(tolerable * population - 1e-9))

    def chance(items: int, errors: int) -> float:
        if population is None:
            return float(scipy.stats.binom.cdf(errors, items, tolerable))
        return float(scipy.stats.hypergeom.cdf(errors, population, bad, items))

    errors = 0
    while True:
        items = _smallest(lambda n, k=errors: chance(n, k) <= risk * LEVEL, errors + 1, most)  # type: ignore[misc]
        if items is None:
            if population is not None and population <= LARGEST:
                return Size(population, bad - 1)
            raise UserError(f"More than {LARGEST:,} items would be needed. Tolerate more, expect less, or lower the confidence.")
        if expected * items <= errors + 1e-9:
            return Size(items, errors)
        errors += 1


def _smallest(holds: Callable[[int], bool], low: int, high: int) -> int | None:
    """Return the smallest whole number from low to high for which `holds`, which is false before it and true after; None if none."""
    if low > high or not holds(high):
        return None
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle + 1, high)
    return low


def clopper_pearson(errors: float, items: float, confidence: float) -> Bound:
    """Return the binomial bounds of a share (C. Clopper, E. Pearson, Biometrika 26, 1934); errors and items may be effective, not whole."""
    if items <= 0:
        return Bound(math.nan, 0.0, 1.0, "Clopper–Pearson")
    lower = float(scipy.stats.beta.ppf(1 - confidence, errors, items - errors + 1)) if errors > 0 else 0.0
    upper = float(scipy.stats.beta.ppf(confidence, errors + 1, items - errors)) if errors < items else 1.0
    return Bound(errors / items, lower, upper, "Clopper–Pearson")


def hypergeometric(errors: int, items: int, population: int, confidence: float) -> Bound:
    """Return the bounds of the share of errors in a counted population, of a simple random sample of `items`, exactly."""
    risk = 1 - confidence
    low, high = errors, population - items + errors
    # The largest number of errors with which so few would still be seen, the smallest with which so many would.
    first = _smallest(lambda bad: float(scipy.stats.hypergeom.cdf(errors, population, bad, items)) <= risk * LEVEL, low, high)
    upper = high if first is None else first - 1
    least = _smallest(lambda bad: float(scipy.stats.hypergeom.sf(errors - 1, population, bad, items)) > risk * LEVEL, low, high)
    lower = errors if least is None else least
    return Bound(errors / items if items else math.nan, lower / population, upper / population, "siêu bội")


def stratified(strata: Sequence[Stratum], confidence: float) -> Bound:
    """Return the share of errors over all strata and its bounds.

    Estimate and variance as W. Cochran, Sampling Techniques (3rd ed. 1977), 5.3 and 5.6; bounds by E. Korn and B. Graubard (Survey
    Methodology 24, 1998): Clopper–Pearson with the effective sample size, never more than the items examined. A stratum without an
    examined item raises UserError.
    """
    whole = sum(stratum.population for stratum in strata)
    if not strata or any(stratum.examined == 0 for stratum in strata if stratum.population):
        raise UserError("A stratum has no examined item, so nothing can be said of it. Examine at least one, or draw anew.")
    share = sum(s.population / whole * s.errors / s.examined for s in strata)
    variance = sum((s.population / whole) ** 2 * _variance(s, share) for s in strata)
    items = sum(s.examined for s in strata)
    weights = [(s.population / s.examined, s.examined) for s in strata]
    # Kish: what unequal weights cost when no error, or nothing but errors, was found.
    effective = sum(w * n for w, n in weights) ** 2 / sum(w * w * n for w, n in weights)
    if 0 < share < 1 and variance > 0:
        effective = share * (1 - share) / variance
    free = items - len(strata)
    if free > 0:
        effective *= (float(scipy.stats.t.ppf(confidence, items - 1)) / float(scipy.stats.t.ppf(confidence, free))) ** 2
    effective = min(effective, float(items))
    found = clopper_pearson(share * effective, effective, confidence)
    return Bound(share, found.lower, found.upper, "phân tầng, Korn–Graubard")


def _variance(stratum: Stratum, overall: float) -> float:
    """Variance of one stratum's share; where a single item was examined, the whole's share stands for its own."""
    rest = 1 - stratum.examined / stratum.population
    if stratum.examined == 1:
        return rest * overall * (1 - overall)
    share = stratum.errors / stratum.examined
    return rest * share * (1 - share) / (stratum.examined - 1)


def allocate(populations: Sequence[int], items: int, least: int = 2) -> list[int]:
    """Return how many items to examine in each stratum: in proportion to its size, at least `least` or all there are.

    Largest remainders, ties to the earlier stratum; the sum is `items` or more when the least of each takes more.
    """
    whole = sum(populations)
    if not whole:
        return [0] * len(populations)
    exact = [items * size / whole for size in populations]
    given = [min(size, math.floor(part)) for size, part in zip(populations, exact, strict=True)]
    order = sorted(range(len(exact)), key=lambda at: (math.floor(exact[at]) - exact[at], at))
    for at in order[: max(0, min(items, whole) - sum(given))]:
        given[at] = min(populations[at], given[at] + 1)
    return [max(part, min(size, least)) for part, size in zip(given, populations, strict=True)]


def confidence_factor(confidence: float, errors: int = 0) -> float:
    """Return the Poisson factor for so many errors: 3.00, 4.75, 6.30 … at 95 % (AICPA, Audit Sampling, appendix C)."""
    return float(scipy.stats.gamma.ppf(confidence, errors + 1))


def design_factor(confidence: float, ratio: float) -> float:
    """Return the factor for planning when `ratio` of the tolerable misstatement is expected: 3.00, 3.31, 3.68 … at 95 %.

    The solution of x = gamma⁻¹(confidence; 1 + ratio·x): T. Stewart, Technical Notes on the AICPA Audit Guide Audit Sampling (2012).
    Raises UserError for a ratio beyond 0.6.
    """
    if not 0 <= ratio <= LARGEST_RATIO:
        raise UserError(f"Expected is {ratio:.0%} of tolerable misstatement; monetary-unit sampling serves up to {LARGEST_RATIO:.0%}.")
    factor = confidence_factor(confidence)
    for _ in range(10_000):
        following = float(scipy.stats.gamma.ppf(confidence, 1 + ratio * factor))
        if abs(following - factor) < 1e-10:
            break
        factor = following
    return factor


def monetary_size(book: int, confidence: float, tolerable: float, expected: float = 0.0) -> tuple[int, int]:
    """Return (items, interval in VND) of a monetary-unit sample of a book value in VND; confidence, tolerable and expected are shares.

    Source: AICPA, Audit Sampling (Audit Guide), appendix C. Raises UserError when the assumptions contradict each other or ask for more
    than LARGEST items.
    """
    _asked(confidence, tolerable, expected)
    items = math.ceil(design_factor(confidence, expected / tolerable) / tolerable - 1e-9)
    if items > LARGEST:
        raise UserError(f"More than {LARGEST:,} items would be needed. Tolerate more, expect less, or lower the confidence.")
    return items, max(1, book // items)


def stringer(hits: Sequence[tuple[int, int]], certain: Sequence[tuple[int, int]], interval: int, confidence: float) -> Misstatement:
    """Return the misstatement of a monetary-unit sample; hits and certain are (book, right) in VND, interval is in VND.

    hits were drawn by their amount, each smaller than the interval; certain are those at least as large, examined all. Overstatements:
    taints in falling order, each with the increment of the Poisson factor (K. Stringer, 1963; AICPA, Audit Sampling, appendix C).
    Understatements are projected apart and never set off.
    """
    taints = sorted((min(1.0, (book - right) / book) for book, right in hits if right < book), reverse=True)
    under = [(right - book) / book for book, right in hits if right > book]
    known = sum(book - right for book, right in certain if right < book)
    basic = confidence_factor(confidence) * interval
    steps = [confidence_factor(confidence, number) - confidence_factor(confidence, number - 1) for number in range(1, len(taints) + 1)]
    upper = known + basic + interval * sum(step * taint for step, taint in zip(steps, taints, strict=True))
    return Misstatement(
        float(known),
        known + interval * sum(taints),
        upper,
        basic,
        sum(right - book for book, right in certain if right > book) + interval * sum(under),
    )
