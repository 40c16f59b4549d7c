"""Cells with few possible values: the words that are understood, where new ones are declared, and what is told of those not understood."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from ansinh.campaign import Workspace
from ansinh.cli.commands import app
from ansinh.errors import UserError
from ansinh.intake import explain, files, known, load
from ansinh.intake.words import VALUES, Words
from ansinh.units import search_key
from tests.spec.intake.conftest import ROOT, Read
from tests.spec.intake.test_corpus import HEAD, ROWS, text, xlsx

WORDS = Words.read(ROOT / "params" / "values.yml")
PAID = ["STT", "Họ và tên", "Số CCCD", "Số tiền", "Hình thức chi trả", "Kết quả chi trả"]


def payments(*methods: str) -> list[list[Any]]:
    return [PAID, *([at, f"Nguyễn Văn {at}", f"0010500{at:05}", 440000, method, "Đã chi"] for at, method in enumerate(methods, 1))]


@pytest.mark.parametrize(
    ("field", "written", "meant"),
    [
        ("payment_method", "CK", "account"),
        ("payment_method", "c/k", "account"),
        ("payment_method", "Chuyển khoản (CK)", "account"),
        ("payment_method", "Qua tài khoản Agribank", "account"),
        ("payment_method", "TM", "cash"),
        ("payment_method", "TIỀN MẶT", "cash"),
        ("payment_result", "đã nhận", "paid"),
        ("payment_result", "Chưa đến nhận", "pending"),
        ("payment_result", "Không thành công", "returned"),
        ("register_result", "OK", "matched"),
        ("register_result", "Trùng khớp", "matched"),
        ("register_result", "Đã khai tử", "deceased"),
        ("register_result", "Đã chết ngày 05/10/2023", "deceased"),
        ("register_result", "Đã mất tích", "missing_person"),
        ("register_result", "Lệch ngày sinh", "birth_differs"),
        ("register_result", "Lệch họ tên, ngày sinh", "name_differs"),
        ("register_result", "Lệch giới tính", "sex_differs"),
        ("register_result", "Không có trong CSDL", "number_not_found"),
        ("register_result", "Đã chuyển khẩu đi", "moved"),
        ("register_result", "chờ C06", "not_checked"),
        ("register_result", "Không khớp", "several"),
        ("channel", "Quầy", "branch"),
        ("channel", "Tại quầy", "branch"),
        ("channel", "Nhân viên bưu điện", "post"),
        ("account_status", "Không hoạt động", "locked"),
        ("status", "Đã chuyển khẩu", "stopped"),
        ("sex", "Nữ giới", "female"),
        ("payment_method", "Séc", None),
        ("payment_method", "Chuyểnkhoản", None),
    ],
)
def test_words_offices_write_are_understood(field: str, written: str, meant: str | None) -> None:
    assert WORDS.meant(field, search_key(written)) == meant


def test_a_list_with_such_words_gives_the_values(read: Read, tmp_path: Path) -> None:
    got = read(xlsx(tmp_path, payments("CK", "TM", "")), "payments")
    assert list(got.rows["method"])[:2] == ["account", "cash"]
    assert got.load.unread == ()


# --- declaring words -------------------------------------------------------------------------------------------------


def test_a_word_added_to_the_settings_is_understood_without_a_change_of_code(empty_workspace: Workspace) -> None:
    place(empty_workspace, *["Séc"] * 6)
    campaign = empty_workspace.campaign()
    assert [column.count for _, column in load(empty_workspace, campaign).doubtful] == [6]
    declare(empty_workspace, "cash: [", "cash: [Séc, ")
    known.rules_hash.cache_clear()  # as the next command would begin
    files._tools.cache_clear()
    assert load(empty_workspace, campaign).doubtful == ()


@pytest.mark.parametrize(
    ("given", "mistaken", "said"),
    [
        ("payment_method:", "payment_methods:", "params/values.yml: payment_methods is no field. Known are sex"),
        ("cash: [", "money: [", "params/values.yml: money is no value of payment_method. Known are account, cash."),
        ("cash: [", "cash: [CK, ", "«CK» stands under account and under cash of payment_method. Leave it under one of them."),
        ("cash: [", "cash: [yes, ", "payment_method, cash needs a list of words in square brackets; yes, no, on and off stand in quotes."),
        ("cash: [", 'cash: ["–", ', "payment_method, cash has a word without a letter or digit. Delete it."),
        ("cash: [", "cash: [[", "is no YAML. Look for a bracket or quote missing."),
        ("  stopped: [", "  active: [", "the value of status stopped is missing. Put it back, with its words or with []."),
    ],
)
def test_a_mistake_in_the_declaration_is_one_sentence(empty_workspace: Workspace, given: str, mistaken: str, said: str) -> None:
    declare(empty_workspace, given, mistaken)
    with pytest.raises(UserError) as error:
        Words.read(empty_workspace.params / "values.yml")
    assert said in str(error.value)


def test_the_shipped_declaration_names_every_value() -> None:
    assert all({*WORDS.whole[field].values(), *WORDS.begun[field].values()} == {*values} for field, values in VALUES.items())


# --- what was not understood -----------------------------------------------------------------------------------------


def test_values_that_could_not_be_read_are_counted_by_column_with_the_commonest_words(read: Read, tmp_path: Path) -> None:
    got = read(xlsx(tmp_path, payments(*["Séc"] * 4, "lạ", "CK", "TM")), "payments")
    assert [str(column) for column in got.load.unread] == ["5 of 7 «Hình thức chi trả» (Séc)"]
    assert got.load.unread[0].grave


def test_a_word_that_may_be_personal_is_counted_and_never_shown(read: Read, tmp_path: Path) -> None:
    names = ["Phạm Thị Dung"] * 3 + ["NGUYỄN HƯNG"] * 3 + ["số 0912000111"] * 3 + ["xem lại hồ sơ ở tủ số hai của phòng lao động"] * 3
    table = payments(*names, *["hồng"] * 3)
    for row in table[-3:]:
        row[1] = "Trần Thị Hồng"
    got = read(xlsx(tmp_path, table), "payments")
    assert [str(column) for column in got.load.unread] == ["15 of 15 «Hình thức chi trả»"]


def test_of_a_column_with_too_many_different_words_none_is_shown(read: Read, tmp_path: Path) -> None:
    letters = [f"lời {a}{b}" for a in "abcdef" for b in "ghklmn"]
    got = read(xlsx(tmp_path, payments(*["hẹn"] * 5, *letters)), "payments")
    assert got.load.unread[0].words == ()


def test_of_other_columns_only_the_count_is_told(read: Read, tmp_path: Path) -> None:
    rows = [[*row[:2], "tháng mấy", *row[3:]] for row in ROWS]
    got = read(xlsx(tmp_path, [HEAD, *rows]))
    assert [str(column) for column in got.load.unread] == ["3 «Ngày sinh»"]
    assert not got.load.unread[0].grave


@pytest.mark.parametrize(("unknown", "known", "grave"), [(5, 94, True), (5, 95, False), (4, 0, False)])
def test_much_is_more_than_a_twentieth_and_five_values(read: Read, tmp_path: Path, unknown: int, known: int, grave: bool) -> None:
    got = read(xlsx(tmp_path, payments(*["Séc"] * unknown, *["CK"] * known)), "payments")
    assert got.load.unread[0].grave == grave


def test_a_status_that_is_assumed_counts_as_not_understood(read: Read, tmp_path: Path) -> None:
    got = read(xlsx(tmp_path, [[*HEAD, "Trạng thái"], *([*row, "theo dõi"] for row in ROWS)]))
    assert set(got.rows["status"]) == {"active"}
    assert [str(column) for column in got.load.unread] == ["3 of 3 «Trạng thái» (theo dõi)"]


def test_a_dash_is_an_empty_cell(read: Read, tmp_path: Path) -> None:
    got = read(xlsx(tmp_path, payments("-", "…", "CK")), "payments")
    assert got.load.unread == ()


def test_explain_tells_what_could_not_be_read(tmp_path: Path) -> None:
    workspace = Workspace(ROOT)
    told = explain(xlsx(tmp_path, payments(*["Séc"] * 3)), workspace, workspace.campaign())
    assert "  could not be read: 3 of 3 «Hình thức chi trả» (Séc)" in told


def test_intake_says_it_and_ends_with_exit_code_one(empty_workspace: Workspace) -> None:
    place(empty_workspace, *["Séc"] * 6)
    first, again = (CliRunner().invoke(app, ["intake", "-w", str(empty_workspace.root)]) for _ in range(2))
    for told in (first, again):
        assert told.exit_code == 1
        assert "chi-tra/001-ba-dinh.csv: could not be read: 6 of 6 «Hình thức chi trả» (Séc)" in told.output
        assert (
            "6 of 6 values of «Hình thức chi trả» were not understood. See them with `ansinh intake hanoi-tet-2024 --mends`" in told.output
        )


def place(workspace: Workspace, *methods: str) -> None:
    """Put a list of beneficiaries and one of payments with these methods among the sources."""
    sources = workspace.sources(workspace.campaign())
    for name, rows in (("danh-sach", [HEAD, *ROWS]), ("chi-tra", payments(*methods))):
        shutil.rmtree(sources / name, ignore_errors=True)
        (sources / name).mkdir(parents=True)
        text(sources / name, rows)


def declare(workspace: Workspace, given: str, instead: str) -> None:
    """Change what the settings declare, once."""
    path = workspace.params / "values.yml"
    path.write_text(path.read_text(encoding="utf-8").replace(given, instead, 1), encoding="utf-8")
