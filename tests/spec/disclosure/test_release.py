"""Only `release` makes what may be shown; small counts and small complements stay hidden."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from ansinh.campaign import Campaign, Workspace
from ansinh.disclosure import HIDDEN, OPEN, SMALL, Counts, Released, release

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def public() -> Campaign:
    return Workspace(ROOT).campaign()


def one(persons: int, covered: int, amount: int = 10_400_000) -> Counts:
    frame = pd.DataFrame({"commune": ["x"], "persons": [persons], "covered": [covered], "vnd": [amount]})
    return Counts(frame, ("commune",), {"persons": None, "covered": "persons"}, {"rate": ("covered", "persons")}, {"vnd": "covered"})


@pytest.mark.parametrize(
    ("covered", "mark"),
    [(0, OPEN), (1, SMALL), (7, SMALL), (8, OPEN), (50, OPEN), (92, OPEN), (93, HIDDEN), (99, HIDDEN), (100, OPEN)],
)
def test_counts_of_one_to_seven_are_withheld_on_both_sides(public: Campaign, covered: int, mark: str) -> None:
    released = release(one(100, covered), public)
    assert released.mark("covered") == mark
    assert (released.value("covered") is None) == (mark != OPEN)


@pytest.mark.parametrize(("persons", "shown"), [(98, 100), (97, 95), (102, 100), (103, 105), (0, 0)])
def test_shown_counts_are_rounded_to_five(public: Campaign, persons: int, shown: int) -> None:
    assert release(one(persons, 0), public).value("persons") == shown


def test_a_rate_is_made_of_the_shown_counts_never_of_the_raw_ones(public: Campaign) -> None:
    assert release(one(103, 52), public).value("rate") == 50 / 105


def test_a_rate_over_few_persons_or_over_withheld_ones_is_withheld(public: Campaign) -> None:
    assert release(one(17, 10), public).value("rate") is None
    assert release(one(100, 95), public).value("rate") is None
    assert release(one(0, 0), public).value("rate") is None


def test_money_follows_the_persons_behind_it(public: Campaign) -> None:
    assert release(one(100, 3), public).value("vnd") is None
    assert release(one(100, 50), public).value("vnd") == 10_000_000


def test_officials_who_must_know_see_exact_counts(public: Campaign) -> None:
    internal = public.model_copy(update={"audience": "internal"})
    released = release(one(5900, 5898), internal)
    assert released.value("covered") == 5898
    assert released.value("rate") == 5898 / 5900


def test_a_released_table_holds_no_raw_count_anywhere(public: Campaign) -> None:
    released = release(one(100, 3), public)
    assert isinstance(released, Released)
    assert "3" not in released.frame.astype(str).to_numpy().ravel().tolist()
