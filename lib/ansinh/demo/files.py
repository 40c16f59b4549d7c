"""The files officials send: one truth, written in the styles that really occur.

Every writer returns where each row went (sheet, row as a spreadsheet counts it), so that the truth can name its place.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import xlsxwriter

from ansinh.identity import legacy

FIXED_DATE = pd.Timestamp("2024-01-01").to_pydatetime()
"""Creation date in every workbook: same seed, same bytes."""

HEADINGS = {
    "stt": "STT",
    "full_name": "Họ và tên",
    "birth_text": "Ngày, tháng, năm sinh",
    "sex": "Giới tính",
    "number": "Số CCCD/ĐDCN",
    "number_issued": "Ngày cấp",
    "village": "Thôn/Tổ dân phố",
    "commune_text": "Xã/Phường",
    "policy_text": "Nhóm đối tượng",
    "policy_code": "Mã đối tượng",
    "amount": "Mức trợ cấp",
    "phone": "Số điện thoại",
    "receiver_name": "Người nhận thay",
    "receiver_relation": "Quan hệ",
    "receiver_number": "CCCD người nhận thay",
    "capacity": "Năng lực hành vi",
    "declined_text": "Không đăng ký tài khoản",
    "declined_reason": "Lý do không đăng ký",
    "status": "Trạng thái",
    "note": "Ghi chú",
}
OTHER_HEADINGS = HEADINGS | {
    "stt": "TT",
    "full_name": "Họ tên đối tượng",
    "birth_text": "Năm sinh",
    "number": "Số định danh cá nhân",
    "village": "Địa chỉ (thôn, TDP)",
    "commune_text": "Tên xã",
    "policy_code": "Mã chính sách",
    "amount": "Số tiền trợ cấp (đồng)",
    "phone": "Điện thoại liên hệ",
    "receiver_name": "Họ tên người giám hộ",
    "receiver_relation": "Quan hệ với đối tượng",
    "receiver_number": "Số CCCD người giám hộ",
}
FIELDS = tuple(HEADINGS)


@dataclass(frozen=True)
class Placed:
    """Where the rows of one file went: sheet name and row per record, in the order given."""

    sheets: list[str]
    rows: list[int]


Style = Callable[[Path, pd.DataFrame, str], Placed]


def _values(frame: pd.DataFrame, fields: Sequence[str]) -> list[list[object]]:
    return frame[list(fields)].astype(object).where(frame[list(fields)].notna(), "").to_numpy().tolist()


def _workbook(path: Path) -> xlsxwriter.Workbook:
    path.parent.mkdir(parents=True, exist_ok=True)
    book = xlsxwriter.Workbook(
        str(path), {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    )
    book.set_properties({"created": FIXED_DATE})
    return book


def plain(path: Path, frame: pd.DataFrame, unit_name: str) -> Placed:
    """One sheet, headings in the first row."""
    with _workbook(path) as book:
        sheet = book.add_worksheet("Danh sách")
        sheet.write_row(0, 0, list(HEADINGS.values()))
        for number, values in enumerate(_values(frame, FIELDS), 1):
            sheet.write_row(number, 0, values)
    return Placed(["Danh sách"] * len(frame), list(range(2, len(frame) + 2)))


def ministry(path: Path, frame: pd.DataFrame, unit_name: str) -> Placed:
    """Titles above, headings over two rows with merged cells, a row of column numbers, signature below."""
    with _workbook(path) as book:
        sheet = book.add_worksheet("Biểu 01")
        bold = book.add_format({"bold": True, "align": "center"})
        sheet.write(0, 0, "ỦY BAN NHÂN DÂN " + unit_name.upper(), bold)
        sheet.write(1, 0, "PHÒNG LAO ĐỘNG - THƯƠNG BINH VÀ XÃ HỘI", bold)
        sheet.write(3, 4, "DANH SÁCH ĐỐI TƯỢNG HƯỞNG TRỢ CẤP AN SINH XÃ HỘI", bold)
        upper, lower = _two_rows(OTHER_HEADINGS)
        sheet.write_row(5, 0, upper)
        sheet.write_row(6, 0, lower)
        sheet.write_row(7, 0, [f"({number})" for number in range(1, len(FIELDS) + 1)])
        for number, values in enumerate(_values(frame, FIELDS), 8):
            sheet.write_row(number, 0, values)
        end = 8 + len(frame)
        sheet.write(end, 1, "Tổng cộng")
        sheet.write(end, FIELDS.index("amount"), int(frame["amount"].sum()))
        sheet.write(end + 2, 1, "NGƯỜI LẬP BIỂU")
        sheet.write(end + 2, 8, "TRƯỞNG PHÒNG")
        sheet.write(end + 3, 1, "(Ký, ghi rõ họ tên)")
    return Placed(["Biểu 01"] * len(frame), list(range(9, len(frame) + 9)))


def _two_rows(headings: dict[str, str]) -> tuple[list[str], list[str]]:
    """Return headings over two rows, as merged cells leave them: the group stands over its first column only."""
    upper, lower = [], []
    for field in FIELDS:
        if field.startswith("receiver_"):
            upper.append("Người giám hộ" if field == "receiver_name" else "")
            lower.append({"receiver_name": "Họ tên", "receiver_relation": "Quan hệ", "receiver_number": "Số CCCD"}[field])
        else:
            upper.append(headings[field])
            lower.append("")
    return upper, lower


def by_commune(path: Path, frame: pd.DataFrame, unit_name: str) -> Placed:
    """One sheet per commune with its name, a title row, subtotal at the end; sex in two columns."""
    fields = [field for field in FIELDS if field not in ("commune_text", "sex")]
    sheets = pd.Series("", index=frame.index)
    rows = pd.Series(0, index=frame.index)
    with _workbook(path) as book:
        for commune, part in frame.groupby("commune_text", sort=False):
            name = str(commune)[:31]
            sheet = book.add_worksheet(name)
            sheet.write(0, 0, "DANH SÁCH NGƯỜI HƯỞNG TRỢ CẤP")
            sheet.write_row(2, 0, [HEADINGS[field] for field in fields] + ["Nam", "Nữ"])
            for number, (values, sex) in enumerate(zip(_values(part, fields), part["sex"], strict=True), 3):
                sheet.write_row(number, 0, [*values, "x" if sex == "Nam" else "", "x" if sex == "Nữ" else ""])
            sheet.write(3 + len(part), 1, "Cộng: ")
            sheets[part.index] = name
            rows[part.index] = range(4, len(part) + 4)
    return Placed(sheets.tolist(), rows.tolist())


def _old(encoding: str) -> Style:
    def write(path: Path, frame: pd.DataFrame, unit_name: str) -> Placed:
        changed = frame.copy()
        for column in (
            "full_name",
            "village",
            "commune_text",
            "policy_text",
            "receiver_name",
            "receiver_relation",
            "declined_reason",
            "note",
        ):
            changed[column] = [legacy.from_unicode(text, encoding) if isinstance(text, str) else text for text in changed[column]]
        return plain(path, changed, unit_name)

    return write


def semicolons(path: Path, frame: pd.DataFrame, unit_name: str) -> Placed:
    """A CSV as a Vietnamese Excel saves it: semicolons, UTF-8 with a byte order mark."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_csv(path, [list(OTHER_HEADINGS.values()), *_values(frame, FIELDS)], delimiter=";")
    return Placed([""] * len(frame), list(range(2, len(frame) + 2)))


def write_csv(path: Path, rows: list[list[object]], delimiter: str = ",") -> None:
    """Write rows as CSV (UTF-8 with byte order mark, CRLF)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, lineterminator="\r\n").writerows(rows)
    path.write_bytes(b"\xef\xbb\xbf" + text.getvalue().encode("utf-8"))


STYLES: dict[str, tuple[str, Style]] = {
    "plain": (".xlsx", plain),
    "ministry": (".xlsx", ministry),
    "by_commune": (".xlsx", by_commune),
    "semicolons": (".csv", semicolons),
    "tcvn3": (".xlsx", _old("tcvn3")),
    "vni": (".xlsx", _old("vni")),
}
"""Style name → file ending and writer."""

ORDER = (
    "plain",
    "ministry",
    "by_commune",
    "semicolons",
    "ministry",
    "by_commune",
    "plain",
    "tcvn3",
    "by_commune",
    "ministry",
    "vni",
    "semicolons",
)
"""Which unit writes in which style, round and round in register order."""
