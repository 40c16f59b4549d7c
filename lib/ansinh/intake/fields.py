"""What a returned worklist may correct: one declaration a field, how it is shown and how its new value is read.

A correction must be right in form: a number of 12 digits, a whole date. What is not is held back with the form that is wanted.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ansinh.campaign import Campaign
from ansinh.identity import accounts, citizen_number, dates, names, phones
from ansinh.identity.banks import Banks
from ansinh.intake import values
from ansinh.intake.places import Places
from ansinh.intake.records import AS_NAMED

Row = Mapping[str, Any]
Change = dict[str, object]
"""Canonical column → its new value."""


@dataclass(frozen=True)
class Tools:
    """What reading a value may need: the campaign, its places and the banks."""

    campaign: Campaign
    places: Places
    banks: Banks


@dataclass(frozen=True)
class Field:
    """One field of one table: `label` names it on the sheet, `hint` says the form that is wanted.

    read    (text, row, tools) → the columns it changes, or None when the text has not the wanted form.
    show    row → the value as the sheet shows it, "" when there is none.
    choices the only values allowed, as the sheet writes them; () for free text.
    tells   "name" or "number" when its values point at one person or one account, as the gate needs to know; "" for others.
    """

    table: str
    name: str
    label: str
    hint: str
    read: Callable[[str, Row, Tools], Change | None]
    show: Callable[[Row], str]
    choices: tuple[str, ...] = ()
    tells: str = ""


def _plain(column: str) -> Callable[[Row], str]:
    return lambda row: values.plain(row[column])


def _text(table: str, column: str, label: str, hint: str = "ghi bằng chữ") -> Field:
    def read(text: str, row: Row, tools: Tools) -> Change | None:
        return {column: text}

    return Field(table, column, label, hint, read, _plain(column))


def _chosen(table: str, column: str, label: str, words: Mapping[str, str], also: str = "") -> Field:
    """A field with a few values: `words` is canonical value → what the sheet writes; `also` is a column that keeps the words."""
    known = {text: value for value, text in words.items()}

    def read(text: str, row: Row, tools: Tools) -> Change | None:
        if text not in known:
            return None
        change: Change = {column: known[text]}
        return change | {also: text} if also else change

    return Field(table, column, label, "chọn trong danh sách", read, lambda row: words.get(row[column] or "", ""), tuple(known))


def _digits(table: str, column: str, label: str) -> Field:
    def read(text: str, row: Row, tools: Tools) -> Change | None:
        number = citizen_number.compact(text)
        return {column: number} if citizen_number.kind(number) in ("personal", "cmnd") else None

    return Field(table, column, label, "đủ 12 chữ số (hoặc CMND 9 chữ số)", read, _plain(column), tells="number")


def _name(table: str, column: str, label: str, key: str = "") -> Field:
    def read(text: str, row: Row, tools: Tools) -> Change | None:
        name = names.normalise(text)
        if re.search(r"[0-9()\[\]_*/+=<>@#$%^&!?;:|\"]", name):
            return None
        change: Change = {column: name}
        return change | {key: names.key(name)} if key else change

    return Field(table, column, label, "chỉ có chữ, đủ dấu", read, _plain(column), tells="name")


def _birth(text: str, row: Row, tools: Tools) -> Change | None:
    found = dates.parse(text, latest=tools.campaign.as_of)
    if found is None or found.date is None or found.date > tools.campaign.as_of or found.rule not in ("", "no_separators"):
        return None
    shown = dates.format(found)
    return {"birth_date": found.date, "birth_year": found.year, "birth_precision": "day", "birth_text": shown}


def show_birth(row: Row) -> str:
    """Return a birth date as day/month/year, however the list wrote it; as written, or the year, where the day is not known."""
    if day := row.get("birth_date"):
        return f"{day:%d/%m/%Y}"
    return values.plain(row.get("birth_text") or row.get("birth_year"))


def _phone(text: str, row: Row, tools: Tools) -> Change | None:
    return {"phone": phones.compact(text)} if phones.is_valid(text) else None


def _commune(text: str, row: Row, tools: Tools) -> Change | None:
    code, rule, _ = tools.places.commune(row["unit"], text)
    return {"commune": code, "commune_text": text} if code and not rule else None


def _amount(text: str, row: Row, tools: Tools) -> Change | None:
    found, _ = values.amount(text)
    return {"amount": found} if isinstance(found, int) and found > 0 else None


def _policy(text: str, row: Row, tools: Tools) -> Change | None:
    if not re.fullmatch(r"[0-9A-Za-z.]{1,20}", text):
        return None
    return {"policy_code": text, "policy_group": tools.campaign.group_of(text)}


DECLINED = {
    (True, True): "Không đăng ký, có xác nhận",
    (True, False): "Không đăng ký, chưa có xác nhận",
    (False, False): "Không từ chối",
}


def _declined(text: str, row: Row, tools: Tools) -> Change | None:
    found = next((state for state, words in DECLINED.items() if words == text), None)
    return None if found is None else {"declined": found[0], "declined_confirmed": found[1]}


def _show_declined(row: Row) -> str:
    declined = bool(row["declined"])
    return DECLINED[declined, declined and bool(row["declined_confirmed"])]


def _account(text: str, row: Row, tools: Tools) -> Change | None:
    return {"account_number": accounts.compact(text)} if accounts.is_valid(text) else None


def _holder(text: str, row: Row, tools: Tools) -> Change | None:
    return {"holder_name": text, "holder_key": names.key(text)}


def _bank(text: str, row: Row, tools: Tools) -> Change | None:
    code, sure = tools.banks.find(text)
    return {"bank_text": text, "bank": code} if code and sure in AS_NAMED else None


def _opened(text: str, row: Row, tools: Tools) -> Change | None:
    found, _ = values.moment(text)
    if not isinstance(found, dt.datetime) or found.date() > tools.campaign.as_of:
        return None
    return {"opened_at": found, "opened_precision": "second" if found.time() != dt.time() else "day"}


def _show_opened(row: Row) -> str:
    at = row["opened_at"]
    if at is None:
        return ""
    return f"{at:%d/%m/%Y}" if row["opened_precision"] == "day" else f"{at:%d/%m/%Y %H:%M:%S}"


def _checked(text: str, row: Row, tools: Tools) -> Change | None:
    found, _ = values.day(text)
    return {"checked_on": found} if isinstance(found, dt.date) and found <= tools.campaign.as_of else None


def _show_checked(row: Row) -> str:
    return f"{row['checked_on']:%d/%m/%Y}" if row["checked_on"] else ""


DATE_HINT = "ngày/tháng/năm, đủ cả ba, ví dụ 05/09/1945"
RESULTS = {
    "matched": "Khớp",
    "name_differs": "Sai họ tên",
    "birth_differs": "Sai ngày sinh",
    "sex_differs": "Sai giới tính",
    "number_not_found": "Không tìm thấy",
    "deceased": "Đã chết",
    "moved": "Đã chuyển đi",
    "missing_person": "Mất tích",
    "several": "Có nhiều kết quả",
    "not_checked": "Chưa đối chiếu",
}
_B, _A, _M = "beneficiaries", "accounts", "register_matches"
FIELDS = (
    _name(_B, "full_name", "Họ và tên", "name_key"),
    Field(_B, "birth", "Ngày sinh", DATE_HINT, _birth, show_birth),
    _chosen(_B, "sex", "Giới tính", {"male": "Nam", "female": "Nữ"}),
    _digits(_B, "number", "Số định danh"),
    Field(_B, "phone", "Số điện thoại", "10 chữ số, bắt đầu bằng 0", _phone, _plain("phone"), tells="number"),
    Field(_B, "commune", "Xã, phường", "đúng tên trong danh mục đơn vị hành chính", _commune, _plain("commune_text")),
    _text(_B, "village", "Thôn, tổ dân phố"),
    _text(_B, "address", "Địa chỉ"),
    Field(_B, "amount", "Mức trợ cấp", "số tiền một tháng, bằng đồng", _amount, _plain("amount")),
    Field(_B, "policy_code", "Mã đối tượng", "mã theo quyết định hưởng, ví dụ 5.5a", _policy, _plain("policy_code")),
    _chosen(_B, "status", "Trạng thái hưởng", {"active": "Đang hưởng", "suspended": "Tạm dừng", "stopped": "Thôi hưởng"}),
    _name(_B, "receiver_name", "Người nhận thay"),
    _text(_B, "receiver_relation", "Quan hệ của người nhận thay"),
    _digits(_B, "receiver_number", "Số định danh người nhận thay"),
    Field(_B, "declined", "Đăng ký tài khoản", "chọn trong danh sách", _declined, _show_declined, tuple(DECLINED.values())),
    _text(_B, "declined_reason", "Lý do không đăng ký"),
    Field(_A, "account_number", "Số tài khoản", "6 đến 19 chữ số hoặc chữ cái", _account, _plain("account_number"), tells="number"),
    Field(_A, "holder_name", "Tên chủ tài khoản", "ghi bằng chữ", _holder, _plain("holder_name"), tells="name"),
    Field(_A, "bank", "Ngân hàng", "tên hoặc mã ngân hàng", _bank, _plain("bank_text")),
    Field(_A, "opened", "Ngày mở tài khoản", DATE_HINT, _opened, _show_opened),
    _chosen(
        _A,
        "status",
        "Trạng thái tài khoản",
        {"active": "Hoạt động", "pending": "Chờ kích hoạt", "locked": "Tạm khóa", "closed": "Đã đóng", "rejected": "Từ chối"},
    ),
    _chosen(_M, "result", "Kết quả đối chiếu", RESULTS, "result_text"),
    Field(_M, "checked_on", "Ngày đối chiếu", DATE_HINT, _checked, _show_checked),
)
BY_LABEL = {(field.table, field.label): field for field in FIELDS}
BY_NAME = {(field.table, field.name): field for field in FIELDS}


def labels(tells: str) -> tuple[str, ...]:
    """Return the labels of the fields that tell a "name" or a "number"."""
    return tuple(sorted({field.label for field in FIELDS if field.tells == tells}))


def field_of(name: str, table: str) -> Field:
    """Return the field a check's `mends` names: "phone" of the check's own table, or "register_matches.result"; raises KeyError."""
    other, _, bare = name.rpartition(".")
    return BY_NAME[other or table, bare]
