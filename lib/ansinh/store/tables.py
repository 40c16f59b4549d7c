"""The canonical tables: their columns with types, units and meanings. docs/data-model.md is generated from this file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

NO_UNIT = "none"

TYPES: Mapping[str, str] = {
    "text": "string",
    "integer": "int64",
    "number": "float64",
    "boolean": "bool",
    "date": "date32",
    "time": "timestamp[s]",
}
"""Type of a column → its name in Arrow."""


@dataclass(frozen=True)
class Column:
    """One column: its type (a key of TYPES), its meaning in English and Vietnamese, its unit, and whether it is personal."""

    name: str
    type: str
    meaning: str
    meaning_vi: str
    unit: str = ""
    personal: bool = False


@dataclass(frozen=True)
class Table:
    """One canonical table: `row` says what one row is; `key` are the columns its rows are sorted by."""

    name: str
    row: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]

    @property
    def schema(self) -> pa.Schema:
        """The Arrow schema."""
        import pyarrow as pa

        return pa.schema([(column.name, pa.type_for_alias(TYPES[column.type])) for column in self.columns])

    @property
    def names(self) -> tuple[str, ...]:
        """The column names, in order."""
        return tuple(column.name for column in self.columns)


def _c(name: str, type: str, meaning: str, meaning_vi: str, unit: str = "", personal: bool = False) -> Column:
    return Column(name, type, meaning, meaning_vi, unit, personal)


_WHERE = (
    _c("source_file", "text", "File the row came from, relative to the sources folder", "Tệp nguồn"),
    _c("source_sheet", "text", "Sheet in the file; empty for a file without sheets", "Trang tính"),
    _c("source_row", "integer", "Row in the sheet as a spreadsheet counts it, from 1", "Dòng trong trang tính"),
)
_UNIT = _c("unit", "text", "Code of the unit (the level the campaign reports at); 'none' when unknown", "Mã đơn vị")
_PERSON = _c(
    "person_id",
    "text",
    "The person, opaque and stable between snapshots; empty when no person of a list is meant",
    "Mã người trong hệ thống",
)
_BIRTH = (
    _c("birth_date", "date", "Birth date when day, month and year are known", "Ngày sinh", personal=True),
    _c("birth_year", "integer", "Birth year when at least the year is known", "Năm sinh", "year", True),
    _c("birth_precision", "text", "day | month | year; null when no date could be read", "Độ chi tiết của ngày sinh"),
)
_EXTRA = _c("extra", "text", "Columns this kind of list does not know, as JSON: heading to original value", "Cột khác", personal=True)

BENEFICIARIES = Table(
    "beneficiaries",
    "one record (bản ghi) of a beneficiary list: one entitlement of one person",
    ("unit", "record_id"),
    (
        _c("record_id", "text", "The record, opaque and stable between snapshots", "Mã bản ghi"),
        _PERSON,
        _UNIT,
        _c("commune", "text", "Code of the commune; null when it could not be read", "Mã xã, phường"),
        _c("commune_text", "text", "Commune as the list names it", "Tên xã, phường theo danh sách"),
        _c("village", "text", "Village or residential group as the list names it", "Thôn, tổ dân phố"),
        _c("full_name", "text", "Full name: NFC, single spaces, capitalised", "Họ và tên", personal=True),
        _c("name_key", "text", "The name as banks write it: capitals without diacritics", "Họ tên viết hoa không dấu", personal=True),
        *_BIRTH,
        _c("birth_text", "text", "Birth date as written", "Ngày sinh theo danh sách", personal=True),
        _c("sex", "text", "male | female; null when not read", "Giới tính", personal=True),
        _c(
            "number",
            "text",
            "Personal number or CMND as digits, spaces and marks removed, not repaired",
            "Số định danh, CCCD hoặc CMND",
            personal=True,
        ),
        _c("number_issued", "date", "Date of issue of the card", "Ngày cấp", personal=True),
        _c("address", "text", "Address as written", "Địa chỉ", personal=True),
        _c("policy_code", "text", "Policy code: 5.1 to 5.8 (Decree 20/2021 art. 5), NCC.* merit, TP.* the city's own", "Mã đối tượng"),
        _c("policy_group", "text", "Group id of the campaign", "Nhóm đối tượng"),
        _c("policy_text", "text", "Group or policy as the list names it", "Nhóm đối tượng theo danh sách"),
        _c("amount", "integer", "Monthly allowance of this entitlement", "Mức trợ cấp", "VND a month"),
        _c("status", "text", "active | suspended | stopped", "Trạng thái hưởng"),
        _c("phone", "text", "Telephone as digits with leading zero", "Số điện thoại", personal=True),
        _c("receiver_name", "text", "Guardian or authorised receiver", "Người nhận thay", personal=True),
        _c("receiver_relation", "text", "Relation of the receiver as written", "Quan hệ của người nhận thay", personal=True),
        _c("receiver_number", "text", "Personal number of the receiver, digits", "Số CCCD người nhận thay", personal=True),
        _c("incapable", "boolean", "The list says the person has no capacity to act", "Mất năng lực hành vi"),
        _c("declined", "boolean", "The person does not register an account (không đăng ký)", "Không đăng ký tài khoản"),
        _c("declined_confirmed", "boolean", "A signed confirmation exists (dispatch of 7 January 2024)", "Có xác nhận không đăng ký"),
        _c("declined_reason", "text", "Reason as written", "Lý do không đăng ký", personal=True),
        _c("payment_method", "text", "account | cash, as the list plans it", "Hình thức chi trả"),
        _c("note", "text", "Note as written", "Ghi chú", personal=True),
        _EXTRA,
        *_WHERE,
    ),
)

REGISTER_MATCHES = Table(
    "register_matches",
    "one result of the police's comparison of one person with the national population database",
    ("unit", "match_id"),
    (
        _c("match_id", "text", "The result row, opaque and stable between snapshots", "Mã kết quả đối chiếu"),
        _PERSON,
        _UNIT,
        _c("number", "text", "Number that was looked up, digits", "Số định danh đã tra", personal=True),
        _c("full_name", "text", "Name that was looked up", "Họ tên đã tra", personal=True),
        _c("name_key", "text", "That name, capitals without diacritics", "Họ tên viết hoa không dấu", personal=True),
        *_BIRTH,
        _c(
            "result",
            "text",
            "matched | name_differs | birth_differs | sex_differs | number_not_found | deceased | moved | missing_person | several | not_checked",
            "Kết quả đối chiếu",
        ),
        _c("result_text", "text", "Result as written", "Kết quả theo danh sách"),
        _c("checked_on", "date", "Day of the comparison", "Ngày đối chiếu"),
        _c("note", "text", "Note as written", "Ghi chú", personal=True),
        _EXTRA,
        *_WHERE,
    ),
)

ACCOUNTS = Table(
    "accounts",
    "one account that a bank, the post or a wallet reports for a beneficiary",
    ("unit", "account_id"),
    (
        _c("account_id", "text", "The account row, opaque and stable between snapshots", "Mã dòng tài khoản"),
        _PERSON,
        _UNIT,
        _c("number", "text", "Personal number of the beneficiary, digits", "Số định danh người thụ hưởng", personal=True),
        _c("full_name", "text", "Beneficiary's name", "Họ tên người thụ hưởng", personal=True),
        _c("name_key", "text", "That name, capitals without diacritics", "Họ tên viết hoa không dấu", personal=True),
        *_BIRTH,
        _c("account_number", "text", "Account number, spaces and marks removed", "Số tài khoản", personal=True),
        _c("holder_name", "text", "Holder as the bank writes it", "Tên chủ tài khoản", personal=True),
        _c("holder_key", "text", "Holder, capitals without diacritics", "Tên chủ tài khoản viết hoa không dấu", personal=True),
        _c("bank", "text", "Bank code of params/banks.csv; null when unknown", "Mã ngân hàng"),
        _c("bank_text", "text", "Bank as written", "Ngân hàng theo danh sách"),
        _c("opened_at", "time", "Local time of opening; midnight when only the day is known", "Thời điểm mở"),
        _c("opened_precision", "text", "second | day", "Độ chi tiết thời điểm mở"),
        _c("channel", "text", "branch | mobile_point | post | online | vneid; null when not read", "Kênh mở"),
        _c("status", "text", "active | pending | locked | closed | rejected", "Trạng thái tài khoản"),
        _c("note", "text", "Note as written", "Ghi chú", personal=True),
        _EXTRA,
        *_WHERE,
    ),
)

PAYMENTS = Table(
    "payments",
    "one line of a payment list: one entitlement paid to one person in one period",
    ("unit", "payment_id"),
    (
        _c("payment_id", "text", "The payment row, opaque and stable between snapshots", "Mã dòng chi trả"),
        _PERSON,
        _UNIT,
        _c("period", "text", "Payment period, YYYY-MM", "Kỳ chi trả"),
        _c("number", "text", "Personal number of the beneficiary, digits", "Số định danh", personal=True),
        _c("full_name", "text", "Beneficiary's name", "Họ tên", personal=True),
        _c("name_key", "text", "That name, capitals without diacritics", "Họ tên viết hoa không dấu", personal=True),
        *_BIRTH,
        _c("policy_code", "text", "Policy code paid for; null when not given", "Mã đối tượng"),
        _c("amount", "integer", "Amount of this line", "Số tiền", "VND"),
        _c("method", "text", "account | cash", "Hình thức chi trả"),
        _c("result", "text", "paid | returned | pending", "Kết quả chi trả"),
        _c("return_reason", "text", "Reason of a return, as written", "Lý do trả lại", personal=True),
        _c("paid_on", "date", "Day of payment", "Ngày chi trả"),
        _c("account_number", "text", "Account paid to", "Số tài khoản nhận", personal=True),
        _c("bank", "text", "Bank code of params/banks.csv", "Mã ngân hàng"),
        _EXTRA,
        *_WHERE,
    ),
)

QUARANTINE = Table(
    "quarantine",
    "one row of a source that could not be understood",
    ("source_file", "source_sheet", "source_row"),
    (
        _c("kind", "text", "Kind of list: beneficiaries, register_matches, accounts, payments", "Loại danh sách"),
        _UNIT,
        _c("reason", "text", "Reason code, stable", "Mã lý do"),
        _c("reason_text", "text", "Reason in Vietnamese, for a commune clerk; without personal values", "Lý do chờ xử lý"),
        _c("cells", "text", "The original cells as a JSON object: heading of the file → cell", "Nội dung gốc", personal=True),
        *_WHERE,
    ),
)

MENDS = Table(
    "mends",
    "one value that intake changed in meaning, with the original beside it",
    ("source_file", "source_sheet", "source_row", "field"),
    (
        _c("kind", "text", "Kind of list", "Loại danh sách"),
        _c("row_id", "text", "record_id, match_id, account_id or payment_id of the row", "Mã dòng"),
        _UNIT,
        _c("field", "text", "Canonical field", "Trường dữ liệu"),
        _c("original", "text", "Value as read from the cell", "Giá trị gốc", personal=True),
        _c("value", "text", "Value as stored", "Giá trị sau chuẩn hóa", personal=True),
        _c(
            "rule",
            "text",
            "Rule that mended it, stable id; `correction`: a returned worklist, whose file, sheet and row then stand here",
            "Quy tắc chuẩn hóa",
        ),
        _c(
            "confidence",
            "number",
            "How sure a proposal is (likeness), above 0 to 1; null for a rule that leaves no doubt",
            "Độ tin cậy",
            "share",
        ),
        *_WHERE,
    ),
)

CORRECTIONS = Table(
    "corrections",
    "one row of a returned worklist, and what became of it",
    ("source_file", "source_sheet", "source_row"),
    (
        _c("row_key", "text", "Key of the row that is meant, opaque (docs/worklists.md)", "Mã dòng"),
        _c("table", "text", "Table of that row; null when the key is none", "Bảng"),
        _c("row_id", "text", "record_id, match_id, account_id or payment_id of that row; null when it was not found", "Mã bản ghi"),
        _UNIT,
        _c("check_id", "text", "Check the row was listed for", "Mã tiêu chí"),
        _c("field", "text", "Field to mend, as the sheet names it", "Trường cần sửa"),
        _c("found_value", "text", "Value when the list was made", "Giá trị hiện có", personal=True),
        _c("value", "text", "Right value, as the recipient wrote it", "Giá trị đúng", personal=True),
        _c("answer", "text", "What the recipient says was done", "Kết quả xử lý"),
        _c("note", "text", "Note of the recipient", "Ghi chú xử lý", personal=True),
        _c(
            "state",
            "text",
            "applied | already (the source says so by now) | answered (no value to apply) | open (not filled in) |"
            " unknown, stale, conflict, unreadable, field (quarantined)",
            "Tình trạng",
        ),
        _c("state_text", "text", "Why it waits, in Vietnamese; empty otherwise", "Lý do chờ xử lý"),
        _EXTRA,
        *_WHERE,
    ),
)

LOADS = Table(
    "loads",
    "one sheet of one source file, as loaded: read = kept + quarantined",
    ("source_file", "source_sheet"),
    (
        _c("kind", "text", "Kind of list", "Loại danh sách"),
        _UNIT,
        _c("sha256", "text", "SHA-256 of the file", "Mã băm của tệp"),
        _c("bytes", "integer", "Size of the file", "Kích thước tệp", "bytes"),
        _c("format", "text", "xlsx, csv (windows-1258, ;) …", "Định dạng"),
        _c("status", "text", "loaded | refused", "Tình trạng"),
        _c("message", "text", "Why refused, or what was noticed (hidden rows, repaired encoding); no personal value", "Thông báo"),
        _c("rows_read", "integer", "Data rows read", "Số dòng đọc", "rows"),
        _c("rows_kept", "integer", "Rows kept", "Số dòng nhận", "rows"),
        _c("rows_quarantined", "integer", "Rows quarantined", "Số dòng chờ xử lý", "rows"),
        _c("source_file", "text", "File, relative to the sources folder", "Tệp nguồn"),
        _c("source_sheet", "text", "Sheet", "Trang tính"),
    ),
)

FINDINGS = Table(
    "findings",
    "one finding: one check fails on one row of a canonical table",
    ("check_id", "row_id"),
    (
        _c("check_id", "text", "Permanent id of the check", "Mã tiêu chí"),
        _c("check_version", "integer", "Version of the check's rule", "Phiên bản tiêu chí"),
        _c("table", "text", "Table judged: beneficiaries, accounts or payments", "Bảng được kiểm tra"),
        _c("row_id", "text", "record_id, account_id or payment_id", "Mã dòng"),
        _PERSON,
        _UNIT,
        _c("commune", "text", "Commune of the person", "Mã xã, phường"),
        _c("severity", "text", "blocks_account | blocks_payment | warns", "Mức độ"),
        _c("who", "text", "Who mends: commune | police | bank | post | department", "Đơn vị xử lý"),
        _c("since", "date", "As-of date of the snapshot that first had it", "Có từ lần chốt số liệu"),
        _c("state", "text", "new | standing | reopened, against the previous snapshot", "Tình trạng so với lần trước"),
    ),
)

OUTCOMES = Table(
    "outcomes",
    "how many rows one check failed, passed or did not apply to, in one commune and policy group",
    ("check_id", "unit", "commune", "policy_group", "outcome", "reason"),
    (
        _c("check_id", "text", "Permanent id of the check", "Mã tiêu chí"),
        _c("check_version", "integer", "Version of the check's rule", "Phiên bản tiêu chí"),
        _UNIT,
        _c("commune", "text", "Commune", "Mã xã, phường"),
        _c("policy_group", "text", "Group id of the campaign", "Nhóm đối tượng"),
        _c("outcome", "text", "fails | passes | not_applicable", "Kết quả"),
        _c("reason", "text", "Why not applicable; empty otherwise", "Lý do không áp dụng"),
        _c("rows", "integer", "Rows of the judged table", "Số dòng", "rows"),
    ),
)

PERSONS = Table(
    "persons",
    "one person, counted once in the whole city, with what the judges found",
    ("unit", "person_id"),
    (
        _PERSON,
        _UNIT,
        _c("commune", "text", "Commune the person is counted in; null when unknown", "Mã xã, phường"),
        _c("village", "text", "Village or residential group", "Thôn, tổ dân phố"),
        _c("policy_group", "text", "Group of the person's highest entitlement", "Nhóm đối tượng"),
        _c("sex", "text", "male | female", "Giới tính", personal=True),
        _c(
            "age",
            "integer",
            "Full years on the as-of date; where only the year or month of birth is known, as if born on its first day",
            "Tuổi",
            "years",
            True,
        ),
        _c("entitlements", "integer", "Records of the person", "Số chế độ hưởng", "entitlements"),
        _c("amount", "integer", "Sum of the monthly amounts", "Tổng mức trợ cấp", "VND a month"),
        _c("complete", "boolean", "Every field account opening needs is present and valid (D2)", "Đủ thông tin"),
        _c("verified", "boolean", "Matched in the national population database", "Đã đối chiếu khớp"),
        _c("clean", "boolean", "No finding that blocks account opening or payment (D1)", "Dữ liệu sạch"),
        _c("ready", "boolean", "No finding that blocks account opening", "Sẵn sàng mở tài khoản"),
        _c("has_account", "boolean", "At least one account reported, whatever its status but rejected", "Đã có tài khoản"),
        _c("account_owner", "text", "own | receiver | unclear; null without account", "Chủ tài khoản"),
        _c(
            "usable_account",
            "boolean",
            "An active account in the person's or the lawful receiver's name, person not found deceased",
            "Tài khoản dùng được",
        ),
        _c(
            "account_trouble",
            "text",
            "pending | closed (or locked) | faulty | deceased: why no account of the person is usable; null without account and where one is",
            "Vì sao tài khoản chưa dùng được",
        ),
        _c("account_opened_at", "time", "First opening among usable accounts, else among all", "Thời điểm mở tài khoản"),
        _c("account_bank", "text", "Bank of that account", "Ngân hàng"),
        _c("account_channel", "text", "Channel of that account", "Kênh mở"),
        _c("declined", "boolean", "Does not register, and has no account", "Không đăng ký tài khoản"),
        _c("declined_confirmed", "boolean", "Declined with signed confirmation and reason", "Không đăng ký, có xác nhận"),
        _c(
            "payment",
            "text",
            "account | cash | returned | pending | none: how the period's payment reached the person; account when any line was paid so and none otherwise",
            "Hình thức đã nhận",
        ),
        _c("paid_account", "integer", "Paid by account in the period", "Số tiền qua tài khoản", "VND"),
        _c("paid_cash", "integer", "Paid in cash in the period", "Số tiền mặt", "VND"),
        _c("returned", "integer", "Returned in the period", "Số tiền bị trả lại", "VND"),
        _c("blocker", "text", "Check id of the gravest finding that blocks account opening; null if none", "Tiêu chí cản trở chính"),
        _c("blocker_who", "text", "Who mends it", "Đơn vị xử lý"),
    ),
)

WITHHELD = Table(
    "withheld",
    "one count of a published table that must not be shown although it is not small itself",
    ("unit", "cell"),
    (
        _UNIT,
        _c("cell", "text", "Name of the count: place, row and what it counts", "Tên ô số liệu không công bố"),
    ),
)

TABLES: Mapping[str, Table] = {
    table.name: table
    for table in (
        BENEFICIARIES,
        REGISTER_MATCHES,
        ACCOUNTS,
        PAYMENTS,
        QUARANTINE,
        MENDS,
        CORRECTIONS,
        LOADS,
        FINDINGS,
        OUTCOMES,
        PERSONS,
        WITHHELD,
    )
}


def data_model() -> str:
    """Return the tables as Markdown (the body of docs/data-model.md)."""
    lines: list[str] = []
    for table in TABLES.values():
        lines += [
            f"## {table.name}",
            "",
            f"One row is {table.row}. Sorted by {', '.join(table.key)}.",
            "",
            "| column | type | unit | personal | meaning | nghĩa |",
            "| --- | --- | --- | --- | --- | --- |",
        ]
        for c in table.columns:
            cells = (f"`{c.name}`", c.type, c.unit or "–", "yes" if c.personal else "–", c.meaning, c.meaning_vi)
            lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
        lines.append("")
    return "\n".join(lines)
