"""What pages say follows the figures: titles tell the finding, nothing is claimed that is withheld, names in figures can be read."""

from __future__ import annotations

from itertools import combinations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.figure import Figure

from ansinh.campaign import Campaign, Workspace
from ansinh.disclosure import Counts, Released, cell_names, release
from ansinh.show import figures, tables, words
from ansinh.show.labels import name_dots
from tests.conftest import ROOT

NBSP = "\xa0"


@pytest.fixture(scope="module")
def public() -> Campaign:
    return Workspace(ROOT).campaign()


def covered(persons: int, remaining: int, declined: int = 0) -> Counts:
    counts = {"persons": persons, "has_account": persons - remaining - declined, "remaining": remaining, "declined": declined}
    frame = pd.DataFrame({"code": ["x"], **{name: [count] for name, count in counts.items()}})
    parts = {"persons": None} | dict.fromkeys(("has_account", "remaining", "declined"), "persons")
    sums = (("persons", ("has_account", "declined", "remaining")),)
    return Counts(frame, ("code",), parts, {"coverage": ("has_account", "persons")}, sums=sums)


def causes(counts: dict[str, int], campaign: Campaign, withheld: str = "") -> Released:
    rows = [*counts.items(), ("Tổng số", sum(counts.values()))]
    frame = pd.DataFrame({"name": [name for name, _ in rows], "who": "Ngân hàng", "persons": [count for _, count in rows]})
    frame["is_total"] = frame["name"] == "Tổng số"
    made = Counts(frame, ("name", "who"), {"persons": None}, total="is_total", axis="cause")
    names = cell_names(made)["persons"].tolist()
    return release(made, campaign, {names[list(counts).index(withheld)]} if withheld else set())


@given(st.integers(20, 5000), st.integers(0, 12), st.integers(0, 12))
def test_what_is_said_of_a_withheld_rate_is_true(public: Campaign, persons: int, remaining: int, declined: int) -> None:
    counts = covered(persons, min(remaining, persons // 2), min(declined, persons // 2))
    released = release(counts, public)
    above = words.above(released, "coverage")
    assert above is None or above < counts.frame["has_account"].iloc[0] / persons
    assert above is None or released.value("coverage") is None


def test_a_rate_to_which_few_are_missing_is_said_to_be_above_a_bound(public: Campaign) -> None:
    assert words.rate(release(covered(200, 3), public), "coverage") == f"trên 96,4{NBSP}%"


def test_a_rate_withheld_for_the_sake_of_others_is_not_said_to_be_nearly_all(public: Campaign) -> None:
    counts = covered(200, 90, 10)
    named = cell_names(counts)
    released = release(counts, public, {named["has_account"][0], named["remaining"][0]})
    assert released.value("coverage") is None
    assert words.rate(released, "coverage") == "không công bố"


@pytest.mark.parametrize(
    ("value", "shown"),
    [("92,5\xa0%", "92,5\xa0%"), ("trên 99,0\xa0%", "<small>trên</small> 99,0\xa0%"), ("không công bố", "<small>không công bố</small>")],
)
def test_words_in_a_headline_are_set_small_so_that_a_tile_keeps_its_width(value: str, shown: str) -> None:
    assert f'<span class="as-big">{shown}</span>' in figures.headlines([figures.Headline(value, "Tài khoản dùng được")]).html


def test_a_title_names_the_commonest_cause(public: Campaign) -> None:
    told = causes({"Chưa mở tài khoản": 300, "C03 · Ngày sinh chưa đủ": 420, "Khác": 3}, public)
    assert words.most(told, "persons", "name") == f"nhiều nhất: C03 · Ngày sinh chưa đủ (420{NBSP}người)"


def test_a_title_names_no_commonest_cause_where_a_withheld_one_may_be_larger(public: Campaign) -> None:
    assert words.most(causes({"A": 300, "B": 420}, public, withheld="B"), "persons", "name") == ""
    assert words.most(causes({"A": 3, "B": 2}, public), "persons", "name") == ""


def test_the_largest_stand_first_withheld_ones_next_and_the_total_last(public: Campaign) -> None:
    ordered = causes({"A": 20, "B": 3, "C": 300}, public).ordered("persons")
    assert list(ordered.frame["name"]) == ["C", "A", "B", "Tổng số"]


def test_rows_of_words_carry_their_headings_and_rows_of_figures_do_not(public: Campaign) -> None:
    told = causes({"A": 20, "B": 30}, public)
    wordy = tables.table(told, id="bang", caption="C", columns={"name": "Lý do", "who": "Ai", "persons": "Số người"}).html
    plain = tables.table(told, id="bang", caption="C", columns={"name": "Lý do", "persons": "Số người"}).html
    assert 'class="as-table as-words"' in wordy
    assert 'data-label="Số người"' in wordy
    assert 'class="as-table"' in plain
    assert "data-label" not in plain


@pytest.mark.parametrize(("before", "now", "told"), [(0.5, 0.644, "tăng 14,4 điểm phần trăm"), (0.5, 0.48, "giảm 2,0 điểm phần trăm")])
def test_a_change_is_said_in_words(before: float, now: float, told: str) -> None:
    assert words.moved(now - before) == told
    assert words.moved(0.0004) == "không đổi"


@settings(max_examples=15)
@given(st.lists(st.tuples(st.floats(50, 3900), st.floats(75, 99)), min_size=2, max_size=12))
def test_names_in_a_figure_stand_on_no_other_name_and_inside_the_axes(dots: list[tuple[float, float]]) -> None:
    figure = Figure(figsize=(6.6, 3.6), layout="constrained")
    axes = figure.subplots()
    axes.set_xlim(0, 4000)
    axes.set_ylim(70, 100)
    name_dots(axes, dots, [(f"Hai Bà Trưng {at}", dot) for at, dot in enumerate(dots)], "#000000")
    figure.draw_without_rendering()
    boxes = [text.get_window_extent().shrunk(0.95, 0.6) for text in axes.texts]
    assert boxes
    assert not any(one.overlaps(other) for one, other in combinations(boxes, 2))
    assert all(axes.bbox.x0 <= box.x0 and box.x1 <= axes.bbox.x1 + 1 for box in boxes)
