"""Sizes and bounds of audit samples against published tables, against plain enumeration, and against many drawn samples."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from ansinh.errors import UserError
from ansinh.measures import sampling
from ansinh.measures.sampling import Size, Stratum

TOLERABLE = (2, 3, 4, 5, 6, 7, 8, 9, 10, 15, 20)
AICPA_5 = {
    0.00: "149(0) 99(0) 74(0) 59(0) 49(0) 42(0) 36(0) 32(0) 29(0) 19(0) 14(0)",
    0.25: "236(1) 157(1) 117(1) 93(1) 78(1) 66(1) 58(1) 51(1) 46(1) 30(1) 22(1)",
    1.00: "- 257(3) 156(2) 93(1) 78(1) 66(1) 58(1) 51(1) 46(1) 30(1) 22(1)",
    2.00: "- - 294(6) 181(4) 127(3) 88(2) 77(2) 68(2) 46(1) 30(1) 22(1)",
    3.00: "- - - - 195(6) 129(4) 95(3) 84(3) 61(2) 30(1) 22(1)",
}
"""AICPA, Audit Sampling, table A-1: sizes for tests of controls at 5 % risk of overreliance, errors expected in them in brackets; expected % →."""
PPS = {
    0.05: (3.00, 4.75, 6.30, 7.76, 9.16, 10.52, 11.85, 13.15, 14.44, 15.71, 16.97),
    0.10: (2.31, 3.89, 5.33, 6.69, 8.00, 9.28, 10.54, 11.78, 13.00, 14.21, 15.41),
    0.20: (1.61, 3.00, 4.28, 5.52, 6.73, 7.91, 9.08, 10.24, 11.38, 12.52, 13.66),
}
"""AICPA, confidence factors for PPS evaluation: risk → factors for 0, 1, 2 … overstatements (published to two places, rounded up)."""
DESIGN = {
    0.00: 3.00,
    0.05: 3.31,
    0.10: 3.68,
    0.15: 4.11,
    0.20: 4.63,
    0.25: 5.24,
    0.30: 6.00,
    0.35: 6.92,
    0.40: 8.09,
    0.45: 9.59,
    0.50: 11.54,
}
"""AICPA, factors for designing a monetary-unit sample at 5 % risk: expected ÷ tolerable → factor."""
EVALUATION_5 = {
    65: (4.6, 7.1, 9.4, 11.5),
    70: (4.2, 6.6, 8.8, 10.8),
    80: (3.7, 5.8, 7.7, 9.5),
    90: (3.3, 5.2, 6.9, 8.4),
    100: (3.0, 4.7, 6.2, 7.6),
    125: (2.4, 3.8, 5.0, 6.1),
}
"""AICPA, table A-3: upper limits in % at 5 % risk; items → limits for 0, 1, 2, 3 errors (published to one place, rounded up)."""


@pytest.mark.parametrize("expected", sorted(AICPA_5))
def test_attribute_sizes_are_the_aicpas(expected: float) -> None:
    for tolerable, published in zip(TOLERABLE, AICPA_5[expected].split(), strict=True):
        if published != "-":
            found = sampling.attribute_size(0.95, tolerable / 100, expected / 100)
            assert f"{found.items}({found.errors})" == published, tolerable


def test_upper_limits_are_the_aicpas() -> None:
    for items, published in EVALUATION_5.items():
        for errors, limit in enumerate(published):
            found = 100 * sampling.clopper_pearson(errors, items, 0.95).upper
            assert found <= limit + 0.05
            assert found > limit - 0.1


def test_monetary_factors_are_the_aicpas() -> None:
    for risk, published in PPS.items():
        for errors, factor in enumerate(published):
            assert sampling.confidence_factor(1 - risk, errors) == pytest.approx(factor, abs=0.011)
    for ratio, factor in DESIGN.items():
        assert sampling.design_factor(0.95, ratio) == pytest.approx(factor, abs=0.011)


def test_a_counted_population_needs_no_more_than_an_endless_one_and_a_huge_one_as_many() -> None:
    for tolerable in (0.02, 0.05, 0.1):
        endless = sampling.attribute_size(0.95, tolerable)
        assert sampling.attribute_size(0.95, tolerable, population=300).items < endless.items
        assert sampling.attribute_size(0.95, tolerable, population=10_000_000).items == pytest.approx(endless.items, abs=1)
    assert sampling.attribute_size(0.95, 0.05, 0.04, population=60) == Size(60, 2)


def none_seen(population: int, bad: int, items: int) -> Fraction:
    """Chance, exactly, that a sample of `items` holds none of the `bad`."""
    return Fraction(math.comb(population - bad, items), math.comb(population, items))


@given(some.integers(20, 120), some.sampled_from((0.9, 0.95)), some.sampled_from((0.05, 0.1, 0.2)))
@settings(max_examples=25, deadline=None)
def test_the_size_is_the_smallest_that_keeps_the_risk(population: int, confidence: float, tolerable: float) -> None:
    bad = max(1, math.ceil(tolerable * population - 1e-9))
    items = sampling.attribute_size(confidence, tolerable, population=population).items
    risk = 1 - Fraction(str(confidence))
    assert none_seen(population, bad, items) <= risk < none_seen(population, bad, items - 1)


def test_a_chance_that_equals_the_risk_is_decided_by_arithmetic_not_by_the_last_bit_of_a_float() -> None:
    assert none_seen(25, 19, 2) == Fraction(1, 20)
    assert round(sampling.hypergeometric(0, 2, 25, 0.95).upper * 25) == 18
    assert none_seen(20, 1, 18) == Fraction(1, 10)
    assert sampling.attribute_size(0.9, 0.05, population=20) == Size(18, 0)


@given(some.integers(5, 60), some.data())
@settings(max_examples=40, deadline=None)
def test_hypergeometric_bounds_are_those_of_trying_every_number_of_errors(population: int, data: some.DataObject) -> None:
    items = data.draw(some.integers(1, population))
    errors = data.draw(some.integers(0, items))
    able = list(range(errors, population - items + errors + 1))
    whole = math.comb(population, items)

    def ways(bad: int, seen: range) -> int:
        return sum(math.comb(bad, k) * math.comb(population - bad, items - k) for k in seen)

    upper = max(bad for bad in able if 20 * ways(bad, range(errors + 1)) > whole)
    lower = min(bad for bad in able if 20 * ways(bad, range(errors, items + 1)) > whole)
    found = sampling.hypergeometric(errors, items, population, 0.95)
    assert (round(found.lower * population), round(found.upper * population)) == (lower, upper)


def test_who_examines_all_knows() -> None:
    found = sampling.hypergeometric(3, 40, 40, 0.95)
    assert found.lower == found.estimate == found.upper == 3 / 40
    whole = sampling.stratified([Stratum("a", 10, 10, 0), Stratum("b", 5, 5, 0)], 0.95)
    assert (whole.estimate, whole.lower) == (0, 0)


def test_one_stratum_is_a_simple_sample_and_the_weights_count() -> None:
    single = sampling.stratified([Stratum("all", 100_000, 93, 1)], 0.95)
    plain = sampling.clopper_pearson(1, 93, 0.95)
    assert single.estimate == pytest.approx(plain.estimate)
    assert single.upper == pytest.approx(plain.upper, rel=0.02)
    two = sampling.stratified([Stratum("large", 9_000, 50, 0), Stratum("small", 1_000, 50, 10)], 0.95)
    assert two.estimate == pytest.approx(0.02)


def test_a_stratum_nobody_examined_says_nothing() -> None:
    with pytest.raises(UserError, match="stratum"):
        sampling.stratified([Stratum("a", 10, 0, 0)], 0.95)


def test_stratified_bounds_hold_as_often_as_promised() -> None:
    """2,000 samples of known populations: the upper bound lies below the truth in at most 5 % of them, sampling error aside."""
    random = np.random.default_rng(5)
    for rates in ((0.02, 0.10, 0.30), (0.0, 0.01, 0.05), (0.05, 0.05, 0.05)):
        sizes = (5_000, 2_000, 500)
        truth = sum(n * rate for n, rate in zip(sizes, rates, strict=True)) / sum(sizes)
        drawn = sampling.allocate(sizes, 93)
        missed = 0
        for _ in range(2_000):
            found = [
                random.hypergeometric(round(n * r), n - round(n * r), k) if n else 0 for n, r, k in zip(sizes, rates, drawn, strict=True)
            ]
            strata = [Stratum("", n, k, int(e)) for n, k, e in zip(sizes, drawn, found, strict=True)]
            missed += sampling.stratified(strata, 0.95).upper < truth
        assert missed / 2_000 < 0.065, rates


def test_allocation_is_proportional_and_forgets_no_stratum() -> None:
    assert sampling.allocate([900, 90, 10], 100) == [90, 9, 2]
    assert sampling.allocate([5, 1, 0], 100) == [5, 1, 0]
    assert sampling.allocate([0, 0], 10) == [0, 0]
    assert sum(sampling.allocate([333, 333, 334], 100)) == 100


def test_the_stringer_bound_by_hand() -> None:
    """Interval 1,000: taints 0.5 and 0.2, one certain item over by 300: 300 + 3.00 + 1.75·0.5 + 1.55·0.2 intervals."""
    found = sampling.stringer([(400, 200), (500, 400), (800, 800)], [(2_000, 1_700)], 1_000, 0.95)
    assert found.known == 300
    assert found.projected == pytest.approx(300 + 700)
    assert found.basic == pytest.approx(2_995.7, abs=0.1)
    assert found.upper == pytest.approx(300 + 2_995.7 + 1_748.1 * 0.5 + 1_551.9 * 0.2, abs=0.5)
    assert found.under == 0


def test_an_underpayment_is_never_set_off_against_an_overpayment() -> None:
    over = sampling.stringer([(400, 200)], [], 1_000, 0.95)
    both = sampling.stringer([(400, 200), (400, 800)], [], 1_000, 0.95)
    assert (both.projected, both.upper) == (over.projected, over.upper)
    assert both.under == 1_000


def test_monetary_sizes_follow_the_factors() -> None:
    assert sampling.monetary_size(300_000_000, 0.95, 0.05) == (60, 5_000_000)
    assert sampling.monetary_size(300_000_000, 0.95, 0.05, 0.01)[0] == math.ceil(sampling.design_factor(0.95, 0.2) / 0.05)


@pytest.mark.parametrize(
    ("confidence", "tolerable", "expected"),
    [(0.3, 0.05, 0), (1.0, 0.05, 0), (0.95, 0, 0), (0.95, 0.05, 0.05), (0.95, 0.05, -0.1), (0.95, 1e-6, 0)],
)
def test_assumptions_that_contradict_each_other_are_refused(confidence: float, tolerable: float, expected: float) -> None:
    with pytest.raises(UserError):
        sampling.attribute_size(confidence, tolerable, expected)
    with pytest.raises(UserError):
        sampling.monetary_size(1_000_000, confidence, tolerable, expected)
