"""A worklist holds what its recipient needs and no more, lies where it may lie, and never calculates."""

from __future__ import annotations

import io
import json
import os
import shutil
import stat
import subprocess
from pathlib import Path

import msoffcrypto
import openpyxl
import pytest
from openpyxl.worksheet.datavalidation import DataValidation
from typer.testing import CliRunner

from ansinh import access, casework
from ansinh.casework.restricted import password_from
from ansinh.checks.catalogue import catalogue
from ansinh.cli.commands import app
from ansinh.errors import UserError
from ansinh.intake.fields import field_of
from tests.spec.casework.conftest import PEOPLE, District, Sheet, write

DUNG, GIANG, HUNG = PEOPLE[3][0], PEOPLE[5][0], PEOPLE[6][0]
PASSWORD = "mật khẩu đủ dài"


def every_text(path: Path) -> str:
    book = openpyxl.load_workbook(path)
    return "\n".join(str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row if cell is not None)


def test_each_recipient_gets_one_workbook_with_its_own_rows(district: District, tmp_path: Path) -> None:
    told = district.lists(tmp_path / "out")
    assert {file.file: file.rows for file in told.files} == {
        "cap-xa/001-00001-phuc-xa.xlsx": 2,
        "cap-xa/001-00004-truc-bach.xlsx": 3,
        "cong-an/001-00001-phuc-xa.xlsx": 1,
        "cong-an/001-00004-truc-bach.xlsx": 2,
        "ngan-hang/agribank.xlsx": 1,
        "ngan-hang/vietcombank.xlsx": 1,
        "buu-dien/001-ba-dinh.xlsx": 1,
    }


def test_rows_say_priority_reason_remedy_and_what_is_asked_gravest_first(out: Path) -> None:
    rows = list(Sheet(out / "cap-xa/001-00004-truc-bach.xlsx").rows())
    assert [(row["Ưu tiên"], row["Mã tiêu chí"], row["Trường cần sửa"]) for row in rows] == [
        ("1 - Cản trở mở tài khoản", "V09", "Họ và tên"),
        ("2 - Chưa có tài khoản", "MO-TK", "Đăng ký tài khoản"),
        ("4 - Cảnh báo", "V13", "Số điện thoại"),
    ]
    assert all(row["Lỗi phát hiện"] and row["Cách xử lý"] for row in rows)


def test_a_number_that_lost_its_zeros_comes_with_a_proposal_and_a_list_that_proposes_nothing_has_no_such_column(out: Path) -> None:
    sheet = Sheet(out / "cap-xa/001-00001-phuc-xa.xlsx")
    told = {(row["Mã tiêu chí"], row["Giá trị hiện có"]): (row["Đề xuất"], row["Giá trị đúng"]) for row in sheet.rows()}
    assert told["V05", "1050067890"] == ("001050067890", "")
    assert {proposal for (check, _), (proposal, _) in told.items() if check != "V05"} == {""}
    assert "Đề xuất" in every_text(out / "cap-xa/001-00001-phuc-xa.xlsx")
    assert "Đề xuất" not in every_text(out / "cap-xa/001-00004-truc-bach.xlsx")


def test_nothing_is_proposed_where_the_zeros_contradict_the_record(district: District, tmp_path: Path) -> None:
    district.people([(row[0], "12/03/1951" if row[3] == "1050067890" else row[1], *row[2:]) for row in PEOPLE])
    district.build()
    district.lists(tmp_path / "out", kinds=("commune",))
    rows = list(Sheet(tmp_path / "out/cap-xa/001-00001-phuc-xa.xlsx").rows())
    assert "V05" in {row["Mã tiêu chí"] for row in rows}
    assert "Đề xuất" not in rows[0]


def test_the_cells_to_fill_in_are_texts_so_that_zeros_stay(out: Path) -> None:
    for path in out.rglob("*.xlsx"):
        sheet = Sheet(path)
        at = sheet.headings.index("Giá trị đúng") + 1
        assert {sheet.sheet.cell(row, at).number_format for row in range(2, sheet.sheet.max_row + 1)} == {"@"}


def test_a_birth_date_is_day_month_year_however_the_list_wrote_it(district: District, tmp_path: Path) -> None:
    written = {HUNG: "1944-09-09", DUNG: "1/2/1952", GIANG: "8.8.1949"}
    district.people([(row[0], written.get(row[0], row[1]), *row[2:]) for row in PEOPLE])
    district.build()
    told = district.lists(tmp_path / "out")
    rows = [row for file in told.files for row in Sheet(tmp_path / "out" / file.file).rows()]
    shown = {row["Ngày sinh"] for row in rows if row["Họ và tên"] in written}
    assert shown - {""} == {"09/09/1944", "01/02/1952", "08/08/1949"}  # a bank's line may have none
    drawn = casework.draw(district.workspace, district.campaign, tmp_path / "mau", seed=1, design="simple", tolerable=0.3)
    born = {row["Ngày sinh"] for row in Sheet(drawn.workbook).rows()}
    assert {text for text in born if len(text) > 4} <= {f"{row[1][:2]}/{row[1][3:5]}/{row[1][-4:]}" for row in PEOPLE}


def test_a_payment_to_nobody_comes_with_the_listed_person_of_the_same_name_who_is_paid_nothing(district: District, tmp_path: Path) -> None:
    """The number is spoilt on the list: to stop the payment would harm who has a right to it."""
    pay(
        district, [("Trần Văn Bình", "001050067899"), ("Phạm Văn Dũng", PEOPLE[3][3]), ("Phạm Văn Dũng", "001052099999"), ("Lý Văn Lạ", "")]
    )
    district.build()
    district.lists(tmp_path / "out", kinds=("department",))
    rows = {row["Họ và tên"]: row for row in Sheet(tmp_path / "out/lao-dong/001-ba-dinh.xlsx").rows() if row["Mã tiêu chí"] == "K12"}
    assert set(rows) == {"Trần Văn Bình", "Phạm Văn Dũng", "Lý Văn Lạ"}
    assert "danh-sach/001-ba-dinh.csv, dòng 3" in rows["Trần Văn Bình"]["Đề xuất"]
    assert rows["Phạm Văn Dũng"]["Đề xuất"] == ""  # the one on the list has his payment
    assert rows["Lý Văn Lạ"]["Đề xuất"] == ""


def pay(district: District, people: list[tuple[str, str]]) -> None:
    head = ("Họ và tên", "Số định danh", "Kỳ chi trả", "Số tiền", "Hình thức chi trả", "Kết quả chi trả")
    rows = [(name, number, "01/2024", "660000", "Tiền mặt", "Đã chi") for name, number in people]
    write(district.sources / "chi-tra/001-ba-dinh.csv", [head, *rows])


def test_a_bank_sees_its_own_accounts_and_nothing_of_the_person_but_name_and_birth(out: Path) -> None:
    text = every_text(out / "ngan-hang/agribank.xlsx")
    assert "NGUYEN THI AN" in text
    for person in PEOPLE[1:]:
        assert person[0] not in text
    for personal in (PEOPLE[0][3], PEOPLE[0][4], PEOPLE[0][6], "660000", "Vietcombank"):
        assert personal not in text


@pytest.mark.parametrize("kind", ["cap-xa", "buu-dien"])
def test_who_visits_at_home_sees_no_number_amount_or_policy_unless_it_is_what_must_be_mended(out: Path, kind: str) -> None:
    text = "\n".join(every_text(path) for path in (out / kind).glob("*.xlsx"))
    shown = {person[3] for person in PEOPLE if person[3] in text}
    assert shown == ({"1050067890"} if kind == "cap-xa" else set())
    assert "660000" not in text
    assert "5.5a" not in text


def test_a_row_key_tells_nothing_without_the_campaigns_secret(district: District, out: Path, tmp_path: Path) -> None:
    ids = {str(row[0])[:15].upper() for row in district.query("SELECT record_id FROM beneficiaries")}
    keys = {row["Mã dòng"] for path in out.rglob("*.xlsx") for row in Sheet(path).rows()}
    assert not {key.split("-")[1] for key in keys} & ids
    (district.workspace.data(district.campaign) / "row.key").unlink()
    district.lists(tmp_path / "again", kinds=("commune",))
    assert not keys & {row["Mã dòng"] for path in (tmp_path / "again").rglob("*.xlsx") for row in Sheet(path).rows()}


def test_a_name_that_begins_like_a_formula_is_text(out: Path) -> None:
    sheet = openpyxl.load_workbook(out / "cap-xa/001-00004-truc-bach.xlsx")["Danh sách"]
    cells = [cell for row in sheet.iter_rows() for cell in row if "hyperlink" in str(cell.value).lower()]
    assert cells
    assert all(cell.data_type == "s" and str(cell.value).startswith("'=") and cell.hyperlink is None for cell in cells)


def test_only_the_cells_to_fill_in_are_open_and_they_offer_what_is_allowed(out: Path) -> None:
    sheet = openpyxl.load_workbook(out / "ngan-hang/vietcombank.xlsx")["Danh sách"]
    assert sheet.protection.sheet
    assert [cell.value for cell in sheet[1] if not sheet.cell(2, cell.column).protection.locked] == [
        "Giá trị đúng",
        "Kết quả xử lý",
        "Ghi chú xử lý",
    ]
    rules: list[DataValidation] = list(sheet.data_validations.dataValidation)
    offered = [rule.formula1 for rule in rules if rule.type == "list"]
    assert any("Hoạt động" in text and "Đã đóng" in text for text in offered)
    assert any("Đã sửa" in text for text in offered)
    assert sheet.print_title_rows == "$1:$1"
    assert sheet.page_setup.orientation == "landscape"


def test_the_first_sheet_explains_and_warns(out: Path) -> None:
    book = openpyxl.load_workbook(out / "cong-an/001-00004-truc-bach.xlsx")
    assert book.sheetnames == ["Hướng dẫn", "Danh sách"]
    text = "\n".join(str(row[0]) for row in book["Hướng dẫn"].iter_rows(values_only=True) if row[0])
    for words in ("Công an cấp xã Phường Trúc Bạch", "HẠN CHẾ", "14/01/2024", "Chỉ điền ba cột màu vàng".lower(), "A01"):
        assert words.lower() in text.lower()


def test_the_same_store_gives_the_same_bytes(district: District, out: Path, tmp_path: Path) -> None:
    district.lists(tmp_path / "again")
    files = [sorted(path.relative_to(folder) for path in folder.rglob("*.*")) for folder in (out, tmp_path / "again")]
    assert files[0] == files[1]
    assert all((out / file).read_bytes() == (tmp_path / "again" / file).read_bytes() for file in files[0])


@pytest.mark.skipif(os.name == "nt", reason="Windows has no file modes")
def test_lists_are_for_their_owner_alone_whatever_the_umask(district: District, tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        district.lists(tmp_path / "out")
    finally:
        os.umask(before)
    paths = [tmp_path / "out", *(tmp_path / "out").rglob("*"), district.workspace.data(district.campaign) / "row.key"]
    assert {stat.S_IMODE(path.stat().st_mode) for path in paths if path.is_dir()} == {0o700}
    assert {stat.S_IMODE(path.stat().st_mode) for path in paths if path.is_file()} == {0o600}


@pytest.mark.parametrize(
    "place",
    [
        "_site",
        "_site/a",
        "reports",
        "reports/x/y",
        "data/hanoi-tet-2024/sources",
        "data/hanoi-tet-2024/store/x",
        "data/hanoi-tet-2024",
        "lists",
        "notebooks",
        ".",
    ],
)
def test_no_list_is_written_beside_pages_sources_or_settings(district: District, place: str) -> None:
    with pytest.raises(UserError, match="--out lies"):
        district.lists(district.workspace.root / place)


def test_no_list_is_written_under_version_control_or_through_a_link_to_it(district: District, tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", str(tmp_path / "repository")], check=True)
    (tmp_path / "repository" / ".gitignore").write_text("*\n")
    (tmp_path / "link").symlink_to(tmp_path / "repository")
    for place in ("repository", "repository/a/b", "link/c"):
        with pytest.raises(UserError, match="version control"):
            district.lists(tmp_path / place)
    assert district.lists(district.workspace.data(district.campaign) / "worklists").files


def test_a_folder_that_holds_other_things_is_left_alone(district: District, tmp_path: Path) -> None:
    (tmp_path / "desk").mkdir(mode=0o755)
    (tmp_path / "desk" / "letter.txt").touch()
    with pytest.raises(UserError, match="other things"):
        district.lists(tmp_path / "desk")
    assert stat.S_IMODE((tmp_path / "desk").stat().st_mode) == 0o755


def test_a_new_export_replaces_what_it_exported_before_and_leaves_other_recipients(district: District, tmp_path: Path) -> None:
    district.lists(tmp_path / "out")
    stale = tmp_path / "out/cap-xa/001-00001-phuc-xa.xlsx"
    district.people([row for row in PEOPLE if row[5] != "Phường Phúc Xá"])
    district.build()
    district.lists(tmp_path / "out", kinds=("commune",))
    assert not stale.exists()
    assert (tmp_path / "out/ngan-hang/vietcombank.xlsx").is_file()
    listed = json.loads((tmp_path / "out/danh-muc.json").read_text())["files"]
    assert {file["file"] for file in listed} == {
        path.relative_to(tmp_path / "out").as_posix() for path in (tmp_path / "out").rglob("*.xlsx")
    }


def test_every_export_stands_in_the_access_log_by_unit_and_rows_without_names(district: District, tmp_path: Path) -> None:
    told = district.lists(tmp_path / "out", reason="giao cấp xã")
    entries = list(access.entries(district.workspace, district.campaign))
    assert {(entry["action"], entry["unit"], entry["rows"]) for entry in entries} == {
        ("worklists commune", "001", 5),
        ("worklists police", "001", 3),
        ("worklists bank", "", 2),
        ("worklists post", "001", 1),
    }
    assert sum(entry["rows"] for entry in entries) == told.rows
    log = access.path(district.workspace, district.campaign).read_text()
    assert not [word for person in PEOPLE for word in (person[0], person[3]) if word in log]


def test_what_cannot_be_logged_is_not_handed_out(district: District, tmp_path: Path) -> None:
    with pytest.raises(UserError):
        district.lists(tmp_path / "out", reason="cho ông có số 001145012345")
    assert not list((tmp_path / "out").rglob("*.xlsx"))


def test_an_encrypted_list_opens_with_the_password_and_not_without(district: District, tmp_path: Path) -> None:
    district.lists(tmp_path / "plain", kinds=("bank",))
    district.lists(tmp_path / "out", kinds=("bank",), password=PASSWORD)
    content = (tmp_path / "out/ngan-hang/agribank.xlsx").read_bytes()
    assert b"NGUYEN" not in content
    with pytest.raises(Exception, match="zip"):
        openpyxl.load_workbook(io.BytesIO(content))
    file = msoffcrypto.OfficeFile(io.BytesIO(content))
    assert file.is_encrypted()
    file.load_key(password="mật khẩu khác hẳn")
    with pytest.raises(msoffcrypto.exceptions.InvalidKeyError):
        file.decrypt(io.BytesIO(), verify_integrity=True)
    file.load_key(password=PASSWORD)
    opened = io.BytesIO()
    file.decrypt(opened, verify_integrity=True)
    assert opened.getvalue() == (tmp_path / "plain/ngan-hang/agribank.xlsx").read_bytes()


def test_a_password_comes_from_the_environment_or_a_file_and_is_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIST_PASSWORD", PASSWORD)
    (tmp_path / "secret").write_text(PASSWORD + "\n", encoding="utf-8")
    assert password_from("LIST_PASSWORD") == password_from(str(tmp_path / "secret")) == PASSWORD
    assert password_from(None) == ""
    monkeypatch.setenv("LIST_PASSWORD", "123456")
    for name in ("LIST_PASSWORD", "nothing-of-that-name"):
        with pytest.raises(UserError):
            password_from(name)


def test_villages_get_their_own_lists_when_asked(district: District, tmp_path: Path) -> None:
    told = district.lists(tmp_path / "out", kinds=("village",))
    assert [file.file for file in told.files] == [
        "to-cong-tac-06/001-00001-phuc-xa/to-dan-pho-1.xlsx",
        "to-cong-tac-06/001-00001-phuc-xa/to-dan-pho-2.xlsx",
        "to-cong-tac-06/001-00004-truc-bach/to-dan-pho-3.xlsx",
        "to-cong-tac-06/001-00004-truc-bach/to-dan-pho-4.xlsx",
    ]


def test_every_field_a_check_names_can_be_corrected(district: District) -> None:
    for check in catalogue(district.workspace.campaign()):
        for name in check.mends:
            assert field_of(name, check.table)


def test_the_command_writes_lists_and_says_a_mistake_in_one_line(district: District, tmp_path: Path) -> None:
    runner = CliRunner()
    root = str(district.workspace.root)
    done = runner.invoke(app, ["worklists", "--workspace", root, "--out", str(tmp_path / "out"), "--for", "police", "--unit", "001"])
    assert done.exit_code == 0, done.output
    assert "2 worklists with 3 rows" in done.output
    wrong = runner.invoke(app, ["worklists", "--workspace", root, "--out", str(tmp_path / "out"), "--for", "mayor"])
    assert isinstance(wrong.exception, UserError)


def test_a_list_leaves_whole_or_not_at_all(district: District, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "replace", lambda *paths: (_ for _ in ()).throw(OSError("no space left")))
    with pytest.raises(OSError, match="no space"):
        district.lists(tmp_path / "out", kinds=("bank",))
    assert [path for path in (tmp_path / "out").rglob("*") if path.is_file()] == []
    shutil.rmtree(tmp_path / "out")
