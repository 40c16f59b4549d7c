"""What every check should say of a demo city, written a second time: in plain pandas, over the truth, sharing no code with the checks.

The truth knows what stands on each list and which person each row really is. So a finding that another planted defect brings
about is expected here too (a name on the list that is not the account holder's), and a row that could only not be linked is not.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from unidecode import unidecode

from ansinh.campaign import Campaign, Workspace

AGES = {
    **{"5.1": (0, 15), "5.2": (16, 22), "5.3": (0, 15), "5.4": (0, 200), "5.5a": (60, 200), "5.5b": (75, 79), "5.5c": (80, 200)},
    **{"5.5d": (60, 200), "5.6": (0, 200), "5.7": (0, 2), "5.8": (0, 200)},
}
"""Ages of Decree 20/2021 art. 5, both included."""


def factors(code: str, age: int) -> set[float]:
    """Return the coefficients of Decree 20/2021 art. 6 that may be due for a code at an age."""
    young_or_old = age < 16 or age >= 60
    table: dict[str, set[float]] = {
        **{"5.1": {2.5 if age < 4 else 1.5}, "5.2": {1.5}, "5.3": {2.5 if age < 4 else 2.0}, "5.4": {1.0, 2.0, 3.0, 4.0}},
        **{"5.5a": {2.0 if age >= 80 else 1.5}, "5.5b": {1.0}, "5.5c": {1.0}, "5.5d": {3.0}, "5.7": {1.5}, "5.8": {1.5}},
        "5.6": {2.0, 2.5} if young_or_old else {1.5, 2.0},
    }
    return table[code]


@dataclass(frozen=True)
class Truth:
    """The truth of a demo city: persons, the records as written (`lists`), accounts and payments as the banks and payers sent them."""

    persons: pd.DataFrame
    lists: pd.DataFrame
    accounts: pd.DataFrame
    payments: pd.DataFrame

    @classmethod
    def read(cls, folder: Path) -> Truth:
        """Read the four tables."""
        return cls(*(pd.read_parquet(folder / f"{name}.parquet") for name in ("persons", "records", "accounts", "payments")))


Sets = dict[str, set[object]]


def expected(workspace: Workspace, campaign: Campaign) -> Sets:
    """Return for each check the rows it should find: records by the truth's record, account and payment rows by the number on them."""
    truth = Truth.read(workspace.truth(campaign))
    lists = _facts(truth, campaign)
    return _lists(lists, truth, workspace, campaign) | _accounts(truth, lists, workspace, campaign) | _payments(truth, lists, campaign)


def _facts(truth: Truth, campaign: Campaign) -> pd.DataFrame:
    """Return the lists with what can be read from each row: birth, age, number's kind, key of the name, and the person's register result."""
    rows, day = truth.lists.copy(), pd.Timestamp(campaign.as_of)
    for column in ("full_name", "birth_text", "number", "phone", "receiver_name", "sex", "commune_text", "village", "policy_code"):
        rows[column] = rows[column].fillna("")
    rows["date"] = pd.to_datetime(rows["birth_text"], format="%d/%m/%Y", errors="coerce")
    rows["year"] = pd.to_numeric(rows["birth_text"].str[-4:], errors="coerce")
    rows["impossible"] = (rows["birth_text"].str.len() == 10) & rows["date"].isna()
    # Born on one day of a month (a date that no calendar has) or of a year: at the earliest its first day, at the latest its last.
    month = pd.to_numeric(rows["birth_text"].str[3:5].where(rows["impossible"]), errors="coerce")
    first = rows["date"].dt.month.fillna(month).fillna(1) * 100 + rows["date"].dt.day.fillna(1)
    last = rows["date"].dt.month.fillna(month).fillna(12) * 100 + rows["date"].dt.day.fillna(31)
    today, years = day.month * 100 + day.day, day.year - rows["year"]
    rows["age"] = years - (first > today)
    rows["least"] = (years - (last > today)).where(rows["age"] != 0, 0)
    number = rows["number"]
    length = number.str.len()
    same = np.array([len(set(text)) == 1 for text in number])
    rows["placeholder"] = same & (length > 0)
    rows["long"] = (length == 12) & ~rows["placeholder"]
    rows["number_year"] = [1900 + int(n[3]) // 2 * 100 + int(n[4:6]) if ok else np.nan for n, ok in zip(number, rows["long"], strict=True)]
    rows["key"] = [" ".join("".join(c if c.isalpha() else " " for c in unidecode(name)).upper().split()) for name in rows["full_name"]]
    usable = length.isin([9, 10, 11, 12]) & ~rows["placeholder"]
    padded = number.where(length == 9, number.str.zfill(12))
    rows["one"] = padded.where(usable, "record " + rows["record"].astype(str))
    rows["usable"] = usable
    return rows.merge(truth.persons[["person", "result", "checked_on"]], on="person")


def _lists(rows: pd.DataFrame, truth: Truth, workspace: Workspace, campaign: Campaign) -> Sets:
    day, number, length = pd.Timestamp(campaign.as_of), rows["number"], rows["number"].str.len()
    units = pd.read_csv(workspace.params / "units" / f"{campaign.units.register_file}.csv", dtype=str)
    old = pd.read_csv(workspace.params / "units" / "2024.csv", dtype=str)
    provinces = {f"0{code}" for code in [*units.loc[units["level"] == "province", "code"], *old.loc[old["level"] == "province", "code"]]}
    here = rows["long"] & (number.str[:3].isin(provinces) | (number.str[:3] > "100"))
    rows["zeros_lost"] = ~rows["placeholder"] & np.array([_zeros_lost(n, provinces, day.year) for n in number])
    born = rows["year"].notna()
    dated = born & ~rows["impossible"] & (rows["year"] <= day.year)
    sound = here & (rows["number_year"] <= day.year)
    policy, amount = rows["policy_code"], rows["amount"]
    known = policy.isin(list(AGES)) | policy.str.startswith(("NCC.", "TP."))
    low, high = (policy.map({code: ages[at] for code, ages in AGES.items()}) for at in (0, 1))
    trusted = born & ~rows["impossible"] & (rows["age"] >= 0) & (rows["least"] <= 120)
    told = pd.Series({"Nam": 0, "Nữ": 1})
    male = rows["sex"].map(told) == (pd.to_numeric(number.str[3], errors="coerce") % 2)
    standard = {item.group: item.amount for item in campaign.standards}
    within = born & low.notna() & (rows["least"] >= low) & (rows["age"] <= high)
    due = [
        pay in {round(standard["protection"] * factor) for age in ages for factor in factors(code, int(age))} if ok else True
        for code, *ages, pay, ok in zip(policy, rows["age"], rows["least"], amount, within, strict=True)
    ]
    receiver = rows["receiver_name"] != ""
    declined = rows["declined"]
    marks = rows["full_name"].str.contains(r"[0-9()]")
    accounts = truth.accounts[truth.accounts["account_status"] != "rejected"]["person"]
    found = {
        "C01": rows["full_name"] == "",
        "C02": rows["birth_text"] == "",
        "C03": rows["birth_text"].str.len() == 4,
        "C04": number == "",
        "C05": (rows["commune_text"] == "") & (rows["village"] == ""),
        "C06": rows["sex"] == "",
        "C07": rows["phone"] == "",
        "V01": (length > 0) & ~length.isin([9, 12]) & ~rows["placeholder"] & ~rows["zeros_lost"],
        "V02": rows["long"] & ~here,
        "V03": rows["long"] & (rows["number_year"] > day.year),
        "V04": (length == 9) & ~rows["placeholder"],
        "V05": rows["zeros_lost"],
        "V06": rows["placeholder"],
        "V07": (rows["birth_text"] != "") & (rows["impossible"] | (rows["age"] < 0)),
        "V08": rows["least"] > 120,
        "V09": marks,
        "V13": (rows["phone"] != "") & ~rows["phone"].str.fullmatch(r"0[35789]\d{8}|02\d{9}"),
        "V14": (policy != "") & ~known,
        "V15": amount <= 0,
        "K01": sound & (rows["sex"] != "") & ~male,
        "K02": sound & dated & (rows["least"] <= 120) & (rows["year"] != rows["number_year"]),
        "K03": trusted & low.notna() & ((rows["age"] < low) | (rows["least"] > high)),
        "K04": (amount > 0) & ~pd.Series(due, index=rows.index),
        "K05": rows["commune_text"].str.contains("Không Có"),
        "K06": born & rows["age"].between(0, 15) & ~receiver,
        "K07": (rows["capacity"] != "") & ~(rows["least"] < 16) & ~receiver,
        "K13": declined & rows["person"].isin(accounts),
        "K14": declined & ~(rows["declined_confirmed"] & (rows["declined_reason"] != "")),
        **_unique(rows),
        **{
            check: rows["result"] == result
            for check, result in {
                **{"A01": "name_differs", "A02": "birth_differs", "A03": "sex_differs", "A04": "number_not_found", "A05": "deceased"},
                **{"A06": "moved", "A07": "several", "A08": "not_checked"},
            }.items()
        },
        "T01": (rows["result"] != "not_checked") & ((day - rows["checked_on"]).dt.days > 180),
        "T05": _just_too_old(rows, high, day),
    }
    return {check: set(rows.loc[bad, "record"]) for check, bad in found.items()}


def _zeros_lost(number: str, provinces: set[str], this_year: int) -> bool:
    """Tell whether zeros in front make of the digits a CMND, or a number of a province and of somebody born by now."""
    if len(number) not in (8, 10, 11):
        return False
    if len(number) == 8:
        return number[0] != "0" and number != "12345678"
    whole = "0" * (12 - len(number)) + number
    return whole[:3] in provinces and 1900 + int(whole[3]) // 2 * 100 + int(whole[4:6]) <= this_year and whole[1:] != "12345678901"


def _just_too_old(rows: pd.DataFrame, high: pd.Series, day: pd.Timestamp) -> pd.Series:
    birthday = rows["date"].dt.year + high + 1
    return (
        rows["date"].notna()
        & (high < 100)
        & (birthday == day.year)
        & (rows["date"].dt.month == day.month)
        & (rows["date"].dt.day <= day.day)
    )


def _unique(rows: pd.DataFrame) -> dict[str, pd.Series]:
    """Same numbers by the number as written; the same person under two numbers by who the person really is."""
    by_number = rows.groupby("one")
    protection = rows["policy_code"].where(rows["policy_code"].str.startswith("5.") & (rows["policy_code"] != "5.4"))
    several = protection.groupby(rows["one"]).transform("nunique") > 1
    merit, helped = rows["policy_code"].str.startswith("NCC."), rows["policy_code"].str.startswith("5.")
    both = merit.groupby(rows["one"]).transform("any") & helped.groupby(rows["one"]).transform("any")
    twins = rows["long"] & rows["date"].notna() & (rows["key"] != "")
    alike = rows[twins].groupby(["person", "key", "date", "sex", "commune_text"])["one"].transform("nunique") > 1
    two_numbers = alike.reindex(rows.index, fill_value=False)
    parted = rows.groupby("person")["one"].transform("nunique") > 1
    settled = two_numbers.groupby(rows["person"]).transform("any")
    return {
        "U01": rows["usable"] & (rows.groupby(["one", "unit", "policy_code", "key"])["record"].transform("size") > 1),
        "U02": rows["usable"] & (by_number["unit"].transform("nunique") > 1),
        "U03": rows["usable"] & several,
        "U04": rows["usable"] & (by_number["key"].transform("nunique") > 1),
        "U05": two_numbers,
        "U08": parted & ~settled,
        "U09": rows["usable"] & both,
    }


def _span(text: str) -> set[int]:
    first, _, last = text.partition("-")
    return set(range(int(first), int(last or first) + 1))


def _accounts(truth: Truth, lists: pd.DataFrame, workspace: Workspace, campaign: Campaign) -> Sets:
    rows, day = truth.accounts, pd.Timestamp(campaign.as_of)
    banks = pd.read_csv(workspace.params / "banks.csv", dtype=str).set_index("code")["account_lengths"].dropna()
    lengths = {code: set().union(*(_span(part) for part in text.split())) for code, text in banks.items()}
    given = rows["account"].fillna("")
    formed = given.str.fullmatch(r"[0-9A-Z]{6,19}")
    named = lists.groupby("person")["key"].agg(lambda keys: set(keys) - {""})
    received = (
        lists[lists["receiver_name"] != ""].groupby("person")["receiver_name"].agg(lambda names: {unidecode(n).upper() for n in names})
    )
    lawful = [
        holder in named.get(person, set()) | received.get(person, set())
        for person, holder in zip(rows["person"], rows["holder"], strict=True)
    ]
    usual = [bank not in lengths or len(account) in lengths[bank] for bank, account in zip(rows["bank"], given, strict=True)]
    found = {
        "C08": given == "",
        "V10": (given != "") & ~formed,
        "V11": formed & ~np.array(usual),
        "V12": rows["bank"] == "?",
        "K08": ~pd.Series(lawful, index=rows.index) & (rows["person"].map(named.map(bool)).eq(True) | rows["person"].isin(received.index)),
        "K09": (rows["opened_at"].dt.normalize() > day) | (rows["opened_at"] < rows["birth"]),
        "U06": formed & (rows.groupby(["bank", "account"])["person"].transform("nunique") >= 4),
        "T03": rows["account_status"].isin(["locked", "closed"]),
    }
    return {check: set(rows.loc[bad, "number"]) for check, bad in found.items()}


def _payments(truth: Truth, lists: pd.DataFrame, campaign: Campaign) -> Sets:
    rows = truth.payments.merge(truth.persons[["number", "result"]].assign(known=True), on="number", how="left")
    known = rows["known"].eq(True)
    amounts = lists.groupby("person")["amount"].agg(set)
    stopped = lists.groupby("person")["status"].agg(lambda told: not any(word == "Đang hưởng" for word in told))
    active = set(truth.accounts.loc[truth.accounts["account_status"] == "active", "person"])
    due = [paid in amounts[person] or 0 in amounts[person] for person, paid in zip(rows["person"], rows["paid"], strict=True)]
    found = {
        "K10": known & ~np.array(due),
        "K11": known & (rows["method"] == "cash") & rows["person"].isin(active),
        "K12": ~known,
        "U07": known & (rows.groupby(["number", "policy_code", "outcome"])["person"].transform("size") > 1),
        "T02": known & (rows["result"] == "deceased"),
        "T04": known & rows["person"].map(stopped),
    }
    return {check: set(rows.loc[bad, "number"]) for check, bad in found.items()}
