"""The way back: what a recipient fills in mends the data, once, with the source's value kept; what does not fit waits and says why."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ansinh import pipeline, store
from ansinh.errors import CampaignError
from ansinh.intake import explain, load
from ansinh.site.wanted import NAME, NUMBER, Wanted
from tests.spec.casework.conftest import HEAD, LIST, MATCHES, PEOPLE, District, Sheet, write

BINH, CUC, DUNG, NAUGHTY, GIANG, HUNG = (row[0] for row in PEOPLE[1:])


def back(district: District, name: str = "001-tra-loi.xlsx") -> Path:
    return district.sources / "phan-hoi" / name


def states(district: District) -> dict[str, int]:
    return dict(district.query("SELECT state, count(*) FROM corrections WHERE state <> 'open' GROUP BY 1 ORDER BY 1"))  # type: ignore[arg-type]


def reasons(district: District) -> list[str]:
    return [str(row[0]) for row in district.query("SELECT reason FROM quarantine ORDER BY 1")]


def stored(district: District) -> dict[str, bytes]:
    root = district.workspace.store(district.campaign, district.campaign.as_of)
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in sorted(root.rglob("*.parquet"))}


def test_the_whole_round_a_finding_is_mended_gone_and_not_listed_again(district: District, out: Path, tmp_path: Path) -> None:
    """Worklist, fill in, intake, check, next worklist: for the commune, the police and a bank."""
    commune, police, bank = (
        Sheet(out / name) for name in ("cap-xa/001-00001-phuc-xa.xlsx", "cong-an/001-00004-truc-bach.xlsx", "ngan-hang/agribank.xlsx")
    )
    commune.fill(BINH, "Số định danh", "001050067890", "Đã sửa")
    police.fill(GIANG, "Họ và tên", "Vũ Thị Hương Giang", "Đã sửa")
    police.fill(GIANG, "Kết quả đối chiếu", "Khớp", "Đã sửa")
    bank.fill(PEOPLE[0][0], "Số tài khoản", "1500205123456", "Đã sửa")
    assert {("V05", BINH), ("A01", GIANG)} <= district.findings()
    for name, sheet in (("001-xa.xlsx", commune), ("001-cong-an.xlsx", police), ("agribank.xlsx", bank)):
        sheet.save(back(district, name))
    report = district.build()

    assert report.corrections == {"applied": 4, "open": 1}
    found = district.findings()
    assert not {check for check, name in found if name in (BINH, "Vũ Thị Hương Giang")}
    assert district.query("SELECT count(*) FROM findings WHERE check_id = 'C08'") == [(0,)]
    mended = district.query(
        "SELECT field, original, value, source_file, source_sheet, source_row, kind FROM mends WHERE rule = 'correction' ORDER BY field"
    )
    assert mended == [
        ("account_number", "", "1500205123456", "phan-hoi/agribank.xlsx", "Danh sách", 2, "accounts"),
        ("full_name", GIANG, "Vũ Thị Hương Giang", "phan-hoi/001-cong-an.xlsx", "Danh sách", 2, "beneficiaries"),
        ("number", "1050067890", "001050067890", "phan-hoi/001-xa.xlsx", "Danh sách", 2, "beneficiaries"),
        ("result", "Sai họ tên", "Khớp", "phan-hoi/001-cong-an.xlsx", "Danh sách", 3, "register_matches"),
    ]
    told = district.lists(tmp_path / "next")
    rows = [(row["Họ và tên"], row["Mã tiêu chí"]) for file in told.files for row in Sheet(tmp_path / "next" / file.file).rows()]
    assert not [row for row in rows if row[1] in ("V05", "A01", "C08")]
    assert (CUC, "C03") in rows


def test_a_mend_names_the_row_it_mended(district: District, out: Path) -> None:
    sheet = Sheet(out / "cap-xa/001-00001-phuc-xa.xlsx")
    sheet.fill(BINH, "Số định danh", "001050067890")
    sheet.save(back(district))
    district.load()
    assert district.query("SELECT full_name FROM mends m JOIN beneficiaries b ON b.record_id = m.row_id WHERE rule = 'correction'") == [
        (BINH,)
    ]


def test_a_corrected_number_links_the_person_to_the_other_lists(district: District, out: Path) -> None:
    """A number the commune corrects is the one accounts and register results are linked by."""
    write(
        district.sources / "tai-khoan/002.csv",
        [
            ("Họ và tên", "Số định danh", "Số tài khoản", "Tên chủ tài khoản", "Ngân hàng"),
            ("LE THI CUC", "001148099999", "1500205000001", "LE THI CUC", "Agribank"),
        ],
    )
    district.build()
    assert district.query("SELECT has_account FROM persons JOIN beneficiaries USING (person_id) WHERE full_name = 'Lê Thị Cúc'") == [
        (False,)
    ]
    sheet = Sheet(out / "cong-an/001-00001-phuc-xa.xlsx")
    row = next(number for number, row in enumerate(sheet.rows(), 2) if row["Mã tiêu chí"] == "C03")
    for heading, value in (("Trường cần sửa", "Số định danh"), ("Giá trị hiện có", PEOPLE[2][3]), ("Giá trị đúng", "001148099999")):
        sheet.set(row, heading, value)
    sheet.save(back(district))
    district.build()
    assert states(district) == {"applied": 1}
    assert district.query("SELECT has_account FROM persons JOIN beneficiaries USING (person_id) WHERE full_name = 'Lê Thị Cúc'") == [
        (True,)
    ]


def test_applying_twice_and_the_same_file_twice_changes_nothing(district: District, out: Path) -> None:
    sheet = Sheet(out / "cap-xa/001-00001-phuc-xa.xlsx")
    sheet.fill(BINH, "Số định danh", "001050067890")
    sheet.save(back(district))
    district.build()
    once = stored(district)
    district.build()
    assert stored(district) == once
    shutil.copy(back(district), back(district, "001-lan-nua.xlsx"))
    district.build()
    assert states(district) == {"already": 1, "applied": 1}
    again = stored(district)
    assert [name for name in once if name.split("/")[0] not in ("corrections", "loads", "mends") and again[name] != once[name]] == []
    assert district.query("SELECT count(*) FROM mends WHERE rule = 'correction'") == [(1,)]


def test_a_correction_taken_back_takes_its_mend_back(district: District, out: Path) -> None:
    before = stored(district)
    sheet = Sheet(out / "cap-xa/001-00001-phuc-xa.xlsx")
    sheet.fill(BINH, "Số định danh", "001050067890")
    sheet.save(back(district))
    district.load()
    assert stored(district) != before
    back(district).unlink()
    district.load()
    assert stored(district) == before


def test_two_answers_to_one_question_are_a_conflict_and_none_is_applied(district: District, out: Path) -> None:
    for name, phone in (("001-a.xlsx", "0912000001"), ("001-b.xlsx", "0912000002")):
        sheet = Sheet(out / "cap-xa/001-00004-truc-bach.xlsx")
        sheet.fill(DUNG, "Số điện thoại", phone)
        sheet.save(back(district, name))
    report = district.build()
    assert states(district) == {"conflict": 2}
    assert reasons(district) == ["correction_conflict"] * 2
    assert ("V13", DUNG) in district.findings()
    returned = [file for file in report.files if file.kind == "corrections"]
    assert [(file.rows_read, file.rows_kept, file.rows_quarantined) for file in returned] == [(3, 2, 1), (3, 2, 1)]


def test_a_correction_of_a_source_that_has_changed_since_is_stale_and_says_so(district: District, out: Path) -> None:
    """Of a field beside the record's identity, and of one that is part of it."""
    first, second = Sheet(out / "cap-xa/001-00004-truc-bach.xlsx"), Sheet(out / "cap-xa/001-00001-phuc-xa.xlsx")
    first.fill(DUNG, "Số điện thoại", "0912000001")
    second.fill(BINH, "Số định danh", "001050067890")
    first.save(back(district, "001-a.xlsx"))
    second.save(back(district, "001-b.xlsx"))
    district.people(
        [(*row[:3], "1050067891" if row[0] == BINH else row[3], *row[4:6], "0912000009" if row[0] == DUNG else row[6]) for row in PEOPLE]
    )
    district.load()
    assert states(district) == {"stale": 2}
    assert "đã thay đổi" in str(district.query("SELECT DISTINCT reason_text FROM quarantine")[0][0])
    assert district.query("SELECT phone FROM beneficiaries WHERE full_name = 'Phạm Văn Dũng'") == [("0912000009",)]


def test_where_only_the_value_found_was_altered_in_the_file_the_source_is_not_blamed(district: District, out: Path) -> None:
    sheet = Sheet(out / "cap-xa/001-00004-truc-bach.xlsx")
    sheet.fill(DUNG, "Số điện thoại", "0912000001")
    row = next(number for number, row in enumerate(sheet.rows(), 2) if row["Trường cần sửa"] == "Số điện thoại")
    sheet.set(row, "Giá trị hiện có", "0912999999")
    sheet.save(back(district))
    district.load()
    assert states(district) == {"stale": 1}
    reason = str(district.query("SELECT reason_text FROM quarantine")[0][0])
    assert "hoặc cột này trong tệp đã bị sửa" in reason


def test_a_proposal_that_is_copied_is_applied_and_its_column_is_not_told_of(district: District, out: Path) -> None:
    sheet = Sheet(out / "cap-xa/001-00001-phuc-xa.xlsx")
    proposal = next(row["Đề xuất"] for row in sheet.rows() if row["Mã tiêu chí"] == "V05")
    sheet.fill(BINH, "Số định danh", proposal, "Đã sửa")
    sheet.save(back(district))
    report = district.build()
    assert states(district) == {"applied": 1}
    assert [file.noticed for file in report.files if file.kind == "corrections"] == [()]
    assert ("V05", BINH) not in district.findings()


def test_a_list_made_before_dates_were_written_alike_still_comes_back(district: District, tmp_path: Path) -> None:
    """Its value found stands as the source wrote it."""
    district.people([(row[0], "1944-09-09" if row[0] == DUNG else row[1], *row[2:]) for row in PEOPLE])
    district.build()
    district.lists(tmp_path / "out")
    sheet = Sheet(tmp_path / "out/cap-xa/001-00004-truc-bach.xlsx")
    row = next(number for number, row in enumerate(sheet.rows(), 2) if row["Họ và tên"] == DUNG)
    for heading, value in (("Trường cần sửa", "Ngày sinh"), ("Giá trị hiện có", "1944-09-09"), ("Giá trị đúng", "9/10/1944")):
        sheet.set(row, heading, value)
    sheet.save(back(district))
    district.load()
    assert states(district) == {"applied": 1}


def test_a_source_that_has_mended_itself_needs_no_correction(district: District, out: Path) -> None:
    sheet = Sheet(out / "cap-xa/001-00004-truc-bach.xlsx")
    sheet.fill(DUNG, "Số điện thoại", "0912000001")
    sheet.save(back(district))
    district.people([(*row[:6], "0912000001" if row[0] == DUNG else row[6]) for row in PEOPLE])
    district.load()
    assert states(district) == {"already": 1}
    assert reasons(district) == []


def test_a_row_that_moved_in_its_list_is_still_found(district: District, out: Path) -> None:
    sheet = Sheet(out / "cap-xa/001-00004-truc-bach.xlsx")
    sheet.fill(DUNG, "Số điện thoại", "0912000001")
    sheet.save(back(district))
    district.people(list(reversed(PEOPLE)))
    district.load()
    assert states(district) == {"applied": 1}
    assert district.query("SELECT full_name FROM beneficiaries WHERE phone = '0912000001'") == [(DUNG,)]


def test_a_correction_of_a_corrected_value_follows_on_the_first(district: District, out: Path, tmp_path: Path) -> None:
    sheet = Sheet(out / "cap-xa/001-00001-phuc-xa.xlsx")
    sheet.fill(BINH, "Số định danh", "001150067890")  # in form, but a woman's: K01
    sheet.save(back(district, "001-a.xlsx"))
    district.build()
    assert {check for check, name in district.findings() if name == BINH} >= {"K01"}
    district.lists(tmp_path / "next")
    second = Sheet(tmp_path / "next/cong-an/001-00001-phuc-xa.xlsx")
    second.fill(BINH, "Số định danh", "001050067890", check="K01")
    second.save(back(district, "001-b.xlsx"))
    district.build()
    assert states(district) == {"applied": 2}
    assert district.query("SELECT number FROM beneficiaries WHERE full_name = 'Trần Văn Bình'") == [("001050067890",)]


@pytest.mark.parametrize(
    ("field", "person", "file", "value"),
    [
        ("Số định danh", BINH, "cap-xa/001-00001-phuc-xa.xlsx", "10500678"),
        ("Số định danh", BINH, "cap-xa/001-00001-phuc-xa.xlsx", "1050067890"),  # as found: the spreadsheet took the zeros again
        ("Số định danh", BINH, "cap-xa/001-00001-phuc-xa.xlsx", "không có"),
        ("Ngày sinh", CUC, "cong-an/001-00001-phuc-xa.xlsx", "1949"),
        ("Ngày sinh", CUC, "cong-an/001-00001-phuc-xa.xlsx", "31/02/1948"),
        ("Ngày sinh", CUC, "cong-an/001-00001-phuc-xa.xlsx", "01/01/2030"),
        ("Số điện thoại", DUNG, "cap-xa/001-00004-truc-bach.xlsx", "091234"),
        ("Họ và tên", NAUGHTY, "cap-xa/001-00004-truc-bach.xlsx", "Hoàng (đã mất)"),
        ("Đăng ký tài khoản", HUNG, "cap-xa/001-00004-truc-bach.xlsx", "chắc là không"),
    ],
)
def test_a_value_of_the_wrong_form_waits_and_the_form_is_told(
    district: District, out: Path, field: str, person: str, file: str, value: str
) -> None:
    sheet = Sheet(out / file)
    name = person if person != NAUGHTY else "=hyperlink(1) Hoàng"
    sheet.fill(name, field, value)
    sheet.save(back(district))
    before = district.query("SELECT * FROM beneficiaries ORDER BY record_id")
    district.load()
    assert states(district) == {"unreadable": 1}
    reason = str(district.query("SELECT reason_text FROM quarantine")[0][0])
    assert "cần:" in reason
    assert value not in reason
    assert district.query("SELECT * FROM beneficiaries ORDER BY record_id") == before


def test_a_foreign_key_a_torn_key_and_a_changed_field_wait_each_with_its_reason(district: District, out: Path) -> None:
    sheet = Sheet(out / "cap-xa/001-00004-truc-bach.xlsx")
    for number in (2, 3, 4):
        sheet.set(number, "Kết quả xử lý", "Đã sửa")
    sheet.set(2, "Mã dòng", "B-0123456789ABCDE-01234567")
    sheet.set(3, "Mã dòng", None)
    sheet.set(4, "Trường cần sửa", "Mức hưởng bí mật")
    sheet.set(4, "Giá trị đúng", "1")
    sheet.save(back(district))
    report = district.load()
    assert reasons(district) == ["correction_field", "correction_unknown", "no_key"]
    returned = next(file for file in report.files if file.kind == "corrections")
    assert (returned.rows_read, returned.rows_kept, returned.rows_quarantined) == (3, 0, 3)


def test_an_answer_without_a_value_is_kept_and_changes_nothing(district: District, out: Path) -> None:
    sheet = Sheet(out / "buu-dien/001-ba-dinh.xlsx")
    sheet.set(2, "Kết quả xử lý", "Hẹn lại")
    sheet.set(2, "Ghi chú xử lý", "đi vắng")
    sheet.save(back(district))
    before = district.findings()
    district.build()
    assert district.query("SELECT state, answer, note, check_id FROM corrections") == [("answered", "Hẹn lại", "đi vắng", "MO-TK")]
    assert district.findings() == before


def test_who_declines_leaves_the_list_of_those_to_be_helped(district: District, out: Path, tmp_path: Path) -> None:
    sheet = Sheet(out / "cap-xa/001-00004-truc-bach.xlsx")
    sheet.fill(HUNG, "Đăng ký tài khoản", "Không đăng ký, có xác nhận", "Không đăng ký")
    sheet.save(back(district))
    district.build()
    assert district.query("SELECT p.declined FROM persons p JOIN beneficiaries USING (person_id) WHERE full_name = 'Đỗ Văn Hùng'") == [
        (True,)
    ]
    told = district.lists(tmp_path / "next")
    rows = [
        (row["Mã tiêu chí"], row["Trường cần sửa"])
        for file in told.files
        for row in Sheet(tmp_path / "next" / file.file).rows()
        if row["Họ và tên"] == HUNG
    ]
    assert rows == [("K14", "Lý do không đăng ký")] or ("K14", "Lý do không đăng ký") in rows
    assert not [row for row in rows if row[0] == "MO-TK"]


def test_without_the_secret_no_key_is_known(district: District, out: Path) -> None:
    sheet = Sheet(out / "cap-xa/001-00001-phuc-xa.xlsx")
    sheet.fill(BINH, "Số định danh", "001050067890")
    sheet.save(back(district))
    (district.workspace.data(district.campaign) / "row.key").unlink()
    district.load()
    assert states(district) == {"unknown": 1}


def test_a_worklist_among_the_lists_is_refused_and_nobody_is_counted_twice(district: District, out: Path) -> None:
    shutil.copy(out / "cap-xa/001-00001-phuc-xa.xlsx", (district.sources / LIST).with_name("001-nham-cho.xlsx"))
    report = district.load()
    assert [file.path for file in report.refused] == ["danh-sach/001-nham-cho.xlsx"]
    assert "returned worklist" in report.refused[0].message
    assert district.query("SELECT count(*) FROM beneficiaries") == [(len(PEOPLE),)]


def test_explain_knows_a_returned_worklist(district: District, out: Path) -> None:
    said = explain(out / "cong-an/001-00004-truc-bach.xlsx", district.workspace, district.campaign)
    assert "corrections" in said
    assert "right_value" in said
    assert GIANG not in said


def test_a_list_without_corrections_makes_the_bytes_it_always_made(district: District) -> None:
    before = stored(district)
    district.lists(district.workspace.data(district.campaign) / "worklists")  # draws the secret
    write(district.sources / LIST, [HEAD, *((*row, "5.5a", "660000") for row in PEOPLE)])
    district.build()
    assert stored(district) == before
    assert not store.part(district.workspace.store(district.campaign, district.campaign.as_of), store.CORRECTIONS, "001").exists()


def test_an_own_check_may_ask_for_a_field_and_no_other(district: District) -> None:
    from ansinh.checks.catalogue import catalogue
    from tests.spec.checks.test_own_checks import with_own

    assert catalogue(with_own(district.campaign, mends=["phone"]))[-1].mends == ("phone",)  # type: ignore[arg-type]
    with pytest.raises(CampaignError, match="mends"):
        catalogue(with_own(district.campaign, mends=["password"]))  # type: ignore[arg-type]


def test_lists_are_linked_by_year_of_birth_as_it_is_after_corrections(district: District, out: Path) -> None:
    """A line of another list with a name and a year finds the one person who has both, once the name is put right."""
    write(
        district.sources / "tai-khoan/001-ba-dinh-2.csv",
        [
            ("Họ và tên", "Ngày sinh", "Số tài khoản", "Tên chủ tài khoản", "Ngân hàng"),
            ("Lê Thị Cúc Hoa", "1948", "1500205000001", "LE THI CUC HOA", "Agribank"),
        ],
    )
    linked = "SELECT full_name FROM accounts a JOIN (SELECT DISTINCT person_id, full_name AS of FROM beneficiaries) USING (person_id) WHERE of LIKE 'Lê%'"
    district.build()
    assert district.query(linked) == []
    sheet = Sheet(out / "cong-an/001-00001-phuc-xa.xlsx")
    row = next(number for number, row in enumerate(sheet.rows(), 2) if row["Mã tiêu chí"] == "C03")
    for heading, value in (("Trường cần sửa", "Họ và tên"), ("Giá trị hiện có", CUC), ("Giá trị đúng", "Lê Thị Cúc Hoa")):
        sheet.set(row, heading, value)
    sheet.save(back(district))
    district.build()
    assert states(district) == {"applied": 1}
    assert district.query(linked) == [("Lê Thị Cúc Hoa",)]


def test_columns_a_recipient_added_are_kept_and_our_own_are_not_told_of(district: District, out: Path) -> None:
    sheet = Sheet(out / "cap-xa/001-00001-phuc-xa.xlsx")
    sheet.fill(BINH, "Số định danh", "001050067890")
    width = len(sheet.headings)
    sheet.sheet.cell(1, width + 1, "Cán bộ theo dõi")
    sheet.sheet.cell(2, width + 1, "tổ 1")
    sheet.save(back(district))
    report = district.load()
    assert [file.noticed for file in report.files if file.kind == "corrections"] == [("columns kept as extra: Cán bộ theo dõi",)]
    assert district.query("SELECT extra FROM corrections WHERE extra LIKE '%tổ 1%'") == [('{"Cán bộ theo dõi": "tổ 1"}',)]
    assert states(district) == {"applied": 1}


def test_a_row_without_a_number_of_its_own_is_no_signature(district: District, out: Path) -> None:
    """Remedies speak like the foot of a printed list; the row's key says that it is none."""
    sheet = Sheet(out / "cap-xa/001-00001-phuc-xa.xlsx")
    for row in range(2, sheet.sheet.max_row + 1):
        sheet.set(row, "STT", None)
        sheet.set(row, "Ngày sinh", None)
        sheet.set(row, "Cách xử lý", "Xác nhận của Chủ tịch")
    sheet.fill(BINH, "Số định danh", "001050067890")
    sheet.save(back(district))
    report = district.load()
    returned = next(file for file in report.files if file.kind == "corrections")
    assert returned.rows_read == returned.rows_kept == len(list(sheet.rows()))
    assert states(district) == {"applied": 1}


def test_a_bank_that_is_only_alike_is_no_correction(district: District, out: Path) -> None:
    sheet = Sheet(out / "ngan-hang/agribank.xlsx")
    for row, value in ((2, "Ngân hàng Nông ngiệp và Phát triển Nông thôn"),):
        sheet.set(row, "Trường cần sửa", "Ngân hàng")
        sheet.set(row, "Giá trị hiện có", "Agribank")
        sheet.set(row, "Giá trị đúng", value)
    sheet.save(back(district))
    district.load()
    assert states(district) == {"unreadable": 1}


def test_a_mend_of_a_file_read_as_two_kinds_of_list_is_one_mend_of_each(district: District) -> None:
    """A beneficiary list with the accounts in it, named for both: each row's mends lead to that row alone."""
    both = district.campaign.model_copy(
        update={"sources": district.campaign.sources.model_copy(update={"accounts": ("danh-sach/002*.csv", "tai-khoan/*")})}
    )
    write(
        district.sources / "danh-sach/002-hoan-kiem.csv",
        [
            ("Họ và tên", "Ngày sinh", "Số định danh", "Đối tượng", "Số tài khoản", "Ngân hàng"),
            ("Trịnh Thị Mai", "01/02/1945", "OO1145066666", "Người cao tuổi", "1500205123499", "Agribank"),
        ],
    )
    load(district.workspace, both)
    found = district.query(
        "SELECT m.kind, m.row_id IN (SELECT record_id FROM beneficiaries), m.row_id IN (SELECT account_id FROM accounts) FROM mends m"
        " WHERE source_file LIKE '%002%' AND field = 'number' ORDER BY 1"
    )
    assert found == [("accounts", False, True), ("beneficiaries", True, False)]


def test_the_gate_knows_the_numbers_and_names_that_were_put_right(district: District, out: Path) -> None:
    """What a mend replaced stands in no list any more, and must not be published all the same; nor what waits."""
    commune, police = Sheet(out / "cap-xa/001-00001-phuc-xa.xlsx"), Sheet(out / "cong-an/001-00004-truc-bach.xlsx")
    commune.fill(BINH, "Số định danh", "00105 0067")  # waits: the form is wrong
    police.fill(GIANG, "Họ và tên", "Vũ Thị Hương Giang", "Đã sửa")
    commune.save(back(district, "001-xa.xlsx"))
    police.save(back(district, "001-cong-an.xlsx"))
    (district.sources / MATCHES).unlink()  # the other list that names her
    district.build()
    wanted = Wanted(district.workspace, district.campaign)
    assert district.query("SELECT count(*) FROM beneficiaries WHERE full_name = 'Vũ Thị Giang'") == [(0,)]
    assert wanted.kinds("vu thi giang")[0] == {NAME}
    assert wanted.kinds("VŨ THỊ HƯƠNG GIANG")[0] == {NAME}
    assert wanted.kinds("số 001050067")[0] >= {NUMBER}
    assert wanted.kinds("Tổ dân phố 2, Không từ chối, 660.000")[0] == set()


def test_a_workspace_laid_elsewhere_gives_the_same_store(district: District, out: Path, tmp_path: Path) -> None:
    """The secret of row keys goes along: without it the returned worklists would mean nothing there."""
    sheet = Sheet(out / "cap-xa/001-00001-phuc-xa.xlsx")
    sheet.fill(BINH, "Số định danh", "001050067890")
    sheet.save(back(district))
    district.load()
    other = District(pipeline.lay(district.workspace, district.campaign, tmp_path / "elsewhere"))
    other.load()
    assert states(other) == {"applied": 1}
    lists = {name: content for name, content in stored(district).items() if name.split("/")[0] not in ("findings", "outcomes", "persons")}
    assert stored(other) == lists
