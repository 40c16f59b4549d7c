"""Who gets a worklist, and the columns each kind of recipient needs to do its work: these and no others."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ansinh.intake.fields import show_birth
from ansinh.intake.values import plain

Row = Mapping[str, Any]
Show = Callable[[Row], str]


@dataclass(frozen=True)
class Column:
    """One column that tells who or what a row is about: heading, width in signs, value."""

    heading: str
    width: int
    show: Show


@dataclass(frozen=True)
class Kind:
    """One kind of recipient.

    who      findings whose check names this actor, "" for none.
    open     True when it also gets the persons who could have an account and have none.
    by       what parts its rows: commune, village, bank or unit.
    columns  what it sees of each row.
    """

    name: str
    title: str
    folder: str
    who: str
    by: str
    open: bool
    columns: tuple[Column, ...]
    why: str


def _of(column: str) -> Show:
    return lambda row: plain(row.get(column))


_SEX = {"male": "Nam", "female": "Nữ"}
_METHOD = {"account": "Tài khoản", "cash": "Tiền mặt"}
_NAME = Column("Họ và tên", 26, _of("full_name"))
_BIRTH = Column("Ngày sinh", 12, show_birth)
_VILLAGE = Column("Thôn, tổ dân phố", 18, _of("village"))
_ADDRESS = Column("Địa chỉ", 26, _of("address"))
_PHONE = Column("Số điện thoại", 13, _of("phone"))
_COMMUNE = Column("Xã, phường", 18, _of("commune_text"))
_AT_HOME = (_NAME, _BIRTH, _VILLAGE, _ADDRESS, _PHONE)

KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind(
            "commune",
            "UBND cấp xã",
            "cap-xa",
            "commune",
            "commune",
            True,
            _AT_HOME,
            "Tìm người tại nhà, bổ sung giấy tờ, vận động mở tài khoản.",
        ),
        Kind(
            "village",
            "Tổ công tác 06",
            "to-cong-tac-06",
            "commune",
            "village",
            True,
            _AT_HOME,
            "Tìm người tại nhà, bổ sung giấy tờ, vận động mở tài khoản.",
        ),
        Kind(
            "police",
            "Công an cấp xã",
            "cong-an",
            "police",
            "commune",
            False,
            (
                _NAME,
                _BIRTH,
                Column("Giới tính", 9, lambda row: _SEX.get(row.get("sex") or "", "")),
                Column("Số định danh", 16, _of("number")),
                _VILLAGE,
                _ADDRESS,
            ),
            "Tra cứu, đối chiếu CSDLQG về dân cư.",
        ),
        Kind(
            "bank",
            "Ngân hàng",
            "ngan-hang",
            "bank",
            "bank",
            False,
            (_NAME, _BIRTH, Column("Số tài khoản", 20, _of("account_number")), Column("Tên chủ tài khoản", 26, _of("holder_name"))),
            "Kiểm tra tài khoản do chính ngân hàng báo cáo.",
        ),
        Kind(
            "post",
            "Bưu điện",
            "buu-dien",
            "post",
            "unit",
            True,
            (_NAME, _BIRTH, _COMMUNE, _VILLAGE, _ADDRESS, _PHONE),
            "Đến hỗ trợ người dân mở tài khoản.",
        ),
        Kind(
            "department",
            "Phòng/Sở Lao động - Thương binh và Xã hội",
            "lao-dong",
            "department",
            "unit",
            False,
            (
                _NAME,
                _BIRTH,
                _COMMUNE,
                Column("Mã đối tượng", 12, _of("policy_code")),
                Column("Số tiền (đồng)", 14, _of("amount")),
                Column("Hình thức chi trả", 12, lambda row: _METHOD.get(row.get("method") or "", "")),
            ),
            "Rà soát quyết định hưởng và danh sách chi trả.",
        ),
    )
}
"""Kinds of recipients by name. What each needs follows from what it does; the rest of a record stays in the store."""

DEFAULT = ("commune", "police", "bank", "post", "department")
"""Kinds made when none is named: a village's rows stand in its commune's list already."""
