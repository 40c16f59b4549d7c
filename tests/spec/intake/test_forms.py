"""The forms communes and districts really fill in, each with its expected reading."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from ansinh.campaign import Campaign, Workspace
from ansinh.identity import legacy
from ansinh.intake import counts, explain, load, read_history, write_list
from ansinh.intake.headings import Headings
from ansinh.units import search_key
from tests.spec.intake.conftest import ROOT, Read
from tests.spec.intake.test_corpus import HEAD, NAME, NAMES, NUMBERS, ROWS, told, xlsx

EMPTY: list[Any] = []


def texts(column: pd.Series) -> list[str | None]:
    return [value if isinstance(value, str) else None for value in column]


# --- headings --------------------------------------------------------------------------------------------------------


def test_birth_years_under_nam_and_nu_give_birth_and_sex(read: Read, tmp_path: Path) -> None:
    upper = ["STT", "Họ và tên", "Năm sinh", None, "Số CCCD"]
    lower = [None, None, "Nam", "Nữ", None]
    got = read(xlsx(tmp_path, [upper, lower, [1, NAMES[0], 1950, None, NUMBERS[0]], [2, NAMES[1], None, "12/05/1947", NUMBERS[1]]]))
    assert told(got) == NAMES[:2]
    assert list(got.rows["birth_year"]) == [1950, 1947]
    assert list(got.rows["birth_precision"]) == ["year", "day"]
    assert list(got.rows["sex"]) == ["male", "female"]


def test_day_month_and_year_of_birth_in_columns_of_their_own(read: Read, tmp_path: Path) -> None:
    upper = ["STT", "Họ và tên", "Ngày, tháng, năm sinh", None, None, "Số CCCD"]
    lower = [None, None, "Ngày", "Tháng", "Năm", None]
    got = read(xlsx(tmp_path, [upper, lower, [1, NAMES[0], 5, 3, 1950, NUMBERS[0]], [2, NAMES[1], None, None, 1947, NUMBERS[1]]]))
    assert [str(day)[:10] for day in got.rows["birth_date"]] == ["1950-03-05", "None"]
    assert list(got.rows["birth_year"]) == [1950, 1947]


@pytest.mark.parametrize("head", [["Họ đệm", "Tên"], ["Họ và tên", None], ["Họ và tên đệm", "Tên"]])
def test_a_name_in_two_columns_is_one_name(read: Read, tmp_path: Path, head: list[Any]) -> None:
    rows = [[row[0], " ".join(row[1].split()[:-1]), row[1].split()[-1], *row[2:5]] for row in ROWS]
    got = read(xlsx(tmp_path, [["STT", *head, "Ngày sinh", "Giới tính", "Số CCCD"], *rows]))
    assert told(got) == NAMES


def test_the_old_number_is_taken_where_the_new_one_is_missing(read: Read, tmp_path: Path) -> None:
    head = ["STT", "Họ và tên", "Năm sinh", "Số CMND", "Số CCCD"]
    got = read(xlsx(tmp_path, [head, [1, NAMES[0], 1950, "011234567", NUMBERS[0]], [2, NAMES[1], 1947, "012345679", None]]))
    assert list(got.rows["number"]) == [NUMBERS[0], "012345679"]
    assert '"Số CMND": "011234567"' in got.rows["extra"][0]


@pytest.mark.parametrize("group", ["Người nhận thay", "Thông tin người giám hộ", "Người được ủy quyền nhận thay"])
def test_a_guardians_name_and_number_are_not_the_persons(read: Read, tmp_path: Path, group: str) -> None:
    upper = ["STT", "Họ và tên", "Năm sinh", "Số CCCD", group, None, None]
    lower = [None, None, None, None, "Họ và tên", "Quan hệ", "Số CCCD"]
    got = read(xlsx(tmp_path, [upper, lower, [1, NAMES[0], 1950, NUMBERS[0], NAMES[1], "Con", NUMBERS[1]]]))
    row = got.rows.iloc[0]
    assert (row["full_name"], row["number"]) == (NAMES[0], NUMBERS[0])
    assert (row["receiver_name"], row["receiver_relation"], row["receiver_number"]) == (NAMES[1], "Con", NUMBERS[1])


def test_a_group_that_only_gathers_leaves_its_columns_their_meaning(read: Read, tmp_path: Path) -> None:
    upper = ["STT", "Họ và tên", "Giới tính", None, "CCCD/CMND", None, "Nơi thường trú", None]
    lower = [None, None, "Nam", "Nữ", "Số", "Ngày cấp", "Thôn", "Xã"]
    got = read(xlsx(tmp_path, [upper, lower, [1, NAMES[0], "x", None, NUMBERS[0], "02/03/2021", "Tổ 4", "Phúc Xá"]]))
    row = got.rows.iloc[0]
    assert (row["sex"], row["number"], str(row["number_issued"])[:10]) == ("male", NUMBERS[0], "2021-03-02")
    assert (row["village"], row["commune"]) == ("Tổ 4", "00001")


def test_a_heading_near_to_two_fields_is_refused_with_both_named(read: Read, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from ansinh.intake import headings

    monkeypatch.setattr(headings, "MARGIN", 30.0)
    monkeypatch.setattr(headings, "TOLERANCE", 70.0)
    headings._fields_of.cache_clear()
    got = read(xlsx(tmp_path, [[*HEAD, "Ngày cấpp"], *([*row, ""] for row in ROWS)]))
    headings._fields_of.cache_clear()
    assert got.load.status == "refused"
    assert "«Ngày cấpp» may mean number_issued or " in got.load.message


def test_two_columns_that_decide_nothing_are_no_reason_to_refuse(read: Read, tmp_path: Path) -> None:
    head = [*HEAD, "Hộ khẩu thường trú", "Nơi ở hiện nay"]
    got = read(xlsx(tmp_path, [head, *([*row, "Số 1 phố A", "Số 2 phố B"] for row in ROWS)]))
    assert told(got) == NAMES
    assert set(got.rows["address"]) == {"Số 1 phố A"}
    assert set(got.rows["extra"]) == {'{"Nơi ở hiện nay": "Số 2 phố B"}'}


def test_a_column_without_heading_and_one_of_another_list_are_kept_as_extra(read: Read, tmp_path: Path) -> None:
    got = read(xlsx(tmp_path, [[*HEAD, "Số tài khoản", None], *([*row, "0011004312345", "xem lại"] for row in ROWS)]))
    assert set(got.rows["extra"]) == {'{"Số tài khoản": "0011004312345", "cột I": "xem lại"}'}
    assert "columns kept as extra: Số tài khoản, cột I" in got.messages


def test_unknown_columns_of_a_banks_list_are_kept_too(read: Read, tmp_path: Path) -> None:
    head = ["Họ và tên", "Số CCCD", "Số tài khoản", "Ngân hàng", "Mã CIF"]
    got = read(xlsx(tmp_path, [head, [NAMES[0], NUMBERS[0], "0011004312345", "Vietcombank", "88123"]]), "accounts")
    assert list(got.rows["extra"]) == ['{"Mã CIF": "88123"}']


def test_allowance_and_sum_paid_are_told_apart(read: Read, tmp_path: Path) -> None:
    head = ["STT", "Họ và tên", "Số CCCD", "Mức trợ cấp", "Số tiền"]
    path = xlsx(tmp_path, [head, [1, NAMES[0], NUMBERS[0], "440.000", "880.000"]])
    assert list(read(path).rows["amount"]) == [440_000]
    assert list(read(path, "payments").rows["amount"]) == [880_000]


# --- below the headings ----------------------------------------------------------------------------------------------


def test_names_under_a_signature_block_are_nobody_entitled(read: Read, tmp_path: Path) -> None:
    below = [EMPTY, [None, "NGƯỜI LẬP BIỂU", None, None, "CHỦ TỊCH"], [None, "(Ký, ghi rõ họ tên)"], EMPTY]
    got = read(xlsx(tmp_path, [HEAD, *ROWS, *below, [None, "Hoàng Thị Lập", None, None, "Đỗ Văn Duyệt"]]))
    assert told(got) == NAMES
    assert "3 signature lines" in got.messages


def test_rows_after_a_signature_of_one_printed_page_are_read(read: Read, tmp_path: Path) -> None:
    got = read(xlsx(tmp_path, [HEAD, ROWS[0], [None, "NGƯỜI LẬP BIỂU"], [None, "Hoàng Thị Lập"], HEAD, *ROWS[1:]]))
    assert told(got) == NAMES


def test_section_lines_give_the_commune(read: Read, tmp_path: Path) -> None:
    head, rows = HEAD[:5], [row[:5] for row in ROWS]
    sheet = [head, ["I", "Phường Phúc Xá", None, None, 1], rows[0], ["II", "Phường Trúc Bạch"], rows[1], ["Phường Kim Mã"], rows[2]]
    got = read(xlsx(tmp_path, sheet))
    assert told(got) == NAMES
    assert list(got.rows["commune"]) == ["00001", "00004", "00028"]
    assert "3 section lines" in got.messages


def test_section_lines_give_the_policy_group_and_the_village(read: Read, tmp_path: Path) -> None:
    sheet = [HEAD, ["A", "Người có công"], ROWS[0], ["B", "Đối tượng bảo trợ xã hội"], ["Thôn Đoài"], *ROWS[1:]]
    got = read(xlsx(tmp_path, sheet))
    assert list(got.rows["policy_group"]) == ["merit", "protection", "protection"]
    assert texts(got.rows["village"]) == [None, "Thôn Đoài", "Thôn Đoài"]


def test_headings_over_two_rows_repeated_on_each_page(read: Read, tmp_path: Path) -> None:
    upper = ["STT", "Họ và tên", "Năm sinh", None, "Số CCCD"]
    lower = [None, None, "Nam", "Nữ", None]
    rows = [[1, NAMES[0], 1950, None, NUMBERS[0]], upper, lower, [2, NAMES[1], None, 1947, NUMBERS[1]]]
    assert told(read(xlsx(tmp_path, [upper, lower, *rows]))) == NAMES[:2]


def test_the_ministrys_column_letters_and_numbers(read: Read, tmp_path: Path) -> None:
    for marks in (["A", "B", "1", "2", "3", "4", "5"], [1, 2, 3, 4, 5, 6, "7=5x6"], ["(1)", "(2)", "(3)", None, "(5)", "(6)", "(7)"]):
        assert told(read(xlsx(tmp_path, [HEAD, marks, *ROWS]))) == NAMES, marks


def test_people_called_tong_cong_or_ban_are_no_totals_and_no_sections(read: Read, tmp_path: Path) -> None:
    people = ["Tống Văn Cường", "Công Thị Bình", "Bàn Văn Dũng", "Xa Thị Én", "Ngày Văn Giang"]
    got = read(xlsx(tmp_path, [HEAD, *([number, name] for number, name in enumerate(people, 1))]))
    assert told(got) == people


def test_a_person_with_nothing_but_a_name_is_kept_for_the_checks(read: Read, tmp_path: Path) -> None:
    assert told(read(xlsx(tmp_path, [HEAD, *ROWS, [4, "Đỗ Thị Én"]]))) == [*NAMES, "Đỗ Thị Én"]


def test_remarks_below_the_list_are_left_out_and_said(read: Read, tmp_path: Path) -> None:
    below = [["Ấn định danh sách này có 03 người./."], ["Ghi chú: số liệu tạm tính"]]
    got = read(xlsx(tmp_path, [HEAD, *ROWS, *below]))
    assert told(got) == NAMES
    assert "2 remarks" in got.messages


# --- where a list is from --------------------------------------------------------------------------------------------


def test_titles_name_the_unit_and_the_commune_where_the_file_does_not(read: Read, tmp_path: Path) -> None:
    above = [["UBND QUẬN BA ĐÌNH"], ["UBND PHƯỜNG PHÚC XÁ"], ["DANH SÁCH ĐỐI TƯỢNG"]]
    path = xlsx(tmp_path, [*above, HEAD[:5], *(row[:5] for row in ROWS)])
    got = read(path.rename(tmp_path / "bieu mau 1.xlsx"))
    assert got.load.unit == "001"
    assert set(got.rows["unit"]) == {"001"}
    assert set(got.rows["commune"]) == {"00001"}


def test_the_files_name_may_be_the_commune(read: Read, tmp_path: Path) -> None:
    path = xlsx(tmp_path, [HEAD[:5], *(row[:5] for row in ROWS)])
    got = read(path.rename(tmp_path / "001 Ba Đình - phường Trúc Bạch.xlsx"))
    assert set(got.rows["commune"]) == {"00004"}


def test_a_list_from_nowhere_says_so(read: Read, tmp_path: Path) -> None:
    got = read(xlsx(tmp_path, [HEAD, *ROWS]).rename(tmp_path / "tong hop.xlsx"))
    assert set(got.rows["unit"]) == {"none"}
    assert "begin the file's name with the unit's code" in got.messages


def test_a_list_whose_own_column_names_the_units_is_from_somewhere(read: Read, tmp_path: Path) -> None:
    head = [*HEAD[:5], "Quận/Huyện"]
    path = xlsx(tmp_path, [head, [*ROWS[0][:5], "Ba Đình"], [*ROWS[1][:5], "Quận Tây Hồ"]]).rename(tmp_path / "danh sach.xlsx")
    got = read(path)
    assert list(got.rows["unit"]) == ["001", "003"]
    assert "unit" not in got.messages
    path = xlsx(tmp_path, [head, [*ROWS[0][:5], "Ba Đình"], [*ROWS[1][:5], "Xuân Mai"]]).rename(tmp_path / "danh sach.xlsx")
    assert "1 row is from no unit of this campaign by «Quận/Huyện»" in read(path).messages


def test_a_list_of_the_police_or_a_bank_may_cover_the_whole_place(read: Read, tmp_path: Path) -> None:
    path = xlsx(tmp_path, [["Số CCCD", "Họ và tên", "Kết quả đối chiếu"], [NUMBERS[0], NAMES[0], "Khớp"]]).rename(tmp_path / "c06.xlsx")
    assert read(path, "register_matches").messages.strip() == ""


def test_titles_that_name_a_district_of_elsewhere_are_quoted(read: Read, tmp_path: Path) -> None:
    path = xlsx(tmp_path, [["UBND HUYỆN CỦ CHI"], [], HEAD, *ROWS]).rename(tmp_path / "danh sach.xlsx")
    assert "the titles name Huyện Củ Chi, which is not in this campaign" in read(path).messages
    assert "begin the file's name" not in read(path).messages


def test_notices_name_the_sheets_they_are_about_where_a_file_has_several(read: Read, tmp_path: Path) -> None:
    total = [None, "Tổng cộng", None, None, None, None, "660.000"]
    head = [*HEAD, "Diện"]
    sheets = [[head, ROWS[0], total], [head, ROWS[1], total], [head, ROWS[2]]]
    got = read(xlsx(tmp_path, *sheets, names=["Phúc Xá", "Trúc Bạch", "Kim Mã"]))
    assert got.load.noticed == ("sheets Phúc Xá, Trúc Bạch: left out as no data: 1 total",)
    assert read(xlsx(tmp_path, sheets[0])).load.noticed == ("left out as no data: 1 total",)


# --- what a list lacks -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("Số căn cước công dân", "number"),
        ("CCCD/ĐDCN", "number"),
        ("Số tiền hưởng/tháng", "amount"),
        ("Diện", "policy_text"),
        ("Diện hưởng", "policy_text"),
        ("SĐT liên hệ", "phone"),
        ("Tên chủ TK", "holder_name"),
        ("Số TK nhận", "account_number"),
    ],
)
def test_headings_offices_usually_write_are_known(heading: str, field: str) -> None:
    assert Headings.read(ROOT / "params" / "headings.yml").field_of(heading) == field


def test_no_synonym_stands_under_two_fields() -> None:
    declared = yaml.safe_load((ROOT / "params" / "headings.yml").read_text(encoding="utf-8"))["fields"]
    folded = [search_key(str(text)) for texts in declared.values() for text in {search_key(str(text)) for text in texts}]
    assert [text for text in folded if folded.count(text) > 1] == []


def test_a_list_that_lacks_an_important_column_says_so_first_and_which_heading_may_be_it(read: Read, tmp_path: Path) -> None:
    head = ["STT", "Họ và tên", "Ngày sinh", "Số căn cước theo thẻ", "Tình trạng nhà ở", "Nhóm đối tượng"]
    path = xlsx(tmp_path, [head, [*ROWS[0][:3], NUMBERS[0], "Nhà cấp 4", "Người cao tuổi"], [None, "Tổng cộng"]])
    got = read(path)
    assert got.messages.strip().startswith("no column for number («Số CCCD/ĐDCN»), amount («Mức trợ cấp»)")
    assert "«Số căn cước theo thẻ» may be number: if so, add it to number in params/headings.yml" in got.messages
    assert "Tình trạng nhà ở» may be" not in got.messages
    workspace = Workspace(ROOT)
    assert "\n  no column for number («Số CCCD/ĐDCN»), amount" in explain(path, workspace, workspace.campaign())


def test_a_list_of_accounts_without_holder_and_bank_says_so(read: Read, tmp_path: Path) -> None:
    got = read(xlsx(tmp_path, [["STT", "Số CCCD", "Số tài khoản"], [1, NUMBERS[0], "2200000001"]]), "accounts")
    assert "no column for holder_name («Tên chủ tài khoản»), bank («Ngân hàng»)" in got.messages


def test_a_list_with_all_that_matters_lacks_nothing(read: Read, tmp_path: Path) -> None:
    assert "no column for" not in read(xlsx(tmp_path, [[*HEAD, "Diện"], [*ROWS[0], "Người cao tuổi"]])).messages


def test_a_proposed_commune_says_how_sure_it_is(read: Read, tmp_path: Path) -> None:
    got = read(xlsx(tmp_path, [HEAD, [1, NAMES[0], "1950", "Nam", NUMBERS[0], "Phường Trúc Bach h", 1]]))
    proposed = got.mends[got.mends["rule"] == "commune_likeness"].iloc[0]
    assert (proposed["original"], proposed["value"]) == ("Phường Trúc Bach h", "00004")
    assert 0.86 <= proposed["confidence"] < 1


def test_a_bank_that_is_only_alike_is_told_and_an_unknown_one_is_null(read: Read, tmp_path: Path) -> None:
    head = ["Họ và tên", "Số CCCD", "Số tài khoản", "Ngân hàng"]
    banks = ["Vietcombank", "Vietcombannk", "Ngân hàng Sao Mai"]
    rows = [[name, number, f"00110043{at:05}", bank] for at, (name, number, bank) in enumerate(zip(NAMES, NUMBERS, banks, strict=True))]
    got = read(xlsx(tmp_path, [head, *rows]), "accounts")
    assert texts(got.rows["bank"]) == ["VCB", "VCB", None]
    assert got.mended("bank") == {banks[1]: "bank_likeness"}


# --- values and text files -------------------------------------------------------------------------------------------


def test_an_account_number_that_excel_cut_short_is_told(read: Read, tmp_path: Path) -> None:
    head = ["Họ và tên", "Số CCCD", "Số tài khoản", "Ngân hàng"]
    got = read(xlsx(tmp_path, [head, [NAMES[0], NUMBERS[0], 9704180012345678901, "BIDV"]]), "accounts")
    assert set(got.mended("account_number").values()) == {"digits_lost"}


def test_both_sexes_crossed_are_unread(read: Read, tmp_path: Path) -> None:
    got = read(xlsx(tmp_path, [["STT", "Họ và tên", "Nam", "Nữ", "Số CCCD"], [1, NAMES[0], "x", "x", NUMBERS[0]]]))
    assert texts(got.rows["sex"]) == [None]
    assert got.mended("sex") == {"x | x": "unread"}


def test_somebody_marked_dead_is_not_taken_for_entitled(read: Read, tmp_path: Path) -> None:
    got = read(xlsx(tmp_path, [[*HEAD, "Trạng thái"], [*ROWS[0], "Đã chết"], [*ROWS[1], "Đang chờ"], [*ROWS[2], ""]]))
    assert list(got.rows["status"]) == ["stopped", "active", "active"]
    assert got.mended("status") == {"Đang chờ": "assumed"}


@pytest.mark.parametrize("encoding", ["tcvn3", "vni"])
def test_a_csv_in_an_old_encoding(read: Read, tmp_path: Path, encoding: str) -> None:
    people = ["Nguyễn Thị Hường", "Trần Văn Kiệt", "Vũ Thị Thuỷ"]
    lines = [HEAD[:5], *([*row[:1], name, *row[2:5]] for row, name in zip(ROWS, people, strict=True))]
    content = "\n".join(";".join(legacy.from_unicode(str(cell), encoding) for cell in line) for line in lines)
    path = tmp_path / f"{NAME}.csv"
    path.write_bytes(content.encode("latin-1"))
    assert told(read(path)) == people


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_its_mark(read: Read, tmp_path: Path, encoding: str) -> None:
    path = tmp_path / f"{NAME}.csv"
    path.write_bytes("\n".join("\t".join(map(str, row)) for row in [HEAD, *ROWS]).encode(encoding))
    assert told(read(path)) == NAMES


def test_one_spoilt_letter_does_not_spoil_the_file(read: Read, tmp_path: Path) -> None:
    path = tmp_path / f"{NAME}.csv"
    content = "\n".join(",".join(map(str, row)) for row in [[*HEAD, "Ghi chú"], *([*row, "đủ"] for row in ROWS)])
    path.write_bytes(content.encode() + b" \xff")
    got = read(path)
    assert told(got) == NAMES
    assert "with spoilt letters" in got.load.sheets[0].format


def test_a_separator_noted_by_excel_and_titles_above(read: Read, tmp_path: Path) -> None:
    path = tmp_path / f"{NAME}.csv"
    lines = ["sep=;", "UBND QUẬN BA ĐÌNH, THÀNH PHỐ HÀ NỘI, NĂM 2024, BẢN CHÍNH", "", *(";".join(map(str, row)) for row in [HEAD, *ROWS])]
    path.write_text("\n".join(lines), encoding="utf-8")
    assert told(read(path)) == NAMES


def test_many_titles_do_not_hide_the_separator_of_a_short_list(read: Read, tmp_path: Path) -> None:
    path = tmp_path / f"{NAME}.csv"
    titles = ["UBND QUẬN BA ĐÌNH", "Phòng Lao động, Thương binh, Xã hội", "Độc lập, Tự do, Hạnh phúc", "DANH SÁCH", "Tháng 01", "Năm 2024"]
    path.write_text("\n".join([*titles, *("|".join(map(str, row)) for row in [HEAD, ROWS[0]])]), encoding="utf-8")
    assert told(read(path)) == NAMES[:1]


def test_a_new_workbook_under_the_old_ending(read: Read, tmp_path: Path) -> None:
    path = tmp_path / f"{NAME}.xls"
    shutil.move(xlsx(tmp_path, [HEAD, *ROWS]), path)
    assert told(read(path)) == NAMES


def test_a_sheet_called_after_an_unknown_commune_keeps_its_name_for_the_check(read: Read, tmp_path: Path) -> None:
    got = read(xlsx(tmp_path, [HEAD[:5], *(row[:5] for row in ROWS)], names=["Xã Không Có Thật"]))
    assert texts(got.rows["commune"]) == [None] * 3
    assert set(got.rows["commune_text"]) == {"Xã Không Có Thật"}


def test_a_beneficiary_list_with_accounts_gives_accounts_too_where_it_is_named_for_them(read: Read, tmp_path: Path) -> None:
    head = ["STT", "Họ và tên", "Số CCCD", "Đối tượng", "Mức hưởng/tháng (đồng)", "Phường/xã", "Số tài khoản", "Ngân hàng"]
    path = xlsx(
        tmp_path,
        [
            head,
            [1, NAMES[0], NUMBERS[0], "NCC", 440000, "Phúc Xá", "1500205123456", "Agribank"],
            [2, NAMES[1], NUMBERS[1], "NCC", 440000, "Phúc Xá"],
        ],
    )
    persons, accounts = read(path), read(path, "accounts")
    assert told(persons) == NAMES[:2]
    assert (set(persons.rows["amount"]), set(persons.rows["commune"])) == ({440_000}, {"00001"})
    assert "to read the accounts in it too, name the file under sources.accounts as well" in persons.messages
    assert list(zip(accounts.rows["number"], accounts.rows["account_number"], accounts.rows["bank"], strict=True)) == [
        (NUMBERS[0], "1500205123456", "AGRIBANK")
    ]
    assert "1 row without account" in accounts.messages


def test_the_auditor_lists_every_mend_and_every_row_held_back(empty_workspace: Workspace) -> None:
    campaign = empty_workspace.campaign()
    folder = empty_workspace.sources(campaign) / "danh-sach"
    folder.mkdir(parents=True)
    xlsx(
        folder,
        [HEAD, *ROWS, [4, "=1+1", "5.3.50", "Nam", "O01050000001", "Phường Trúc Bach h", 1], [5, None, None, "Nam", None, "Phúc Xá", 1]],
    )
    load(empty_workspace, campaign)
    found = counts(empty_workspace, campaign, "mends", ("001",))
    assert {(row.field, row.rule): row.count for row in found.itertuples(index=False)} == {
        ("birth_date", "two_digit_year"): 1,
        ("commune", "commune_likeness"): 1,
        ("number", "number_letters"): 1,
    }
    listed = pd.read_excel(write_list(empty_workspace, campaign, "mends"), dtype=str)
    assert set(listed["Giá trị gốc"]) == {"5.3.50", "Phường Trúc Bach h", "O01050000001"}
    assert set(listed["Dòng trong trang tính"]) == {"5"}
    held = pd.read_excel(write_list(empty_workspace, campaign, "quarantine"), dtype=str)
    assert list(held["Dòng trong trang tính"]) == ["6"]
    assert list(held["Xã/Phường"]) == ["Phúc Xá"]
    assert write_list(empty_workspace, campaign, "mends").is_relative_to(empty_workspace.data(campaign))


def test_the_history_tells_what_came_changed_and_left(empty_workspace: Workspace) -> None:
    campaign = empty_workspace.campaign()
    folder = empty_workspace.sources(campaign) / "danh-sach"
    folder.mkdir(parents=True)
    xlsx(folder, [HEAD, *ROWS[::-1]]).rename(folder / "002-hoan-kiem.xlsx")
    xlsx(folder, [HEAD, *ROWS])
    (folder / "loose").mkdir()
    (folder / "loose" / "x.xlsx").write_bytes(b"")
    report = load(empty_workspace, campaign)
    assert report.unmatched == ("danh-sach/loose/x.xlsx",)
    load(empty_workspace, campaign)
    xlsx(folder, [HEAD, *ROWS[:2]])
    (folder / "002-hoan-kiem.xlsx").write_bytes(b"spoilt")
    load(empty_workspace, campaign)
    (folder / "002-hoan-kiem.xlsx").unlink()
    load(empty_workspace, campaign, force=True)
    told_ = [(entry.event, entry.file.split("/")[-1], entry.rows_read) for entry in read_history(empty_workspace.data(campaign))]
    assert told_ == [
        ("loaded", "001-ba-dinh.xlsx", 3),
        ("loaded", "002-hoan-kiem.xlsx", 3),
        ("replaced", "001-ba-dinh.xlsx", 2),
        ("refused", "002-hoan-kiem.xlsx", 0),
        ("removed", "002-hoan-kiem.xlsx", 0),
    ]


def test_the_bank_of_a_payment_list_is_found_and_an_unknown_one_is_told(read: Read, tmp_path: Path) -> None:
    head = ["Số CCCD", "Họ và tên", "Số tiền", "Hình thức chi trả", "Số tài khoản", "Ngân hàng"]
    banks = ["Agribank", "NH TMCP Sao Mai Xanh", None]
    rows = [[number, name, 660000, "Chuyển khoản", "1001234567890", bank] for number, name, bank in zip(NUMBERS, NAMES, banks, strict=True)]
    got = read(xlsx(tmp_path, [head, *rows]), "payments")
    assert texts(got.rows["bank"]) == ["AGRIBANK", None, None]
    assert got.mended("bank") == {"NH TMCP Sao Mai Xanh": "unread"}
    assert "kept as extra" not in got.messages


def test_explain_knows_a_list_by_its_folder_or_by_what_its_columns_are_for(city: Workspace, campaign: Campaign) -> None:
    sources = city.sources(campaign)
    for folder, kind in (
        ("cong-an", "register_matches"),
        ("tai-khoan", "accounts"),
        ("chi-tra", "payments"),
        ("danh-sach", "beneficiaries"),
    ):
        path = min((sources / folder).iterdir())
        assert f"): {kind}\n" in explain(path, city, campaign)
        loose = Workspace(city.root)
        elsewhere = campaign.model_copy(update={"sources": campaign.sources.model_copy(update={"folder": "data/none"})})
        assert f"): {kind}\n" in explain(path, loose, elsewhere)
