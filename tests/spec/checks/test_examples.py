"""Each check with a smallest example that it finds and the nearest example that it must not.

One person is right in everything: on the list, matched by the police, with an account, paid. A case says what differs.
"""

from __future__ import annotations

import datetime as dt
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest

from ansinh import store
from ansinh.campaign import Campaign, Workspace
from ansinh.checks.catalogue import catalogue
from ansinh.checks.check import KEY_OF, VIEW_OF, Check
from ansinh.checks.judging import tell
from ansinh.checks.views import prepare
from ansinh.errors import UserError
from ansinh.identity import citizen_number
from tests.rules import digest, registered

Row = dict[str, Any]
AS_OF = dt.date(2024, 1, 14)


@dataclass(frozen=True)
class Case:
    """What differs from the right person: in the record, the match (None: no match), the account and the payment.

    again: a second record of the list; sharing: so many other persons under the same account; paid_again: a second payment.
    """

    record: Row = field(default_factory=dict)
    match: Row | None = field(default_factory=dict)
    account: Row | None = field(default_factory=dict)
    payment: Row | None = field(default_factory=dict)
    again: Row | None = None
    sharing: int = 0
    paid_again: Row | None = None


BORN = {"birth_date": None, "birth_year": None, "birth_precision": None}
YEAR = {"birth_date": None, "birth_year": 1950, "birth_precision": "year", "birth_text": "1950"}
CHILD = {**{"birth_date": dt.date(2012, 5, 5), "birth_year": 2012, "birth_text": "05/05/2012"}, "policy_code": "5.1", "amount": 660_000}
GUARDED = {"receiver_name": "Trần Thị Bình"}


def born(day: dt.date, **more: Any) -> Row:
    return {"birth_date": day, "birth_year": day.year, "birth_text": f"{day:%d/%m/%Y}", **more}


# A text with braces, of whatever column, is filled with the case's own number: {:06} are six digits of it.
EXAMPLES: dict[str, tuple[Case, Case]] = {
    "C01": (Case({"full_name": None, "name_key": None}), Case({"full_name": "Y", "name_key": "Y"})),
    "C02": (Case({**BORN, "birth_text": None}), Case(YEAR)),
    "C03": (Case(YEAR), Case(born(dt.date(1950, 1, 1)))),
    "C04": (Case({"number": None}), Case({"number": "1"})),
    "C05": (Case({"commune_text": None, "address": None, "village": None}), Case({"commune_text": None, "address": None})),
    "C06": (Case({"sex": None}), Case({"sex": "female"})),
    "C07": (Case({"phone": None}), Case({"phone": "1"})),
    "C08": (Case(account={"account_number": None}), Case(account={"account_number": "1"})),
    "V01": (Case({"number": "0010501"}), Case({"number": "1050{:06}"})),
    "V02": (Case({"number": "003050{:06}"}), Case({"number": "002050{:06}"})),
    "V03": (Case({"number": "001225{:06}"}), Case({"number": "001224{:06}"})),
    "V04": (Case({"number": "012{:06}"}), Case({"number": "001050{:06}"})),
    "V05": (Case({"number": "1050{:06}"}), Case({"number": "001050{:06}"})),
    "V06": (Case({"number": "000000000000"}), Case({"number": "000000000001"})),
    "V07": (Case(born(dt.date(2024, 1, 15))), Case(born(dt.date(2024, 1, 14)))),
    "V08": (Case(born(dt.date(1903, 1, 13))), Case(born(dt.date(1903, 1, 15)))),
    "V09": (Case({"full_name": "Nguyễn Văn An (2)"}), Case({"full_name": "Nguyễn Văn D'Ân-Li"})),
    "V10": (Case(account={"account_number": "12345"}), Case(account={"account_number": "123456"})),
    "V11": (
        Case(account={"bank": "AGRIBANK", "account_number": "123456789012"}),
        Case(account={"bank": "AGRIBANK", "account_number": "1234567890123"}),
    ),
    "V12": (Case(account={"bank": None}), Case(account={"bank": "ACB"})),
    "V13": (Case({"phone": "091234567"}), Case({"phone": "0912345678"})),
    "V14": (Case({"policy_code": "9.9"}), Case({"policy_code": "NCC.b"})),
    "V15": (Case({"amount": 0}), Case({"amount": 1})),
    "K01": (Case({"sex": "female"}), Case({"sex": None})),
    "K02": (Case(born(dt.date(1951, 3, 5))), Case(YEAR)),
    "K03": (Case({"policy_code": "5.5c"}), Case(born(dt.date(1944, 1, 14), policy_code="5.5c"))),
    "K04": (Case({"amount": 660_001}), Case({"amount": 660_000})),
    "K05": (Case({"commune": None, "commune_text": "Xã Không Có"}), Case({"commune": None, "commune_text": None})),
    "K06": (Case(CHILD), Case({**CHILD, **GUARDED})),
    "K07": (Case({"incapable": True}), Case({"incapable": True, **GUARDED})),
    "K08": (Case(account={"holder_key": "LE THI LA"}), Case(GUARDED, account={"holder_key": "TRAN THI BINH"})),
    "K09": (Case(account={"opened_at": dt.datetime(2024, 1, 15)}), Case(account={"opened_at": dt.datetime(2024, 1, 14, 23)})),
    "K10": (Case(payment={"amount": 660_001}), Case(payment={"amount": 660_000})),
    "K11": (Case(payment={"method": "cash"}), Case(account={"status": "closed"}, payment={"method": "cash"})),
    "K12": (Case(payment={"person_id": ""}), Case()),
    "K13": (Case({"declined": True}), Case({"declined": True}, account={"status": "rejected"})),
    "K14": (
        Case({"declined": True, "declined_confirmed": True, "declined_reason": None}),
        Case({"declined": True, "declined_confirmed": True, "declined_reason": "Tuổi cao"}),
    ),
    "U01": (Case(again={}), Case(again={"full_name": "Lê Thị Lạ", "name_key": "LE THI LA"})),
    "U02": (Case(again={"unit": "002", "policy_code": "NCC.b"}), Case(again={"policy_code": "NCC.b"})),
    "U03": (Case(again={"policy_code": "5.6"}), Case({"policy_code": "5.4"}, again={"policy_code": "5.6"})),
    "U04": (Case(again={"name_key": "LE THI LA"}), Case(again={})),
    "U05": (
        Case(again={"person_id": "{}-other", "number": "0010509{:05}"}),
        Case(again={"person_id": "{}-other", "number": "0010509{:05}", "birth_date": dt.date(1950, 3, 6)}),
    ),
    "U06": (Case(sharing=3), Case(sharing=2)),
    "U09": (Case(again={"policy_code": "NCC.b"}), Case(again={"policy_code": "TP.1"})),
    "U07": (Case(paid_again={}), Case(paid_again={"period": "2023-12"})),
    **{
        check: (Case(match={"result": result}), Case(match={"result": "matched"}))
        for check, result in {
            **{"A01": "name_differs", "A02": "birth_differs", "A03": "sex_differs", "A04": "number_not_found", "A05": "deceased"},
            **{"A06": "moved", "A07": "several"},
        }.items()
    },
    "A08": (Case(match=None), Case(match={"result": "moved"})),
    "T01": (Case(match={"checked_on": dt.date(2023, 7, 17)}), Case(match={"checked_on": dt.date(2023, 7, 18)})),
    "T02": (Case(match={"result": "deceased"}), Case(match={"result": "moved"})),
    "T03": (Case(account={"status": "locked"}), Case(account={"status": "pending"})),
    "T04": (Case({"status": "stopped"}), Case({"status": "stopped"}, again={"policy_code": "NCC.b", "status": "active"})),
    "T05": (Case(born(dt.date(2008, 1, 10), policy_code="5.1")), Case(born(dt.date(2007, 12, 10), policy_code="5.1"))),
}
"""Check → (smallest example it finds, nearest example it must not). U08 has a specification of its own: tests/spec/same_person."""


def rows_of(case: Case, key: str, number: int) -> dict[str, list[Row]]:
    """Write one case as rows of the canonical tables."""
    letters = "".join(chr(65 + int(digit)) for digit in f"{number:03}")
    name = {"full_name": f"Nguyễn Văn {letters.capitalize()}", "name_key": f"NGUYEN VAN {letters}"}
    base: Row = {
        **{"person_id": key, "unit": "001", "commune": "00001", "commune_text": "Phường Phúc Xá", "village": "Tổ 1", "address": "Số 1"},
        **{**name, **born(dt.date(1950, 3, 5)), "birth_precision": "day", "sex": "male", "number": f"001050{number:06}"},
        **{"policy_code": "5.5a", "policy_group": "protection", "amount": 660_000, "status": "active", "phone": "0912345678"},
        **{"incapable": False, "declined": False, "declined_confirmed": False},
    }

    def filled(changes: Row) -> Row:
        return {name: value.format(number) if isinstance(value, str) and name != "person_id" else value for name, value in changes.items()}

    record = {**base, **filled(case.record), "record_id": key}
    found: dict[str, list[Row]] = {"beneficiaries": [record], "register_matches": [], "accounts": [], "payments": []}
    if case.again is not None:
        again = filled(case.again)
        found["beneficiaries"].append(
            {**record, **again, "person_id": again.get("person_id", key).format(key), "record_id": f"{key}-again"}
        )
    person = {"person_id": key, "unit": "001"}
    if case.match is not None:
        found["register_matches"].append(
            {**person, "match_id": key, "result": "matched", "checked_on": dt.date(2024, 1, 2), **filled(case.match)}
        )
    if case.account is not None:
        account = {
            **{
                "account_id": key,
                "account_number": f"9{number:09}",
                "holder_key": record["name_key"] or "",
                "bank": "VCB",
                "bank_text": "VCB",
            },
            **{"opened_at": dt.datetime(2023, 12, 20), "status": "active"},
        }
        found["accounts"].append({**person, **account, **filled(case.account)})
        others = [f"{key}-{other}" for other in range(case.sharing)]
        found["accounts"] += [{**person, **account, "person_id": other, "account_id": other} for other in others]
    if case.payment is not None:
        payment = {**person, "payment_id": key, "period": "2024-01", "policy_code": record["policy_code"], "amount": record["amount"]}
        found["payments"].append({**payment, "method": "account", "result": "paid", **filled(case.payment)})
        if case.paid_again is not None:
            found["payments"].append({**found["payments"][0], **filled(case.paid_again), "payment_id": f"{key}-again"})
    return found


def store_of(cases: dict[str, Case]) -> duckdb.DuckDBPyConnection:
    """Return the checks' views over a store of some cases, by the key of their rows."""
    workspace = Workspace(Path(__file__).parents[3])
    tables: dict[str, list[Row]] = {}
    for number, (key, case) in enumerate(cases.items(), 2):
        for table, rows in rows_of(case, key, number).items():
            tables.setdefault(table, []).extend(rows)
    with tempfile.TemporaryDirectory() as folder:
        for name, rows in tables.items():
            for unit, part in pd.DataFrame(rows).groupby("unit"):
                store.write(Path(folder), store.TABLES[name], part, str(unit))
        found = store.connect(Path(folder))
        for table in store.TABLES:  # into memory: the folder goes
            found.execute(f'CREATE TABLE "held {table}" AS SELECT * FROM "{table}"')
            found.execute(f'CREATE OR REPLACE VIEW "{table}" AS SELECT * FROM "held {table}"')
    prepare(found, workspace, workspace.campaign(), same_person=False)
    return found


@pytest.fixture(scope="module")
def con() -> duckdb.DuckDBPyConnection:
    """A store with all examples."""
    return store_of(
        {f"{check}-{kind}": case for check, cases in EXAMPLES.items() for kind, case in zip(("bad", "good"), cases, strict=True)}
    )


def test_a_text_with_braces_is_filled_in_whatever_row_it_stands() -> None:
    case = Case(record={"receiver_number": "001050{:06}"}, account={"holder_name": "Số {}"}, payment={"note": "{:03}"})
    rows = rows_of(case, "key", 42)
    assert rows["beneficiaries"][0]["receiver_number"] == "001050000042"
    assert rows["accounts"][0]["holder_name"] == "Số 42"
    assert rows["payments"][0]["note"] == "042"


def outcome(con: duckdb.DuckDBPyConnection, check: Check, row: str) -> int:
    sql = f"SELECT {check.outcome()} FROM {VIEW_OF[check.table]} WHERE {KEY_OF[check.table]} = ?"
    return int(con.execute(sql, [row]).fetchall()[0][0])


CHECKS = {check.id: check for check in catalogue(Workspace(Path(__file__).parents[3]).campaign())}


@pytest.mark.parametrize("check", EXAMPLES)
def test_the_smallest_example_is_found(con: duckdb.DuckDBPyConnection, check: str) -> None:
    assert outcome(con, CHECKS[check], f"{check}-bad") == 1


@pytest.mark.parametrize("check", EXAMPLES)
def test_the_nearest_right_example_is_not_found(con: duckdb.DuckDBPyConnection, check: str) -> None:
    assert outcome(con, CHECKS[check], f"{check}-good") != 1


def roughly(text: str, **more: Any) -> Row:
    """Return what a birth date without a day ("02/1964", "1964") leaves in a record."""
    precision = "month" if len(text) > 4 else "year"
    return {"birth_date": None, "birth_year": int(text[-4:]), "birth_precision": precision, "birth_text": text, **more}


OLD, DISABLED = {"policy_code": "5.5c", "amount": 440_000}, {"policy_code": "5.6", "amount": 660_000}
PASSES, FAILS = 0, 1
ROUGH_AGES = {
    "K04, 59 by the month, the amount of who is not yet 60": ("K04", roughly("02/1964", **DISABLED), PASSES),
    "K04, 60 by the month, the amount of who is not yet 60": ("K04", roughly("12/1963", **DISABLED), FAILS),
    "K04, 59 or 60 by the year, an amount of either": ("K04", roughly("1964", **DISABLED), PASSES),
    "K04, 59 or 60 in the month itself, an amount of neither": ("K04", roughly("01/1964", **{**DISABLED, "amount": 700_000}), FAILS),
    "K04, 79 or 80, where 79 is a matter of K03": ("K04", roughly("1944", **{**OLD, "amount": 1}), 4),
    "K03, 79 or 80 where 80 is asked for": ("K03", roughly("1944", **OLD), PASSES),
    "K03, 79 by the month where 80 is asked for": ("K03", roughly("02/1944", **OLD), FAILS),
    "K03, 15 or 16 where 15 is the limit": ("K03", roughly("2008", policy_code="5.1"), PASSES),
    "K03, 16 by the month where 15 is the limit": ("K03", roughly("12/2007", policy_code="5.1"), FAILS),
    "K06, 15 by the month": ("K06", roughly("02/2008"), FAILS),
    "K06, 15 or 16": ("K06", roughly("01/2008"), 3),
    "K07, 15 or 16": ("K07", roughly("2008", incapable=True), 3),
    "K07, 16 by the month": ("K07", roughly("12/2007", incapable=True), FAILS),
    "V08, 120 or 121": ("V08", roughly("1903"), PASSES),
    "V08, 121 or 122": ("V08", roughly("1902"), FAILS),
    "V07, born next month": ("V07", roughly("02/2024"), FAILS),
    "V07, born this month": ("V07", roughly("01/2024"), PASSES),
    "K03, a month written in words": ("K03", {**roughly("1944", **OLD), "birth_precision": "month", "birth_text": "tháng 2/1944"}, FAILS),
}
"""What a case shows → (check, what differs, outcome) as of 14/01/2024; beyond 1 an outcome is a reason why the check does not apply."""


@pytest.mark.parametrize("case", ROUGH_AGES)
def test_where_two_ages_are_possible_a_check_fails_only_if_it_fails_at_both(rough: duckdb.DuckDBPyConnection, case: str) -> None:
    check, _, expected = ROUGH_AGES[case]
    assert outcome(rough, CHECKS[check], case) == expected


@pytest.fixture(scope="module")
def rough() -> duckdb.DuckDBPyConnection:
    """A store with all persons whose age is not known to the day."""
    return store_of({case: Case(record) for case, (_, record, _) in ROUGH_AGES.items()})


LACKS_A_DIGIT = ("00108861690", "0105055201", "3050012345", "1230012345", "01234567", "12345678901")
"""Eleven digits with their zeros; ten with one of two; no province 003; born in 2030; eight with the zero of a CMND; counting."""


@pytest.mark.parametrize("number", LACKS_A_DIGIT)
def test_a_number_that_no_zeros_make_whole_lacks_another_digit(number: str) -> None:
    con = store_of({"x": Case({"number": number}), "y": Case({"number": "1088616901"})})
    assert [outcome(con, CHECKS[check], row) for row in ("x", "y") for check in ("V01", "V05")] == [1, 0, 0, 1]
    assert citizen_number.filled(number, AS_OF.year) is None


def test_every_check_of_the_catalogue_has_its_examples() -> None:
    assert set(CHECKS) - set(EXAMPLES) == {"U08"}


def test_the_command_names_the_near_check_before_all_others(city: Workspace, campaign: Campaign) -> None:
    with pytest.raises(UserError, match=r"There is no check V5\. Did you mean V05\? Checks: C01, "):
        tell(city, campaign, only=("V5",))


def test_every_check_says_who_mends_it_how_and_by_which_rule(campaign: Campaign) -> None:
    for check in catalogue(campaign):
        assert check.title, check.id
        assert check.title_en, check.id
        assert check.remedy.endswith("."), check.id
        assert check.source, check.id
        assert check.version >= 1


def test_a_new_check_is_registered() -> None:
    ids = {id for id, _ in registered()}
    assert sorted(set(CHECKS) - ids) == [], "new: run `make docs`, which registers it under the version it has"
    assert sorted(ids - set(CHECKS)) == [], "no id is ever given up"


def test_a_changed_rule_is_a_new_version() -> None:
    known = registered()
    ids = {id for id, _ in known}
    changed = [check.id for check in CHECKS.values() if check.id in ids and known.get((check.id, check.version)) != digest(check)]
    assert changed == [], "give a changed rule its next version, then `make docs` registers it"


def test_the_auditors_query_lists_exactly_the_rows_the_outcome_marks(con: duckdb.DuckDBPyConnection) -> None:
    for check in CHECKS.values():
        listed = {row[0] for row in con.execute(check.sql()).fetchall()}
        key = KEY_OF[check.table]
        marked = {row[0] for row in con.execute(f"SELECT {key} FROM {VIEW_OF[check.table]} WHERE {check.outcome()} = 1").fetchall()}
        assert listed == marked, check.id
