"""The defects planted in the lists, each with the check that must find it, and the day an official mended it.

A record gets at most one defect of the list (so that the truth is clear), beside a year-only birth date or a missing
telephone, which are drawn on their own. A defect mended before the as-of date is not planted: lists get cleaner.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from unidecode import unidecode

Change = Callable[[pd.DataFrame, np.random.Generator], dict[str, object]]


@dataclass(frozen=True)
class Defect:
    """One kind of defect: the check that must find it, its share of the records, who can have it, what it changes."""

    id: str
    check: str
    share: float
    change: Change
    among: str = "True"


def _set(**values: object) -> Change:
    return lambda rows, rng: values


def _number(make: Callable[[pd.Series, np.random.Generator], object]) -> Change:
    return lambda rows, rng: {"number": make(rows["number"], rng)}


def _digit(position: int, step: int) -> Change:
    def change(numbers: pd.Series, rng: np.random.Generator) -> object:
        return [n[:position] + str((int(n[position]) + step) % 10) + n[position + 1 :] for n in numbers]

    return _number(change)


def _shift_commune(rows: pd.DataFrame, rng: np.random.Generator) -> dict[str, object]:
    return {"commune_text": "Xã Không Có Trong Danh Mục"}


def _just_too_old(rows: pd.DataFrame, rng: np.random.Generator) -> dict[str, object]:
    """Let a child of code 5.1 have turned 16 this month, up to the as-of date."""
    days = [
        f"{1 + int(draw) % day.day:02d}/{day.month:02d}/{day.year - 16}"
        for draw, day in zip(rng.integers(0, 28, len(rows)), rows["as_of"], strict=True)
    ]
    return {"birth_text": days}


DEFECTS: tuple[Defect, ...] = (
    Defect("birth_missing", "C02", 0.003, _set(birth_text="")),
    Defect("number_missing", "C04", 0.012, _set(number="")),
    Defect("sex_missing", "C06", 0.003, _set(sex="")),
    Defect("number_short", "V01", 0.003, _number(lambda n, rng: n.str[:7])),
    Defect("province_unknown", "V02", 0.001, _number(lambda n, rng: "003" + n.str[3:])),
    Defect("century_future", "V03", 0.0005, _number(lambda n, rng: n.str[:3] + "8" + n.str[4:])),
    Defect("cmnd", "V04", 0.02, _number(lambda n, rng: [f"01{tail:07d}" for tail in rng.integers(1, 10**7, len(n))])),
    Defect("zeros_lost", "V05", 0.006, _number(lambda n, rng: n.str.lstrip("0")), "number.str.startswith('00')"),
    Defect("placeholder", "V06", 0.0005, _set(number="000000000000")),
    Defect("birth_impossible", "V07", 0.001, _set(birth_text="31/02/1950")),
    Defect("birth_future", "V07", 0.0005, _set(birth_text="15/08/2045")),
    Defect("too_old", "V08", 0.0005, _set(birth_text="01/01/1895")),
    Defect("name_with_note", "V09", 0.0015, lambda rows, rng: {"full_name": rows["full_name"] + " (2)"}),
    Defect("phone_wrong", "V13", 0.004, lambda rows, rng: {"phone": rows["phone"].str[:7]}),
    Defect("policy_unknown", "V14", 0.001, _set(policy_code="9.9")),
    Defect("amount_missing", "V15", 0.001, _set(amount=0)),
    Defect("sex_digit_differs", "K01", 0.003, lambda rows, rng: {"sex": np.where(rows["sex"] == "male", "female", "male")}),
    Defect("year_digits_differ", "K02", 0.004, _digit(5, 3)),
    Defect("age_against_policy", "K03", 0.0015, _set(policy_code="5.1"), "policy_code == '5.5c'"),
    Defect("amount_wrong", "K04", 0.004, lambda rows, rng: {"amount": rows["amount"] + 35_000}, "policy_group == 'protection'"),
    Defect("commune_unknown", "K05", 0.001, _shift_commune),
    Defect("no_guardian", "K06", 0.0015, _set(receiver_name=None, receiver_relation=None, receiver_number=None), "age < 15"),
    Defect("no_receiver", "K07", 0.0008, _set(receiver_name=None, receiver_relation=None, receiver_number=None), "incapable and age >= 18"),
    Defect("name_missing", "C01", 0.0005, _set(full_name="")),
    # A list with one sheet a commune names the commune by its sheet.
    Defect("residence_missing", "C05", 0.0005, _set(commune_text="", village=""), "not sheets_by_commune"),
    Defect("declined_with_account", "K13", 0.0005, _set(declined=True, declined_confirmed=True), "has_account"),
    Defect("stopped_and_paid", "T04", 0.0008, _set(status="Thôi hưởng")),
    Defect("just_too_old", "T05", 0.001, _just_too_old, "policy_code == '5.1' and age >= 13"),
)
"""Shares are of all records; `among` is a pandas query over the true records."""

DUPLICATES = {"U01": 0.0015, "U02": 0.002, "U03": 0.002, "U04": 0.0005, "U05": 0.0005, "U08": 0.001, "U09": 0.002}
"""Shares of records that get a second record: same unit, other unit, second entitlement, other name, other number, a slip, under another law."""

UNNAMED = 0.0005
"""Share of the records beside which a row stands that was begun and names nobody: intake must let it wait."""


def plant(records: pd.DataFrame, as_of: pd.Timestamp, started: pd.Timestamp, rng: np.random.Generator) -> pd.DataFrame:
    """Plant the defects in `records` (in place) and return them: columns record (index of the record), defect, check."""
    planted: list[pd.DataFrame] = []
    uneven = pd.Series(rng.lognormal(0, 0.5, records["unit"].nunique()), index=sorted(records["unit"].unique()))
    weight = records["unit"].map(uneven).to_numpy()
    free = (records["origin"] == "list").to_numpy(copy=True)
    for defect in DEFECTS:
        can = free & records.eval(defect.among, engine="python").to_numpy(dtype=bool) if defect.among != "True" else free
        # A defect in few records stands for the same number of records of the whole list, where there are enough.
        share = min(0.5, defect.share * len(records) / max(can.sum(), 1))
        drawn = np.flatnonzero(can & (rng.random(len(records)) < share * weight))
        # Everything is drawn as if nothing were mended yet, so that two as-of dates see the same defects.
        free[drawn] = False
        changed = defect.change(records.iloc[drawn], rng)
        there = (started + pd.to_timedelta(rng.integers(0, 110, len(drawn)), unit="D")) > as_of
        rows = drawn[there]
        for column, value in changed.items():
            records.loc[records.index[rows], column] = value if pd.api.types.is_scalar(value) else np.asarray(value)[there]
        planted.append(pd.DataFrame({"record": records.index[rows], "defect": defect.id, "check": defect.check}))
    planted.append(_apart(records, rng, "birth_year_only", "C03", 0.03, "birth_text", lambda texts: texts.str[-4:]))
    planted.append(_apart(records, rng, "phone_missing", "C07", 0.05, "phone", lambda texts: ""))
    return pd.concat(planted, ignore_index=True)


def unnamed(records: pd.DataFrame, as_of: pd.Timestamp, started: pd.Timestamp, rng: np.random.Generator) -> pd.DataFrame:
    """Return rows that were begun and name nobody, as they stand on the lists (columns of `records`, unit too), those not yet mended by `as_of`."""
    begun = records[rng.random(len(records)) < UNNAMED]
    begun = begun[(started + pd.to_timedelta(rng.integers(0, 110, len(begun)), unit="D")) > as_of]
    said = ["unit", "commune", "commune_text", "policy_text", "policy_code", "amount"]
    return begun[said].reindex(columns=records.columns)


def _apart(
    records: pd.DataFrame, rng: np.random.Generator, id: str, check: str, share: float, column: str, change: Callable[[pd.Series], object]
) -> pd.DataFrame:
    whole = records[column].str.len().fillna(0).to_numpy() >= 10
    rows = np.flatnonzero(
        whole & ~records["birth_text"].isin(["31/02/1950", "15/08/2045", "01/01/1895"]).to_numpy() & (rng.random(len(records)) < share)
    )
    records.loc[records.index[rows], column] = change(records.iloc[rows][column])
    return pd.DataFrame({"record": records.index[rows], "defect": id, "check": check})


def duplicate(records: pd.DataFrame, rng: np.random.Generator) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Add second records of some persons; returns (records with the new ones, planted defects of the new ones)."""
    new, planted = [], []
    start = len(records)
    for check, share in DUPLICATES.items():
        chosen = (rng.random(len(records)) < share) & (records["origin"] == "list").to_numpy()
        if check == "U03":
            chosen &= records["policy_code"].isin(["5.5c", "5.5a"]).to_numpy()
        if check == "U09":
            chosen &= (records["policy_group"] == "merit").to_numpy()
        records.loc[chosen, "origin"] = "pair"
        copy = records.loc[chosen].copy()
        copy.index = pd.RangeIndex(start, start + len(copy))
        start += len(copy)
        copy["origin"] = check
        _SECOND[check](copy, records, rng)
        new.append(copy)
        planted.append(pd.DataFrame({"record": copy.index, "defect": copy.get("slip", f"second_{check}"), "check": check}))
        if check == "U08":
            planted += _besides(copy)
    return pd.concat([records, *new]), pd.concat(planted, ignore_index=True)


def _elsewhere(copy: pd.DataFrame, records: pd.DataFrame, rng: np.random.Generator) -> None:
    other = records.iloc[rng.integers(0, len(records), len(copy))]
    for _ in range(20):
        same = other["unit"].to_numpy() == copy["unit"].to_numpy()
        if not same.any():
            break
        drawn = rng.integers(0, len(records), len(copy))
        other = records.iloc[np.where(same, drawn, records.index.get_indexer(other.index))]
    for column in ("unit", "commune", "commune_text", "village"):
        copy[column] = other[column].to_numpy()


def _second_entitlement(copy: pd.DataFrame, records: pd.DataFrame, rng: np.random.Generator) -> None:
    copy["policy_code"], copy["policy_text"], copy["policy_group"] = "5.6", "Người khuyết tật nặng, đặc biệt nặng", "protection"


def _other_name(copy: pd.DataFrame, records: pd.DataFrame, rng: np.random.Generator) -> None:
    same_sex = records.iloc[rng.integers(0, len(records), len(copy))]
    copy["full_name"] = same_sex["full_name"].to_numpy()


def _other_number(copy: pd.DataFrame, records: pd.DataFrame, rng: np.random.Generator) -> None:
    copy["number"] = [f"{number[:6]}{tail:06d}" for number, tail in zip(copy["number"], rng.integers(0, 10**6, len(copy)), strict=True)]


SLIPS: tuple[tuple[str, float], ...] = (
    ("typing", 0.2),
    ("middle_missing", 0.15),
    ("tones_lost", 0.15),
    ("order_swapped", 0.1),
    ("day_month_swapped", 0.1),
    ("year_only", 0.1),
    ("number_slip", 0.1),
    ("cmnd_elsewhere", 0.1),
)
"""How the second record of the same person differs, and how often: no two kinds are equally easy to find."""


def _slip(copy: pd.DataFrame, records: pd.DataFrame, rng: np.random.Generator) -> None:
    """Write the person a second time without the number, or with another, and with one slip; half have another telephone."""
    weights = np.array([share for _, share in SLIPS])
    kinds = np.array([kind for kind, _ in SLIPS])[rng.choice(len(SLIPS), len(copy), p=weights / weights.sum())]
    copy["slip"] = kinds
    copy["number"] = np.where(kinds == "number_slip", copy["number"], "")
    parts = [name.split() for name in copy["full_name"]]
    letters = rng.choice(list("hnmtgiy"), len(copy))
    places = rng.integers(1, 20, len(copy))
    makers: dict[str, Callable[[list[str], str, int], str]] = {
        "typing": lambda words, letter, place: " ".join([*words[:-1], _mistyped(words[-1], letter, place)]),
        "middle_missing": lambda words, letter, place: " ".join([words[0], words[-1]]),
        "tones_lost": lambda words, letter, place: unidecode(" ".join(words)),
        "order_swapped": lambda words, letter, place: " ".join([words[-1], *words[:-1]]),
    }
    copy["full_name"] = [
        makers[kind](words, letter, int(place)) if kind in makers else " ".join(words)
        for kind, words, letter, place in zip(kinds, parts, letters, places, strict=True)
    ]
    texts = copy["birth_text"]
    swapped = texts.str[3:5] + "/" + texts.str[:2] + texts.str[5:]
    can = texts.str[:2].astype(int) <= 12
    copy["birth_text"] = texts.where(~((kinds == "day_month_swapped") & can), swapped).where(kinds != "year_only", texts.str[-4:])
    for index in copy.index[kinds == "number_slip"]:
        number = str(copy.at[index, "number"])
        copy.at[index, "number"] = number[:9] + str((int(number[9]) + 4) % 10) + number[10:]
    elsewhere = kinds == "cmnd_elsewhere"
    copy.loc[elsewhere, "number"] = [f"01{tail:07d}" for tail in rng.integers(1, 10**7, elsewhere.sum())]
    moved = copy[elsewhere].copy()
    if len(moved):
        _elsewhere(moved, records, rng)
        for column in ("unit", "commune", "commune_text", "village"):
            copy.loc[elsewhere, column] = moved[column]
    copy.loc[rng.random(len(copy)) < 0.5, "phone"] = ""


def _besides(copy: pd.DataFrame) -> list[pd.DataFrame]:
    """Return the other defects that a second record with a slip brings with it: they are true findings too."""
    number, phone, birth = copy["number"].str.len(), copy["phone"].str.len(), copy["birth_text"].str.len()
    return [
        pd.DataFrame({"record": copy.index[holds], "defect": "beside_second_record", "check": check})
        for check, holds in (("C04", number == 0), ("V04", number == 9), ("C07", phone == 0), ("C03", birth == 4))
    ]


def _mistyped(word: str, letter: str, place: int) -> str:
    """Return the word with one letter more, less, or other, as fingers slip."""
    at = place % len(word)
    return (word + letter, word[:at] + letter + word[at + 1 :], word[:at] + word[at + 1 :] or word + letter)[place % 3]


_SECOND: dict[str, Callable[[pd.DataFrame, pd.DataFrame, np.random.Generator], None]] = {
    "U01": lambda copy, records, rng: None,
    "U02": _elsewhere,
    "U03": _second_entitlement,
    "U04": _other_name,
    "U05": _other_number,
    "U08": _slip,
    "U09": _second_entitlement,
}
