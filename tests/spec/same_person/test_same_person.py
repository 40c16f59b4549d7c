"""Who is proposed as one person, and who must not be. A crowd of strangers stands around each pair, as in a city."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pyarrow as pa
import pytest

from ansinh import store
from ansinh.campaign import Campaign, Workspace
from ansinh.checks import same_person
from ansinh.identity import names

ROOT = Path(__file__).parents[3]
SURNAMES = ("Nguyễn", "Nguyễn", "Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Vũ", "Đặng", "Bùi")
GIVEN = ("Hoa", "Hòa", "Lan", "Loan", "Hùng", "Hương", "Minh", "Bình", "Đức", "Tâm", "Thắng", "Yến", "Quang", "Mai", "Sơn")
MIDDLE = {"male": ("Văn", "Văn", "Đình", "Quốc"), "female": ("Thị", "Thị", "Ngọc", "Thu")}
ROW = {
    "full_name": "Nguyễn Thị Ngọc Diệp",
    "birth_date": dt.date(1950, 3, 12),
    "sex": "female",
    "unit": "001",
    "commune": "00001",
    "village": "Tổ 3",
    "number": "001150012345",
    "phone": None,
}


ELSEWHERE = {"unit": "003", "commune": "00045", "village": "Thôn 1"}


def campaign() -> Campaign:
    return Workspace(ROOT).campaign()


def strangers(count: int = 6_000) -> Iterator[dict[str, Any]]:
    """Yield people of a small city; arithmetic in place of chance keeps them the same everywhere."""
    for place in range(count):
        sex = "female" if place % 2 else "male"
        name = f"{SURNAMES[place * 7 % 10]} {MIDDLE[sex][place // 2 % 4]} {GIVEN[place * 11 // 10 % 15]}"
        born = dt.date(1930, 1, 1) + dt.timedelta(days=place * 7919 % 24_989)
        commune = place * 13 % 59
        number = f"001{sex == 'female':d}{born.year % 100:02d}{place * 104_729 % 1_000_000:06d}"
        yield {
            "full_name": name,
            "birth_date": born,
            "sex": sex,
            "unit": f"{commune // 20 + 1:03d}",
            "commune": f"{commune:05d}",
            "village": f"Tổ {place * 31 % 7}",
            "number": number,
            "phone": None,
        }


def city(*people: dict[str, Any], accounts: tuple[tuple[int, str], ...] = ()) -> duckdb.DuckDBPyConnection:
    """Return views over the strangers and `people`, whose persons are called p0, p1 …; `accounts` are (place of person, number)."""
    rows = [{"person_id": f"p{place}", **person} for place, person in enumerate(people)]
    rows += [{"person_id": f"s{place:05d}", **person} for place, person in enumerate(strangers())]
    frame = pd.DataFrame(rows)
    frame["record_id"] = [f"r-{person}" for person in frame["person_id"]]
    frame["name_key"] = [names.key(name) if isinstance(name, str) else None for name in frame["full_name"]]
    born = [row.get("birth_date") for row in rows]
    frame["birth_year"] = pd.array(
        [row.get("birth_year") or (day.year if day else None) for row, day in zip(rows, born, strict=True)], "Int64"
    )
    con = duckdb.connect()
    con.execute("SET enable_progress_bar = false")
    beneficiaries = pa.Table.from_pandas(frame, preserve_index=False)
    held = pa.table({"person_id": [f"p{place}" for place, _ in accounts], "account_number": [number for _, number in accounts]})
    for table, given in ((store.BENEFICIARIES, beneficiaries), (store.ACCOUNTS, held)):
        columns = [
            given[name].cast(type) if name in given.column_names else pa.nulls(len(given), type)
            for name, type in zip(table.names, table.schema.types, strict=True)
        ]
        con.register("given", pa.Table.from_arrays(columns, schema=table.schema))
        con.execute(f"CREATE TABLE {table.name} AS SELECT * FROM given")
        con.unregister("given")
    return con


def proposed(con: duckdb.DuckDBPyConnection) -> set[tuple[str, str]]:
    pairs = same_person.propose(con, campaign()).pairs
    return {pair for pair in zip(pairs["person_l"], pairs["person_r"], strict=True) if all(name.startswith("p") for name in pair)}


SLIPS: dict[str, dict[str, Any]] = {
    "the number is missing": {"number": None},
    "tone marks are lost": {"number": None, "full_name": "{plain} Thi Ngoc Diep"},
    "the tone stands elsewhere": {"number": None, "full_name": "{surname} Thị Ngọc Diẹp"},
    "the particle is missing": {"number": None, "full_name": "{surname} Ngọc Diệp"},
    "the order is swapped": {"number": None, "full_name": "Diệp {surname} Thị Ngọc"},
    "a letter is wrong": {"number": None, "full_name": "{surname} Thị Ngọc Diệph"},
    "day and month are swapped": {"number": None, "birth_date": (12, 3)},
    "a digit of the birth date is wrong": {"number": None, "birth_date": (3, 22)},
    "only the year is known": {"number": None, "birth_date": None},
    "the person moved to another unit": {"number": None, **ELSEWHERE},
    "a digit of the number is wrong": {"number": "{number}6", **ELSEWHERE},
    "the number lost its zeros": {"number": "{lost}", **ELSEWHERE},
    "another number altogether": {"number": "001150777777"},
    "the old CMND is still used": {"number": "012345679"},
}
RARE = ("Quách", "Kiều", "Tạ", "Đàm", "Ngô", "Chu", "Cao", "Lý", "Đinh", "Phan", "Hà", "Lương", "Thái", "Doãn")


def twice() -> list[dict[str, Any]]:
    """Return for each slip a person without and with it, each of another family and year."""
    people = []
    for place, (slip, surname) in enumerate(zip(SLIPS.values(), RARE, strict=True)):
        year, start = 1940 + place, f"0011{40 + place}{place * 7:02d}123"
        row = {
            **ROW,
            "full_name": f"{surname} Thị Ngọc Diệp",
            "birth_date": dt.date(year, 3, 12),
            "birth_year": year,
            "number": start + "5",
        }
        words = {"surname": surname, "plain": names.key(surname).capitalize(), "number": start, "lost": start[2:] + "5"}
        changed = {key: value.format(**words) if isinstance(value, str) else value for key, value in slip.items()}
        if changed.get("birth_date"):
            changed["birth_date"] = dt.date(year, *changed["birth_date"])
        people += [row, {**row, **changed}]
    return people


@pytest.fixture(scope="module")
def found() -> pd.DataFrame:
    return same_person.propose(city(*twice()), campaign()).pairs


@pytest.mark.parametrize("slip", SLIPS, ids=lambda slip: slip.replace(" ", "_"))
def test_one_person_is_proposed_when(slip: str, found: pd.DataFrame) -> None:
    place = list(SLIPS).index(slip) * 2
    assert {(f"p{place}", f"p{place + 1}"), (f"p{place + 1}", f"p{place}")} & set(zip(found["person_l"], found["person_r"], strict=True))


def test_nobody_else_is_proposed(found: pd.DataFrame) -> None:
    assert len(found) == len(SLIPS)


APART: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "a common name and the same year in another commune": (
        {**ROW, "full_name": "Nguyễn Thị Hoa", "birth_date": None, "birth_year": 1950, "number": None},
        {**ROW, "full_name": "Nguyễn Thị Hoa", "birth_date": None, "birth_year": 1950, "unit": "002", "commune": "00025", "number": None},
    ),
    "the same common name in one commune, years apart": (
        {**ROW, "full_name": "Nguyễn Thị Hoa", "number": None},
        {**ROW, "full_name": "Nguyễn Thị Hoa", "birth_date": dt.date(1961, 7, 30), "number": None},
    ),
    "twins": ({**ROW, "full_name": "Nguyễn Thị Thu"}, {**ROW, "full_name": "Nguyễn Thị Hà", "number": "001150098765"}),
    "husband and wife": (
        {**ROW, "phone": "0912345678"},
        {
            **ROW,
            "full_name": "Nguyễn Văn Hùng",
            "sex": "male",
            "birth_date": dt.date(1948, 1, 5),
            "number": "001048011111",
            "phone": "0912345678",
        },
    ),
    "strangers born on one day": (ROW, {**ROW, "full_name": "Trần Thị Mai", "commune": "00045", "unit": "003", "number": "001150055555"}),
}


def test_two_persons_are_left_apart_though_much_agrees() -> None:
    people = [person for pair in APART.values() for person in pair]
    pairs = same_person.propose(city(*people), campaign()).pairs
    joined = {frozenset(pair) for pair in zip(pairs["person_l"], pairs["person_r"], strict=True)}
    wrong = [case for place, case in enumerate(APART) if frozenset((f"p{2 * place}", f"p{2 * place + 1}")) in joined]
    assert wrong == []


def test_strangers_with_common_names_do_not_flood_the_result() -> None:
    assert len(same_person.propose(city(ROW), campaign()).pairs) <= 1


def test_among_more_namesakes_than_are_looked_at_anything_else_in_common_still_finds_one_person() -> None:
    crowd = [
        {
            **ROW,
            "full_name": "Nguyễn Thị Hoa",
            "birth_date": dt.date(1950, 1, 1) + dt.timedelta(days=4 * place),
            "unit": f"{place + 10:03d}",
        }
        | {"commune": f"{place + 500:05d}", "number": f"001150{place * 7919 % 1_000_000:06d}"}
        for place in range(same_person.NAMESAKES + 6)
    ]
    turned = {**crowd[3], "full_name": "Hoa Nguyễn Thị", "number": None}
    misread = {**crowd[9], "birth_date": None, "birth_year": 1950, "number": crowd[9]["number"][:8] + "9" + crowd[9]["number"][9:]}
    con = city(*crowd, turned, misread | ELSEWHERE)
    many = len(crowd)
    pairs = same_person.propose(con, campaign(), threshold=0.5).pairs
    assert set(zip(pairs["person_l"], pairs["person_r"], strict=True)) == {("p3", f"p{many}"), (f"p{many + 1}", "p9")}


def test_records_that_share_a_number_are_one_person_and_no_proposal() -> None:
    con = city(ROW, {**ROW, "person_id": "p0"})
    assert proposed(con) == set()


@pytest.mark.slow
def test_an_account_under_both_speaks_for_one_person_but_not_one_under_many() -> None:
    people = [ROW, {**ROW, "full_name": "Nguyễn Ngọc Diệp", "birth_date": None, "unit": "003", "commune": "00045", "number": None}]
    shared = city(*people, accounts=((0, "1903123456789"), (1, "1903123456789")))
    pairs = same_person.propose(shared, campaign()).pairs
    assert "trùng số tài khoản" in pairs["reasons"].iloc[0]
    crowd = [{**ROW, "full_name": f"Người Thứ {chr(65 + place)}", "number": None, "birth_date": None} for place in range(9)]
    cashier = city(*people, *crowd, accounts=tuple((place, "1903123456789") for place in range(11)))
    assert ("p0", "p1") not in proposed(cashier)


def test_three_records_of_one_person_are_one_cluster_with_reasons_and_no_personal_value() -> None:
    con = city(
        ROW, {**ROW, **{"number": None, "full_name": "Nguyen Thi Ngoc Diep"}}, {**ROW, "number": None, "full_name": "Nguyễn Thị Ngọc Diệph"}
    )
    found = same_person.propose(con, campaign())
    assert list(found.clusters["person_id"]) == ["p0", "p1", "p2"]
    assert set(found.clusters["cluster"]) == {"p0"}
    assert set(found.clusters["size"]) == {3}
    assert set(found.pairs["cluster"]) == {"p0"}
    words = " ".join([*found.pairs["reasons"], *found.pairs["against"]])
    assert "trùng họ tên, một bên mất dấu" in words
    assert not any(value in words for value in ("Diệp", "DIEP", "1950", "00115"))


@pytest.mark.slow
def test_the_campaign_sets_the_threshold() -> None:
    con = city(ROW, {**ROW, **ELSEWHERE, "number": None})
    settings = campaign()
    strict = settings.model_copy(update={"checks": settings.checks.model_copy(update={"thresholds": {"same_person": 0.9999999}})})
    assert len(same_person.propose(con, strict).pairs) < len(same_person.propose(con, settings, threshold=0.5).pairs)


@pytest.mark.slow
def test_the_same_store_gives_the_same_result_whatever_the_threads_and_nothing_stays_behind() -> None:
    con = city(ROW, *twice()[:8])
    before = con.execute("SHOW TABLES").fetchall()
    con.execute("SET threads = 1")
    first = same_person.propose(con, campaign())
    con.execute("SET threads = 2")
    second = same_person.propose(con, campaign())
    for one, other in ((first.pairs, second.pairs), (first.clusters, second.clusters), (first.weights, second.weights)):
        pd.testing.assert_frame_equal(one, other)
    assert con.execute("SHOW TABLES").fetchall() == before


def test_an_empty_store_proposes_nobody() -> None:
    con = city()
    con.execute("DELETE FROM beneficiaries")
    found = same_person.propose(con, campaign())
    assert found.pairs.empty
    assert found.clusters.empty
