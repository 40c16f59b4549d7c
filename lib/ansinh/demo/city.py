"""The synthetic city as a whole: people → lists with planted defects → files, and the truth beside."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pandas as pd

from ansinh.campaign import Campaign, Workspace
from ansinh.demo import defects, files, money, people
from ansinh.units import Unit

Progress = Callable[[str, int, int], None]

RESULT_WORDS = {
    "matched": "Khớp",
    "name_differs": "Sai họ tên",
    "birth_differs": "Sai ngày sinh",
    "sex_differs": "Sai giới tính",
    "number_not_found": "Không tìm thấy số định danh",
    "deceased": "Đã chết",
    "moved": "Đã chuyển đi",
    "several": "Có nhiều kết quả",
    "not_checked": "Chưa đối chiếu",
}
CHANNEL_WORDS = {"branch": "Chi nhánh", "mobile_point": "Điểm lưu động", "post": "Bưu điện", "online": "Trực tuyến", "vneid": "VNeID"}
STATUS_WORDS = {"active": "Hoạt động", "pending": "Chờ kích hoạt", "locked": "Tạm khóa", "closed": "Đã đóng", "rejected": "Từ chối"}
BANK_WORDS = {
    "AGRIBANK": "Agribank",
    "VCB": "Vietcombank",
    "CTG": "VietinBank",
    "BID": "BIDV",
    "LPB": "LPBank",
    "MBB": "NH Quân đội",
    "?": "NH TMCP Sao Mai Xanh",
}


@dataclass(frozen=True)
class CityReport:
    """What was written: number of files, persons, records on the lists and planted defects."""

    files: int
    people: int
    records: int
    defects: int


@dataclass(frozen=True)
class _Book:
    """One beneficiary list to write."""

    path: Path
    style: str
    frame: pd.DataFrame
    unit_name: str


def write_city(
    workspace: Workspace,
    campaign: Campaign,
    *,
    people: int,
    seed: int,
    as_of: dt.date,
    sources: Path,
    truth: Path,
    latest: dt.date | None = None,
    jobs: int = 1,
    progress: Progress | None = None,
) -> CityReport:
    """Write a city of `people` persons as of `as_of`: officials' files to `sources`, the truth to `truth`.

    `latest` is the date of the last snapshot of this city, if that is later: both then have the same people with the same defects, fewer on
    the later date.
    Same seed, same bytes, whatever `jobs` is. What stood in both folders is removed first. The truth (Parquet: persons, records,
    accounts, payments, defects, rows that name nobody) is for tests and for measuring the checks; the pipeline never reads it.
    """
    tell = progress or (lambda stage, done, total: None)
    tell("demo: people", 0, 1)
    everyone, records, planted = draw(workspace, campaign, people, seed, as_of, latest=latest)
    tell("demo: people", 1, 1)
    for folder in (sources, truth):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    units = workspace.units(campaign)
    stream = streams(seed)
    unnamed = defects.unnamed(records, pd.Timestamp(as_of), pd.Timestamp(campaign.started), stream[8])
    records, unnamed = _write_lists(records, unnamed, units, sources, jobs, tell)
    count = len(units)
    matched = money.compare(everyone, campaign, stream[4])
    count += _write_matches(everyone, matched, units, as_of, sources, stream[5])
    accounts, account_defects = money.account_rows(everyone, pd.Timestamp(as_of), stream[6])
    count += _write_accounts(accounts, sources)
    payments, payment_defects = money.payment_rows(everyone, campaign, pd.Timestamp(as_of), stream[7])
    count += _write_payments(payments, units, campaign, sources)
    tell("demo: lists of police, banks, payments", 1, 1)
    unnamed[["unit", "source_file", "source_sheet", "source_row"]].to_parquet(truth / "unnamed.parquet", index=False)
    found = _truth(truth, everyone, records, matched, accounts, payments, planted, account_defects, payment_defects)
    return CityReport(count, len(everyone), len(records), found)


def streams(seed: int | tuple[int, int]) -> list[np.random.Generator]:
    """Return the random streams of a seed, one for each step of making a city."""
    return [np.random.default_rng(child) for child in np.random.SeedSequence(seed).spawn(9)]


def draw(
    workspace: Workspace,
    campaign: Campaign,
    count: int,
    seed: int | tuple[int, int],
    as_of: dt.date,
    lane: tuple[int, int] = (0, 1),
    latest: dt.date | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Return (persons with their accounts, records as written on the lists, planted defects) of `count` persons.

    `lane` is (which, of how many) portions of one city this is: citizen numbers of different lanes differ. `latest` as `write_city`.
    """
    stream = streams(seed)
    everyone = people.draw_people(workspace, campaign, count, stream[0], lane)
    money.open_accounts(campaign, everyone, stream[1])
    register = workspace.register(campaign)
    names = {unit.code: unit.name for unit in register.units if unit.level == "commune"}
    records = everyone.drop(columns=["opened_at", "bank", "account", "channel", "account_status"]).copy()
    records["person"] = records.index
    records["origin"] = "list"
    records["commune_text"] = records["commune"].map(names).fillna("")
    records["birth_text"] = records["birth"].dt.strftime("%d/%m/%Y")
    records["status"] = "Đang hưởng"
    records, pairs = defects.duplicate(records, stream[2])
    styles = {unit.code: files.ORDER[number % len(files.ORDER)] for number, unit in enumerate(workspace.units(campaign))}
    records["sheets_by_commune"] = records["unit"].map(styles) == "by_commune"
    opened = everyone["opened_at"].reindex(records["person"]).to_numpy()
    records["has_account"] = (opened <= np.datetime64(latest or as_of)) & (
        everyone["account_status"].reindex(records["person"]) != "rejected"
    ).to_numpy()
    records["as_of"] = pd.Timestamp(as_of)
    planted = defects.plant(records, pd.Timestamp(as_of), pd.Timestamp(campaign.started), stream[3])
    records = records.drop(columns=["sheets_by_commune", "has_account", "as_of"])
    declined = records.loc[records["declined"] & ~records["declined_confirmed"]].index
    unconfirmed = pd.DataFrame({"record": declined, "defect": "declined_unconfirmed", "check": "K14"})
    records = records.sort_values(["unit", "commune"], kind="stable")
    return everyone, _as_written(records), pd.concat([pairs, planted, unconfirmed], ignore_index=True)


def _as_written(records: pd.DataFrame) -> pd.DataFrame:
    records["sex"] = records["sex"].map({"male": "Nam", "female": "Nữ"}).fillna("")
    records["number_issued"] = records["issued"].dt.strftime("%d/%m/%Y")
    records["capacity"] = records["incapable"].map({True: "Mất năng lực hành vi", False: ""})
    confirmed = records["declined_confirmed"].map({True: "Có xác nhận", False: "Chưa có xác nhận"})
    records["declined_text"] = confirmed.where(records["declined"], "")
    records["declined_reason"] = records["declined_confirmed"].map({True: "Tuổi cao, nhận tiền mặt tại nhà", False: ""})
    records["note"] = ""
    return records


def _write_one(book: _Book) -> files.Placed:
    return files.STYLES[book.style][1](book.path, book.frame, book.unit_name)


def _write_lists(
    records: pd.DataFrame, unnamed: pd.DataFrame, units: tuple[Unit, ...], sources: Path, jobs: int, tell: Progress
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Write the beneficiary list of each unit; returns the records, and the rows that name nobody, with the place where each stands."""
    columns = list(files.FIELDS)
    own, records = records.index, pd.concat([records, unnamed], ignore_index=True)
    records["stt"] = records.groupby("unit").cumcount() + 1
    books = []
    for number, unit in enumerate(units):
        style = files.ORDER[number % len(files.ORDER)]
        frame = records.loc[records["unit"] == unit.code, columns]
        books.append(_Book(sources / "danh-sach" / (unit.slug + files.STYLES[style][0]), style, frame, unit.name))
    for column, kind in (("source_file", object), ("source_sheet", object), ("source_row", int), ("style", object)):
        records[column] = pd.Series("" if kind is object else 0, index=records.index, dtype=kind)
    for number, (book, placed) in enumerate(zip(books, _each(books, jobs), strict=True), 1):
        here = book.frame.index
        records.loc[here, "source_file"] = f"danh-sach/{book.path.name}"
        records.loc[here, "style"] = book.style
        records.loc[here, "source_sheet"] = placed.sheets
        records.loc[here, "source_row"] = placed.rows
        tell("demo: beneficiary lists", number, len(books))
    return records.iloc[: len(own)].set_index(own), records.iloc[len(own) :]


def _each(books: list[_Book], jobs: int) -> Iterable[files.Placed]:
    if jobs < 2:
        yield from map(_write_one, books)
        return
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        yield from pool.map(_write_one, books)


def _write_matches(
    everyone: pd.DataFrame, matched: pd.DataFrame, units: tuple[Unit, ...], as_of: dt.date, sources: Path, rng: np.random.Generator
) -> int:
    result = matched["result"].where(matched["checked_on"] <= pd.Timestamp(as_of), "not_checked")
    matched["result"] = result
    frame = pd.DataFrame(
        {
            "number": everyone["number"],
            "full_name": everyone["full_name"],
            "birth": everyone["birth"].dt.strftime("%d/%m/%Y"),
            "result": result.map(RESULT_WORDS),
            "checked": matched["checked_on"].dt.strftime("%d/%m/%Y").where(result != "not_checked", ""),
        }
    )
    headings = ["Số CCCD/ĐDCN", "Họ và tên", "Ngày sinh", "Kết quả đối chiếu", "Ngày đối chiếu"]
    for unit in units:
        rows = frame[everyone["unit"] == unit.code]
        files.write_csv(sources / "cong-an" / f"{unit.slug}.csv", [list[object](headings), *rows.to_numpy().tolist()])
    return len(units)


def _write_accounts(rows: pd.DataFrame, sources: Path) -> int:
    headings = [
        "Số CCCD/ĐDCN",
        "Họ và tên",
        "Ngày sinh",
        "Số tài khoản",
        "Tên chủ tài khoản",
        "Ngân hàng",
        "Thời điểm mở",
        "Kênh mở",
        "Trạng thái",
    ]
    frame = pd.DataFrame(
        {
            "number": rows["number"],
            "full_name": rows["full_name"],
            "birth": rows["birth"].dt.strftime("%d/%m/%Y"),
            "account": rows["account"],
            "holder": rows["holder"],
            "bank": rows["bank"].map(BANK_WORDS),
            "opened": rows["opened_at"].dt.strftime("%d/%m/%Y %H:%M:%S"),
            "channel": rows["channel"].map(CHANNEL_WORDS),
            "status": rows["account_status"].map(STATUS_WORDS),
        }
    )
    sender = rows["bank"].where(rows["bank"] != "?", "AGRIBANK")
    codes = sorted(sender.unique())
    for code in codes:
        files.write_csv(sources / "tai-khoan" / f"{code.lower()}.csv", [list[object](headings), *frame[sender == code].to_numpy().tolist()])
    return len(codes)


def _write_payments(rows: pd.DataFrame, units: tuple[Unit, ...], campaign: Campaign, sources: Path) -> int:
    headings = [
        "Kỳ chi trả",
        "Số CCCD/ĐDCN",
        "Họ và tên",
        "Ngày sinh",
        "Mã đối tượng",
        "Số tiền",
        "Hình thức chi trả",
        "Kết quả",
        "Lý do",
        "Ngày chi trả",
        "Số tài khoản",
    ]
    year, month = campaign.period.split("-")
    by_account = rows["method"] == "account"
    frame = pd.DataFrame(
        {
            "period": f"Tháng {int(month)}/{year}",
            "number": rows["number"],
            "full_name": rows["full_name"],
            "birth": rows["birth"].dt.strftime("%d/%m/%Y"),
            "policy": rows["policy_code"],
            "paid": [f"{amount:,}".replace(",", ".") for amount in rows["paid"]],
            "method": np.where(by_account, "Chuyển khoản", "Tiền mặt"),
            "result": np.where(rows["outcome"] == "returned", "Trả lại", "Đã chi"),
            "reason": np.where(rows["outcome"] == "returned", "Sai thông tin tài khoản", ""),
            "paid_on": rows["paid_on"].dt.strftime("%d/%m/%Y"),
            "account": rows["account"].where(by_account, ""),
        }
    )
    for unit in units:
        files.write_csv(
            sources / "chi-tra" / f"{unit.slug}.csv", [list[object](headings), *frame[rows["unit"] == unit.code].to_numpy().tolist()]
        )
    return len(units)


def _truth(
    folder: Path,
    everyone: pd.DataFrame,
    records: pd.DataFrame,
    matched: pd.DataFrame,
    accounts: pd.DataFrame,
    payments: pd.DataFrame,
    planted: pd.DataFrame,
    account_defects: pd.DataFrame,
    payment_defects: pd.DataFrame,
) -> int:
    everyone.join(matched).rename_axis("person").reset_index().to_parquet(folder / "persons.parquet", index=False)
    clean = everyone[["full_name", "birth", "sex", "number", "policy_code", "amount", "commune"]].add_prefix("true_")
    records.rename_axis("record").reset_index().join(clean, on="person").to_parquet(folder / "records.parquet", index=False)
    accounts.rename_axis("person").reset_index().to_parquet(folder / "accounts.parquet", index=False)
    payments.rename_axis("person").reset_index().to_parquet(folder / "payments.parquet", index=False)
    place = records[["person", "unit", "source_file", "source_sheet", "source_row"]]
    listed = planted.join(place, on="record").assign(table="beneficiaries")
    people_of = everyone[["unit"]]
    rows = [
        listed,
        account_defects.join(people_of, on="person").assign(table="accounts", defect=account_defects["check"]),
        payment_defects.join(people_of, on="person").assign(table="payments", defect=payment_defects["check"]),
        _register_defects(everyone, matched),
    ]
    whole = pd.concat(rows, ignore_index=True)
    whole.to_parquet(folder / "defects.parquet", index=False)
    return len(whole)


def _register_defects(everyone: pd.DataFrame, matched: pd.DataFrame) -> pd.DataFrame:
    checks = {result: check for result, _, check in money.RESULTS if check}
    check = matched["result"].map(checks).dropna()
    return pd.DataFrame(
        {
            "person": check.index,
            "unit": everyone["unit"].loc[check.index].to_numpy(),
            "check": check.to_numpy(),
            "defect": check.to_numpy(),
            "table": "register",
        }
    )
