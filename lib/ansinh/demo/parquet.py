"""The synthetic city written straight into the store, without the files between: for measuring at a country's size.

Persons are drawn in portions, each with random numbers and citizen numbers of its own, so memory does not grow with the city.
"""

from __future__ import annotations

import datetime as dt
import math
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from ansinh import store
from ansinh.campaign import Campaign, Workspace
from ansinh.demo import money
from ansinh.demo.city import BANK_WORDS, RESULT_WORDS, draw, streams
from ansinh.identity import names
from ansinh.intake.link import link

Progress = Callable[[str, int, int], None]

PORTION = 300_000
"""Persons drawn at a time."""


def write_tables(
    workspace: Workspace,
    campaign: Campaign,
    *,
    people: int,
    seed: int,
    target: Path,
    portion: int = PORTION,
    memory: str = "2GB",
    progress: Progress | None = None,
) -> int:
    """Write a city of `people` persons as canonical tables to the store `target`, whose earlier content is removed; returns the persons.

    The values are what intake would read from the files; ids and links are made by intake's own room. `memory` is what the engine may hold.
    """
    tell = progress or (lambda stage, done, total: None)
    count = math.ceil(people / portion)
    shutil.rmtree(target, ignore_errors=True)
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".demo-") as staging:
        parts = []
        for number in range(count):
            tell("demo: tables", number, count)
            size = min(portion, people - number * portion)
            parts.append(Path(staging) / str(number))
            _stage(workspace, campaign, size, seed, (number, count), parts[-1])
        tell("demo: tables", count, count)
        tell("demo: link", 0, 1)
        link(parts, target, memory=memory)
        tell("demo: link", 1, 1)
    return people


def _stage(workspace: Workspace, campaign: Campaign, people: int, seed: int, lane: tuple[int, int], folder: Path) -> None:
    day = pd.Timestamp(campaign.as_of)
    # A city of one portion is the very city that the files of this seed hold.
    own = seed if lane == (0, 1) else (seed, lane[0])
    everyone, records, _ = draw(workspace, campaign, people, own, campaign.as_of, lane)
    stream = streams(own)
    matched = money.compare(everyone, campaign, stream[4])
    accounts, _ = money.account_rows(everyone, day, stream[6])
    payments, _ = money.payment_rows(everyone, campaign, day, stream[7])
    folder.mkdir()
    for table, frame in (
        (store.BENEFICIARIES, _beneficiaries(records, campaign)),
        (store.REGISTER_MATCHES, _matches(everyone.join(matched), campaign.as_of)),
        (store.ACCOUNTS, _accounts(accounts)),
        (store.PAYMENTS, _payments(payments, campaign)),
    ):
        frame = frame.assign(source_file=f"{table.name}-{lane[0]}", source_sheet="", source_row=np.arange(2, len(frame) + 2))
        _write(folder, table, frame)


def _write(folder: Path, table: store.Table, frame: pd.DataFrame) -> None:
    given = pa.Table.from_pandas(frame, preserve_index=False)
    columns = [
        given.column(field.name).cast(field.type) if field.name in given.column_names else pa.nulls(len(frame), field.type)
        for field in table.schema
    ]
    pq.write_table(pa.Table.from_arrays(columns, schema=table.schema), folder / f"{table.name}.parquet", compression="zstd")


def _given(values: pd.Series) -> pd.Series:
    """Return a text with empty cells null."""
    return values.where(values.notna() & (values != ""), None).astype("str").where(values.notna() & (values != ""), None)


def _key(values: pd.Series) -> pd.Series:
    return values.map({text: names.key(text) for text in values.dropna().unique()})


def _born(dates: pd.Series) -> dict[str, object]:
    return {"birth_date": dates.dt.date, "birth_year": dates.dt.year, "birth_precision": "day"}


def _beneficiaries(rows: pd.DataFrame, campaign: Campaign) -> pd.DataFrame:
    text = _given(rows["birth_text"])
    date = pd.to_datetime(text, format="%d/%m/%Y", errors="coerce")
    precision = pd.Series(np.select([date.notna(), text.str.len() == 4, text.notna()], ["day", "year", "month"], ""), index=rows.index)
    name = _given(rows["full_name"])
    groups = {code: campaign.group_of(code) for code in rows["policy_code"].unique()}
    known = ~rows["commune_text"].fillna("").str.contains("Không Có") & (rows["commune_text"].fillna("") != "")
    return pd.DataFrame(
        {
            **{"unit": rows["unit"], "commune": rows["commune"].where(known, None), "commune_text": _given(rows["commune_text"])},
            **{"village": _given(rows["village"]), "full_name": name, "name_key": _key(name)},
            **{
                "birth_date": date.dt.date,
                "birth_year": pd.to_numeric(text.str[-4:]),
                "birth_precision": precision.where(precision != "", None),
            },
            **{"birth_text": text, "sex": rows["sex"].map({"Nam": "male", "Nữ": "female"}), "number": _given(rows["number"])},
            **{
                "number_issued": rows["issued"].dt.date,
                "policy_code": rows["policy_code"],
                "policy_group": rows["policy_code"].map(groups),
            },
            **{"policy_text": rows["policy_text"], "amount": rows["amount"], "phone": _given(rows["phone"])},
            "status": rows["status"].map({"Đang hưởng": "active", "Thôi hưởng": "stopped"}),
            **{column: _given(rows[column]) for column in ("receiver_name", "receiver_relation", "receiver_number", "declined_reason")},
            **{"incapable": rows["incapable"], "declined": rows["declined"], "declined_confirmed": rows["declined_confirmed"]},
        }
    )


def _named(rows: pd.DataFrame) -> dict[str, object]:
    return {"number": rows["number"], "full_name": rows["full_name"], "name_key": _key(rows["full_name"]), **_born(rows["birth"])}


def _matches(rows: pd.DataFrame, as_of: dt.date) -> pd.DataFrame:
    result = rows["result"].where(rows["checked_on"] <= pd.Timestamp(as_of), "not_checked")
    checked = rows["checked_on"].where(result != "not_checked")
    return pd.DataFrame(
        {"unit": rows["unit"], **_named(rows), "result": result, "result_text": result.map(RESULT_WORDS), "checked_on": checked.dt.date}
    )


def _accounts(rows: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "unit": store.NO_UNIT,
            **_named(rows),
            **{"account_number": _given(rows["account"]), "holder_name": rows["holder"], "holder_key": rows["holder"]},
            **{"bank": rows["bank"].where(rows["bank"] != "?", None), "bank_text": rows["bank"].map(BANK_WORDS)},
            **{"opened_at": rows["opened_at"].astype("datetime64[s]"), "opened_precision": "second"},
            **{"channel": rows["channel"], "status": rows["account_status"]},
        }
    )


def _payments(rows: pd.DataFrame, campaign: Campaign) -> pd.DataFrame:
    by_account = rows["method"] == "account"
    returned = rows["outcome"] == "returned"
    return pd.DataFrame(
        {
            **{"unit": rows["unit"], "period": campaign.period, **_named(rows), "policy_code": rows["policy_code"], "amount": rows["paid"]},
            **{"method": rows["method"], "result": rows["outcome"], "paid_on": rows["paid_on"].dt.date},
            "return_reason": pd.Series("Sai thông tin tài khoản", index=rows.index).where(returned, None),
            **{
                "account_number": rows["account"].where(by_account, None),
                "bank": rows["bank"].where(by_account & (rows["bank"] != "?"), None),
            },
        }
    )
