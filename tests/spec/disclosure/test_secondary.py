"""What further must be withheld: no small count can be worked out from totals, parts and other tables, yet little more is withheld."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansinh.campaign import Campaign, Disclosure, Workspace
from ansinh.disclosure import HIDDEN, OPEN, SMALL, Board, Counts, Released, cell_names, release
from tests.attacks import possible
from tests.spec.disclosure.attacker import Attack

RULE = Disclosure()
PUBLIC: Campaign = Workspace(Path(__file__).parents[3]).campaign().model_copy(update={"disclosure": RULE})


def table(*persons: int, place: str = "006", covered: tuple[int, ...] = ()) -> Counts:
    """Rows of a place with their total; with `covered`, how many of each row have an account."""
    frame = pd.DataFrame({"code": [f"{place}{at}" for at in range(len(persons))] + [""], "persons": [*persons, sum(persons)]})
    parts: dict[str, str | None] = {"persons": None}
    if covered:
        frame["covered"] = [*covered, sum(covered)]
        parts["covered"] = "persons"
    frame["is_total"] = [False] * len(persons) + [True]
    return Counts(frame, ("code",), parts, total="is_total", place=place, axis="unit")


def protected(*tables: Counts) -> tuple[list[Released], frozenset[str]]:
    board = Board(RULE)
    for counts in tables:
        board.add(counts)
    withheld = board.protect()
    return [release(counts, PUBLIC, withheld) for counts in tables], withheld


def fewest(tables: list[Counts], released: list[Released]) -> int:
    """Return how many values the least protected small count can have for a reader of these tables."""
    attack, small = Attack(), []
    for counts, shown in zip(tables, released, strict=True):
        names = cell_names(counts)
        for column, whole in counts.counts.items():
            for row, name in enumerate(names[column]):
                mark = shown.mark(column, row)
                attack.cell(name, "≤ 7" if mark == SMALL else "…" if mark == HIDDEN else str(shown.value(column, row)))
                if 1 <= counts.frame[column].iloc[row] <= RULE.threshold:
                    small.append(name)
                if whole is not None:
                    rest = f"{name} rest"
                    attack.cell(rest)
                    attack.add_up(names[whole][row], [name, rest])
                    if 1 <= counts.frame[whole].iloc[row] - counts.frame[column].iloc[row] <= RULE.threshold:
                        small.append(rest)
            attack.add_up(names[column].iloc[-1], names[column].tolist()[:-1])
    return min((possible(span) for span in attack.ranges(small).values()), default=99)


def test_a_total_and_its_other_rows_do_not_tell_a_small_row() -> None:
    # 13 + 13 + 1 = 27 is shown as 15 + 15 + "≤ 7" = 25: the small row could only be 1.
    counts = table(13, 13, 1)
    assert fewest([counts], [release(counts, PUBLIC)]) == 1
    shown, withheld = protected(counts)
    assert fewest([counts], shown) >= 3
    assert len(withheld) == 1


def test_where_rounding_protects_nothing_more_is_withheld() -> None:
    _, withheld = protected(table(40, 52, 3))
    assert withheld == frozenset()


def test_many_small_rows_do_not_tell_a_small_total() -> None:
    # Six rows of "≤ 7" are at least six persons, and "≤ 7" in all at most seven.
    counts = table(1, 1, 1, 1, 1, 1)
    shown, _ = protected(counts)
    assert fewest([counts], shown) >= 3


def test_what_is_withheld_in_one_table_is_withheld_wherever_the_same_count_stands() -> None:
    rows, whole = table(13, 13, 1), table(200, 27, place="")
    frame = whole.frame.assign(code=["001", "006", ""])
    city = Counts(frame, whole.keys, whole.counts, total=whole.total, place="", axis="unit")
    shown, withheld = protected(rows, city)
    for counts, told in zip((rows, city), shown, strict=True):
        for row, name in enumerate(cell_names(counts)["persons"]):
            assert (told.mark("persons", row) == HIDDEN) == (name in withheld)
    assert fewest([rows, city], shown) >= 3


def test_few_without_an_account_are_not_told_by_those_with_one() -> None:
    counts = table(60, 45, covered=(58, 41))
    shown, _ = protected(counts)
    assert shown[0].mark("covered", 0) == HIDDEN
    assert fewest([counts], shown) >= 3


def test_many_rows_that_each_lack_one_can_still_be_published() -> None:
    # Seven rows that lack one person each, and as many in all: were every "…" known to leave few, nothing could protect them.
    counts = table(*[12] * 7, covered=(11,) * 7)
    shown, withheld = protected(counts)
    assert fewest([counts], shown) >= 3
    assert len(withheld) < 16


def test_the_same_name_for_two_counts_is_an_error_of_ours() -> None:
    board = Board(RULE)
    board.add(table(10, 20))
    with pytest.raises(ValueError, match="count differently"):
        board.add(table(10, 21))


def test_officials_who_must_know_have_nothing_withheld() -> None:
    internal = PUBLIC.model_copy(update={"audience": "internal"})
    counts = table(13, 13, 1)
    told = release(counts, internal, cell_names(counts)["persons"].tolist())
    assert [told.mark("persons", row) for row in range(4)] == [OPEN] * 4


rows = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), min_size=1, max_size=8)


@settings(max_examples=150, deadline=None)
@given(rows)
def test_whatever_the_table_every_small_count_keeps_three_possible_values(given_rows: list[tuple[int, int]]) -> None:
    persons = tuple(max(pair) for pair in given_rows)
    covered = tuple(min(pair) for pair in given_rows)
    counts = table(*persons, covered=covered)
    shown, _ = protected(counts)
    assert fewest([counts], shown) >= 3


def two_days(then: Counts, now: Counts) -> tuple[int, frozenset[str]]:
    """Decide yesterday's page by itself and today's beside it; return the fewest values a reader of both leaves, and what today withholds."""
    told_then, withheld_then = protected(then)
    board = Board(RULE)
    board.add(now)
    with board.earlier("2024-01-13", withheld_then):
        board.add(then)
    for name in cell_names(then)["covered"]:
        board.never_falls("2024-01-13", name, name)
    withheld = board.protect()
    told_now = release(now, PUBLIC, withheld)
    attack, small = Attack(), []
    for day, counts, shown in (("then ", then, told_then[0]), ("now ", now, told_now)):
        names = {column: [day + name for name in cells] for column, cells in cell_names(counts).items()}
        for column, whole in counts.counts.items():
            for row, name in enumerate(names[column]):
                mark = shown.mark(column, row)
                attack.cell(name, "≤ 7" if mark == SMALL else "…" if mark == HIDDEN else str(shown.value(column, row)))
                small += [name] if 1 <= counts.frame[column].iloc[row] <= RULE.threshold else []
                if whole is not None:
                    attack.cell(f"{name} rest")
                    attack.add_up(names[whole][row], [name, f"{name} rest"])
                    if 1 <= counts.frame[whole].iloc[row] - counts.frame[column].iloc[row] <= RULE.threshold:
                        small.append(f"{name} rest")
            attack.add_up(names[column][-1], names[column][:-1])
    for name in cell_names(then)["covered"]:
        attack.add_up(f"now {name}", [f"then {name}"], exactly=False)
    return min((possible(span) for span in attack.ranges(small).values()), default=99), withheld


def test_yesterdays_page_and_todays_together_tell_no_small_count() -> None:
    # Yesterday 17 + 17 + 17 + 17 + 5 = 73 ("75") says that the small row is 5 to 7, today 18 + 18 + 18 + 18 + 5 = 77 ("75") that it is
    # 1 to 5: whoever takes accounts only to become more knows that it is 5, although each day by itself leaves enough.
    then, now = table(*[60] * 5, covered=(17, 17, 17, 17, 5)), table(*[60] * 5, covered=(18, 18, 18, 18, 5))
    assert protected(then)[1] == protected(now)[1] == frozenset()
    fewest_values, withheld = two_days(then, now)
    assert withheld
    assert fewest_values >= 3


growing = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30), st.integers(0, 30)), min_size=1, max_size=6)


@settings(max_examples=40, deadline=None)
@given(growing)
def test_whatever_two_days_tables_every_small_count_of_both_keeps_several_values(given_rows: list[tuple[int, int, int]]) -> None:
    rows = [sorted(row) for row in given_rows]
    persons = tuple(row[2] for row in rows)
    fewest_values, _ = two_days(
        table(*persons, covered=tuple(row[0] for row in rows)), table(*persons, covered=tuple(row[1] for row in rows))
    )
    assert fewest_values >= 2
