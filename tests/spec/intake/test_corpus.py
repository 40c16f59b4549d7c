"""The lists officials really send, written by the test as real files, each with its expected reading."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import msoffcrypto
import pandas as pd
import pytest
import xlsxwriter
import xlwt
from msoffcrypto.format.ooxml import OOXMLFile

from ansinh.campaign import Workspace
from ansinh.identity import legacy
from ansinh.intake import files
from ansinh.intake.archives import unpack
from tests.spec.intake.conftest import ROOT, Read, Reading

HEAD = ["STT", "Họ và tên", "Ngày sinh", "Giới tính", "Số CCCD", "Xã/Phường", "Mức trợ cấp"]
ROWS: list[list[Any]] = [
    [1, "Nguyễn Văn An", "05/03/1950", "Nam", "001050000001", "Phường Phúc Xá", "660.000"],
    [2, "Trần Thị Bình", "1947", "Nữ", "001147000002", "Phường Trúc Bạch", "660.000"],
    [3, "Lê Hoàng Cường", "17/11/1960", "Nam", "001060000003", "Phường Kim Mã", "440.000"],
]
NAMES = ["Nguyễn Văn An", "Trần Thị Bình", "Lê Hoàng Cường"]
NUMBERS = ["001050000001", "001147000002", "001060000003"]
NAME = "001-ba-dinh"


def xlsx(folder: Path, *sheets: list[list[Any]], names: list[str] | None = None, at: tuple[int, int] = (0, 0)) -> Path:
    path = folder / f"{NAME}.xlsx"
    book = xlsxwriter.Workbook(str(path))
    for number, rows in enumerate(sheets):
        sheet = book.add_worksheet(names[number] if names else None)
        for row, cells in enumerate(rows, at[0]):
            for column, cell in enumerate(cells, at[1]):
                if cell is not None:
                    sheet.write(row, column, cell)
    book.close()
    return path


def text(folder: Path, rows: list[list[Any]], separator: str = ",", encoding: str = "utf-8", ending: str = ".csv") -> Path:
    path = folder / f"{NAME}{ending}"
    path.write_bytes("\r\n".join(separator.join(str(cell) for cell in row) for row in rows).encode(encoding))
    return path


def told(reading: Reading) -> list[str]:
    assert reading.load.status == "loaded", reading.load.message
    assert reading.load.rows_read == reading.load.rows_kept + reading.load.rows_quarantined
    return list(reading.rows["full_name"])


# --- finding the table -----------------------------------------------------------------------------------------------


def test_a_plain_workbook(read: Read, tmp_path: Path) -> None:
    got = read(xlsx(tmp_path, [HEAD, *ROWS]))
    assert told(got) == NAMES
    assert list(got.rows["number"]) == NUMBERS
    assert list(got.rows["source_row"]) == [2, 3, 4]
    assert list(got.rows["commune"]) == ["00001", "00004", "00028"]


def test_ministry_and_title_rows_above(read: Read, tmp_path: Path) -> None:
    above = [["UBND QUẬN BA ĐÌNH", None, None, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"], [None, "Độc lập - Tự do - Hạnh phúc"], []]
    title = [[None, "DANH SÁCH ĐỐI TƯỢNG BẢO TRỢ XÃ HỘI THÁNG 01/2024"], ["(Kèm theo Công văn số 12/LĐTBXH)"], []]
    got = read(xlsx(tmp_path, [*above, *title, HEAD, *ROWS]))
    assert told(got) == NAMES
    assert list(got.rows["source_row"]) == [8, 9, 10]


def test_a_list_that_begins_down_and_to_the_right(read: Read, tmp_path: Path) -> None:
    got = read(xlsx(tmp_path, [HEAD, *ROWS], at=(5, 3)))
    assert told(got) == NAMES
    assert list(got.rows["source_row"]) == [7, 8, 9]


def test_headings_over_two_rows_merged(read: Read, tmp_path: Path) -> None:
    upper = ["STT", "Họ và tên", "Ngày sinh", "Giới tính", "Số CCCD", "Xã/Phường", "Người giám hộ", None]
    lower = [None, None, None, None, None, None, "Họ tên", "Quan hệ"]
    rows = [[*row[:6], "Phạm Thị Dung", "Con"] for row in ROWS]
    got = read(xlsx(tmp_path, [upper, lower, *rows]))
    assert told(got) == NAMES
    assert set(got.rows["receiver_name"]) == {"Phạm Thị Dung"}
    assert set(got.rows["receiver_relation"]) == {"Con"}


def test_headings_over_three_rows(read: Read, tmp_path: Path) -> None:
    first = ["TT", "Họ", "Ngày,", "Giới", "Số", "Xã/", "Mức"]
    second = [None, "và", "tháng,", "tính", "CCCD", "Phường", "trợ cấp"]
    third = [None, "tên", "năm sinh", None, None, None, None]
    assert told(read(xlsx(tmp_path, [first, second, third, *ROWS]))) == NAMES


def test_headings_repeated_on_each_printed_page(read: Read, tmp_path: Path) -> None:
    assert told(read(xlsx(tmp_path, [HEAD, ROWS[0], HEAD, ROWS[1], HEAD, ROWS[2]]))) == NAMES


def test_a_row_of_column_numbers_under_the_headings(read: Read, tmp_path: Path) -> None:
    assert told(read(xlsx(tmp_path, [HEAD, [1, 2, 3, 4, 5, 6, 7], *ROWS]))) == NAMES
    bracketed = [f"({number})" for number in range(1, 8)]
    assert told(read(xlsx(tmp_path, [HEAD, bracketed, *ROWS]))) == NAMES


def test_blank_and_subtotal_rows(read: Read, tmp_path: Path) -> None:
    total = [None, "Cộng Phường Phúc Xá", None, None, None, None, "660.000"]
    got = read(xlsx(tmp_path, [HEAD, ROWS[0], total, [], *ROWS[1:], [None, "Tổng cộng", None, None, None, None, "1.760.000"]]))
    assert told(got) == NAMES


def test_a_signature_block_below(read: Read, tmp_path: Path) -> None:
    below = [
        [],
        [None, "Ba Đình, ngày 05 tháng 01 năm 2024"],
        ["Người lập biểu", None, None, "TM. UỶ BAN NHÂN DÂN"],
        ["(Ký, ghi rõ họ tên)"],
    ]
    assert told(read(xlsx(tmp_path, [HEAD, *ROWS, *below]))) == NAMES


def test_a_sheet_per_commune_gives_the_commune(read: Read, tmp_path: Path) -> None:
    without = [row[:5] for row in ROWS]
    got = read(xlsx(tmp_path, [HEAD[:5], without[0]], [HEAD[:5], without[1]], names=["Phúc Xá", "P. Trúc Bạch"]))
    assert told(got) == NAMES[:2]
    assert list(got.rows["commune"]) == ["00001", "00004"]
    assert list(got.rows["source_sheet"]) == ["Phúc Xá", "P. Trúc Bạch"]


def test_a_sheet_that_is_no_list_is_left_alone(read: Read, tmp_path: Path) -> None:
    notes = [["Ghi chú của phòng"], ["Đã gửi ngày 05/01"]]
    got = read(xlsx(tmp_path, notes, [HEAD, *ROWS], names=["Ghi chú", "DS"]))
    assert told(got) == NAMES


def test_hidden_sheets_rows_and_columns_are_read_and_said(read: Read, tmp_path: Path) -> None:
    path = tmp_path / f"{NAME}.xlsx"
    book = xlsxwriter.Workbook(str(path))
    for name in ("DS", "Cũ"):
        sheet = book.add_worksheet(name)
        for row, cells in enumerate([HEAD, *ROWS]):
            sheet.write_row(row, 0, cells)
        if name == "DS":
            sheet.set_row(2, None, None, {"hidden": True})
            sheet.set_column(4, 4, None, None, {"hidden": True})
        else:
            sheet.hide()
    book.close()
    got = read(path)
    assert told(got) == NAMES * 2
    assert "1 hidden row and 1 hidden column group, read all the same" in got.messages
    assert "hidden sheet, read all the same" in got.messages


def test_an_unknown_column_is_kept_as_extra(read: Read, tmp_path: Path) -> None:
    got = read(xlsx(tmp_path, [[*HEAD, "Tình trạng nhà ở"], *([*row, "Nhà tạm"] for row in ROWS)]))
    assert set(got.rows["extra"]) == {'{"Tình trạng nhà ở": "Nhà tạm"}'}
    assert "columns kept as extra: Tình trạng nhà ở" in got.messages


def test_a_heading_with_a_slip_is_understood(read: Read, tmp_path: Path) -> None:
    head = ["STT", "Họ và tênn", "Ngày sinhh", "Gioi tinh", "SO CCCD", "xã / phường", "Mức trợ câp"]
    assert told(read(xlsx(tmp_path, [head, *ROWS]))) == NAMES


def test_two_columns_that_mean_the_same_are_refused_with_both_named(read: Read, tmp_path: Path) -> None:
    got = read(xlsx(tmp_path, [[*HEAD, "Số định danh cá nhân"], *([*row, row[4]] for row in ROWS)]))
    assert got.load.status == "refused"
    for said in ("«Số CCCD»", "«Số định danh cá nhân»", "Sheet1", "Rename"):
        assert said in got.load.message


# --- formats ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("separator", "encoding", "ending"),
    [
        (",", "utf-8", ".csv"),
        (",", "utf-8-sig", ".csv"),
        (";", "utf-16", ".csv"),
        ("\t", "utf-8", ".tsv"),
        ("|", "utf-8", ".txt"),
        (";", "utf-16-le", ".csv"),
    ],
)
def test_text_files_in_every_encoding_and_separator(read: Read, tmp_path: Path, separator: str, encoding: str, ending: str) -> None:
    path = text(tmp_path, [HEAD, *ROWS], separator, encoding, ending)
    if encoding == "utf-16-le":
        path.write_bytes(b"\xff\xfe" + path.read_bytes())
    assert told(read(path)) == NAMES


def test_windows_1258_with_its_combining_tone_marks(read: Read, tmp_path: Path) -> None:
    # What Windows writes: a base letter with its hat, then the tone as a mark of its own.
    head = "STT;Ho\u0323 va\u0300 tên;Nga\u0300y sinh;Giơ\u0301i ti\u0301nh;Sô\u0301 CCCD"
    row = "1;Nguyê\u0303n Văn An;05/03/1950;Nam;001050000001"
    path = tmp_path / f"{NAME}.csv"
    path.write_bytes(f"{head}\n{row}\n".encode("windows-1258"))
    assert told(read(path)) == ["Nguyễn Văn An"]


@pytest.mark.parametrize("encoding", ["tcvn3", "vni"])
def test_legacy_fonts_in_excel_cells(read: Read, tmp_path: Path, encoding: str) -> None:
    def old(cell: Any) -> Any:
        return legacy.from_unicode(cell, encoding) if isinstance(cell, str) and not cell.isascii() else cell

    people = [
        [*row[:1], name, *row[2:]] for row, name in zip(ROWS * 4, ["Nguyễn Thị Hường", "Đặng Văn Dũng", "Vũ Đình Kiệt"] * 4, strict=True)
    ]
    got = read(xlsx(tmp_path, [[old(cell) for cell in row] for row in [HEAD, *people]]))
    assert told(got)[:3] == ["Nguyễn Thị Hường", "Đặng Văn Dũng", "Vũ Đình Kiệt"]
    assert encoding in set(got.mends["rule"])
    assert set(got.rows["commune"]) == {"00001", "00004", "00028"}


def test_composed_and_decomposed_unicode_are_one_text(read: Read, tmp_path: Path) -> None:
    import unicodedata

    rows = [[unicodedata.normalize("NFD", cell) if isinstance(cell, str) else cell for cell in row] for row in [HEAD, *ROWS]]
    assert told(read(xlsx(tmp_path, rows))) == NAMES


def test_an_old_xls_workbook(read: Read, tmp_path: Path) -> None:
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("DS")
    for row, cells in enumerate([HEAD, *ROWS]):
        for column, cell in enumerate(cells):
            sheet.write(row, column, cell)
    path = tmp_path / f"{NAME}.xls"
    book.save(str(path))
    assert told(read(path)) == NAMES


def test_an_open_document_spreadsheet(read: Read, tmp_path: Path) -> None:
    path = tmp_path / f"{NAME}.ods"
    pd.DataFrame(ROWS, columns=HEAD).to_excel(path, index=False, engine="odf")
    assert told(read(path)) == NAMES


def test_a_parquet_file(read: Read, tmp_path: Path) -> None:
    path = tmp_path / f"{NAME}.parquet"
    pd.DataFrame(ROWS, columns=HEAD).to_parquet(path)
    assert told(read(path)) == NAMES


def test_a_zipped_folder_gives_its_lists_whatever_they_are_called(tmp_path: Path) -> None:
    inner = xlsx(tmp_path, [HEAD, *ROWS]).read_bytes()
    path = tmp_path / "gui.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("../../001-ba-dinh.xlsx", inner)
        archive.writestr("con/002.xlsx", inner)
        archive.writestr("__MACOSX/._002.xlsx", b"")
        archive.writestr("doc.exe", b"")
        archive.writestr("con/them.zip", b"")
    cache = tmp_path / "cache"
    members = list(unpack(path, "gui.zip", cache))
    assert [member.relative for member in members if not member.refusal] == ["gui.zip/001-ba-dinh.xlsx", "gui.zip/002.xlsx"]
    assert all(cache in member.path.parents for member in members if not member.refusal)
    assert [member.refusal for member in members if member.refusal] == [
        "gui.zip/them.zip is a zipped folder inside another. Unzip it and send its lists.",
        "gui.zip/doc.exe: files ending in .exe are not lists. Save it as .xlsx or .csv.",
    ]
    assert not (tmp_path.parent / "001-ba-dinh.xlsx").exists()


# --- values ----------------------------------------------------------------------------------------------------------


def test_sex_in_two_columns(read: Read, tmp_path: Path) -> None:
    head = ["STT", "Họ và tên", "Nam", "Nữ", "Số CCCD"]
    got = read(xlsx(tmp_path, [head, [1, NAMES[0], "x", None, NUMBERS[0]], [2, NAMES[1], None, "x", NUMBERS[1]]]))
    assert list(got.rows["sex"]) == ["male", "female"]


def test_numbers_that_excel_spoilt_are_kept_as_given_and_told(read: Read, tmp_path: Path) -> None:
    written = [1050000001, 1050000001.0, "001 050 000 001", "'001050000001", "O01050000001", "001.050.000.001"]
    got = read(xlsx(tmp_path, [HEAD, *([1, NAMES[0], "1950", "Nam", number, "Phúc Xá", 1] for number in written)]))
    assert list(got.rows["number"]) == ["1050000001", "1050000001", *["001050000001"] * 4]
    assert got.mended("number")["O01050000001"] == "number_letters"


@pytest.mark.parametrize(
    ("cell", "birth", "precision"),
    [
        ("05/03/1950", "1950-03-05", "day"),
        ("5.3.50", "1950-03-05", "day"),
        ("5-3-1950", "1950-03-05", "day"),
        ("1950-03-05", "1950-03-05", "day"),
        ("ngày 05 tháng 03 năm 1950", "1950-03-05", "day"),
        (18327, "1950-03-05", "day"),
        ("1950", None, "year"),
        ("00/00/1950", None, "year"),
        ("00/03/1950", None, "month"),
        ("03/1950", None, "month"),
    ],
)
def test_birth_dates_in_every_form_keep_their_precision(read: Read, tmp_path: Path, cell: Any, birth: str | None, precision: str) -> None:
    got = read(xlsx(tmp_path, [HEAD, [1, NAMES[0], cell, "Nam", NUMBERS[0], "Phúc Xá", 1]]))
    row = got.rows.iloc[0]
    assert (row["birth_year"], row["birth_precision"]) == (1950, precision)
    assert (str(row["birth_date"])[:10] if row["birth_date"] is not None else None) == birth


def test_what_cannot_be_read_is_null_with_its_original_beside(read: Read, tmp_path: Path) -> None:
    got = read(xlsx(tmp_path, [HEAD, [1, NAMES[0], "không nhớ", "chưa rõ", NUMBERS[0], "Phúc Xá", "ba trăm"]]))
    assert got.rows[["birth_year", "sex", "amount"]].isna().all(axis=None)
    assert got.mended("sex") == {"chưa rõ": "unread"}
    assert got.mended("amount") == {"ba trăm": "unread"}
    assert got.mended("birth_date") == {"không nhớ": "unread"}


def test_a_misspelt_commune_is_proposed_and_told(read: Read, tmp_path: Path) -> None:
    got = read(xlsx(tmp_path, [HEAD, [1, NAMES[0], "1950", "Nam", NUMBERS[0], "Phường Trúc Bach h", 1]]))
    assert list(got.rows["commune"]) == ["00004"]
    assert got.mended("commune") == {"Phường Trúc Bach h": "commune_likeness"}


def test_a_row_without_name_and_number_waits_with_its_cells_and_a_reason(read: Read, tmp_path: Path) -> None:
    got = read(xlsx(tmp_path, [HEAD, *ROWS, [4, None, "1950", "Nam", None, "Phúc Xá", "440.000"]]))
    assert (got.load.rows_read, got.load.rows_kept, got.load.rows_quarantined) == (4, 3, 1)
    held = got.quarantine.iloc[0]
    assert held["source_row"] == 5
    assert "Phúc Xá" in held["cells"]
    assert held["reason_text"].startswith("Dòng không có họ tên và không có số định danh")


def test_a_numbered_row_of_which_only_the_policy_was_written_waits_and_heads_no_section(read: Read, tmp_path: Path) -> None:
    head = ["STT", "Họ và tên", "Số CCCD/ĐDCN", "Nhóm đối tượng", "Mã đối tượng", "Mức trợ cấp"]
    begun = [728, None, None, "Người khuyết tật nặng, đặc biệt nặng", "5.6", 880_000]
    after = [729, NAMES[0], NUMBERS[0], None, None, 440_000]
    got = read(xlsx(tmp_path, [head, begun, after]))
    assert (got.load.rows_read, got.load.rows_kept, got.load.rows_quarantined) == (2, 1, 1)
    assert got.quarantine.iloc[0]["source_row"] == 2
    assert got.rows["policy_text"].isna().all()


@pytest.mark.parametrize(
    "row",
    [
        [4, "-", "-", "-", "-", "-", "-"],
        [4, "???", None, None, "không rõ", "Phúc Xá", "440.000"],
        [4, "#N/A", "#N/A", None, None, None, None],
        [4, "(hồ sơ thất lạc)", None, "Nam", None, "Phúc Xá", "440.000"],
        [4, "(không rõ tên)", None, None, None, None, None],
    ],
)
def test_a_row_whose_name_and_number_name_nobody_waits(read: Read, tmp_path: Path, row: list[Any]) -> None:
    got = read(xlsx(tmp_path, [HEAD, *ROWS, row]))
    assert told(got) == NAMES
    assert (got.load.rows_read, got.load.rows_quarantined, list(got.quarantine["source_row"])) == (4, 1, [5])


def test_a_remark_in_brackets_in_the_middle_is_left_out_and_counted(read: Read, tmp_path: Path) -> None:
    got = read(xlsx(tmp_path, [HEAD, ROWS[0], [None, "(tiếp trang sau)"], *ROWS[1:], [None, "[hết trang 2]"]]))
    assert told(got) == NAMES
    assert (got.load.rows_read, "2 remarks" in got.messages) == (3, True)


def test_a_name_in_brackets_with_number_or_birth_is_somebody(read: Read, tmp_path: Path) -> None:
    rows = [[1, "(Nguyễn Văn An)", None, "Nam", NUMBERS[0]], [2, "(Trần Thị Bình)", "1947"], [None, "(Lê Hoàng Cường)", "17/11/1960"]]
    assert read(xlsx(tmp_path, [HEAD, *rows])).load.rows_kept == 3


@pytest.mark.parametrize("mark", ["-", "–", "...", "?", "???"])
def test_marks_are_no_policy_code(read: Read, tmp_path: Path, mark: str) -> None:
    got = read(xlsx(tmp_path, [[*HEAD, "Mã đối tượng"], [*ROWS[0], "5.5a"], [*ROWS[1], mark]]))
    assert [code if isinstance(code, str) else None for code in got.rows["policy_code"]] == ["5.5a", None]


def test_formulas_are_read_as_values_and_never_evaluated(read: Read, tmp_path: Path) -> None:
    path = tmp_path / f"{NAME}.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, HEAD)
    sheet.write_row(1, 0, ROWS[0])
    sheet.write_formula(1, 6, "=400000+260000", None, 123)
    sheet.write_formula(1, 1, "='[other.xlsx]Sheet1'!A1", None, "Nguyễn Văn An")
    sheet.write_string(2, 1, '=HYPERLINK("http://example.org","x")')
    sheet.write_string(2, 4, NUMBERS[1])
    book.close()
    got = read(path)
    assert got.rows["amount"].iloc[0] == 123
    assert told(got)[0] == "Nguyễn Văn An"
    assert "HYPERLINK" in told(got)[1].upper()


# --- refused, each with one clear sentence ---------------------------------------------------------------------------


def locked(folder: Path) -> Path:
    plain = xlsx(folder, [HEAD, *ROWS])
    out = io.BytesIO()
    with plain.open("rb") as file:
        OOXMLFile(file).encrypt("secret", out)
    plain.write_bytes(out.getvalue())
    assert msoffcrypto.OfficeFile(io.BytesIO(out.getvalue())).is_encrypted()
    return plain


def truncated(folder: Path) -> Path:
    path = xlsx(folder, [HEAD, *ROWS])
    path.write_bytes(path.read_bytes()[:1500])
    return path


def word_renamed(folder: Path) -> Path:
    path = folder / f"{NAME}.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", "<w:document/>")
    return path


def bomb(folder: Path) -> Path:
    path = xlsx(folder, [HEAD, *ROWS])
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/big.bin", bytes(1 << 20))
    data = bytearray(path.read_bytes())
    at = data.rfind(b"PK\x01\x02", 0, data.rfind(b"xl/media/big.bin"))
    data[at + 24 : at + 28] = (0xFFFFFFF0).to_bytes(4, "little")  # it unpacks to 4 GiB, it says
    path.write_bytes(data)
    return path


def too_wide(folder: Path) -> Path:
    return text(folder, [[*HEAD, *(f"c{number}" for number in range(1_000_000))], *ROWS])


def endless_quote(folder: Path) -> Path:
    return text(folder, [HEAD, *ROWS, ['"' + "x" * 200_000]])


def binary(folder: Path) -> Path:
    path = folder / f"{NAME}.csv"
    path.write_bytes(b"\x00\x01\x02" * 500)
    return path


def empty(folder: Path) -> Path:
    path = folder / f"{NAME}.csv"
    path.write_bytes(b"")
    return path


def picture(folder: Path) -> Path:
    path = folder / f"{NAME}.png"
    path.write_bytes(b"\x89PNG")
    return path


def no_list(folder: Path) -> Path:
    return xlsx(folder, [["Kế hoạch"], ["Tuần 1", "Họp"]])


def broken_parquet(folder: Path) -> Path:
    path = folder / f"{NAME}.parquet"
    path.write_bytes(b"PAR1")
    return path


REFUSED = {
    locked: "protected by a password",
    truncated: "damaged or is no workbook",
    word_renamed: "is a Word document under a workbook's name",
    bomb: "unpacks to more than 2 GiB",
    too_wide: "1000007 columns",
    endless_quote: "quotation mark without its partner",
    binary: "is no text file",
    empty: "no list of this kind was found",
    picture: "files ending in .png are not lists",
    no_list: "no list of this kind was found",
    broken_parquet: "damaged or is no Parquet file",
}


@pytest.mark.parametrize("make", REFUSED, ids=lambda make: make.__name__)
def test_a_file_that_cannot_be_read_is_one_clear_sentence(read: Read, tmp_path: Path, make: Any) -> None:
    got = read(make(tmp_path))
    assert got.load.status == "refused"
    assert REFUSED[make] in got.load.message
    assert NAME in got.load.message
    assert "\n" not in got.load.message
    assert got.rows.empty


def test_entities_that_multiply_do_no_harm(read: Read, tmp_path: Path) -> None:
    path = xlsx(tmp_path, [HEAD, *ROWS])
    laughs = '<!DOCTYPE x [<!ENTITY a "ha">' + "".join(
        f'<!ENTITY {chr(98 + n)} "{"".join(f"&{chr(97 + n)};" for _ in range(10))}">' for n in range(9)
    )
    mischief = tmp_path / "mischief" / f"{NAME}.xlsx"
    mischief.parent.mkdir()
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(mischief, "w") as target:
        for item in source.infolist():
            data = source.read(item.filename)
            if item.filename in ("xl/sharedStrings.xml", "xl/workbook.xml"):
                head, _, rest = data.partition(b"?>")
                data = head + b"?>" + laughs.encode() + b"]>" + rest.replace(b"STT", b"&j;")
            target.writestr(item.filename, data)
    got = read(mischief)
    assert got.load.status in ("refused", "loaded")
    assert len(got.rows) <= 3


def test_a_file_replaced_while_it_is_read_is_not_taken(read: Read, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = text(tmp_path, [HEAD, *ROWS])
    found = files.find_table

    def and_replace(*given: Any) -> Any:
        path.write_text("other", encoding="utf-8")
        return found(*given)

    monkeypatch.setattr(files, "find_table", and_replace)
    got = read(path)
    assert got.load.status == "refused"
    assert "was replaced while it was being read" in got.load.message
    assert got.rows.empty


def test_a_zip_that_is_none_and_a_locked_one_say_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    path.write_bytes(b"PK\x03\x04 and no more")
    assert "Zip it again" in next(iter(unpack(path, "x.zip", tmp_path / "cache"))).refusal


def test_explain_tells_how_a_file_is_understood_and_shows_no_value(tmp_path: Path) -> None:
    from ansinh.intake import explain

    workspace = Workspace(ROOT)
    rows = [[*row[:-1], 660_000.0] for row in ROWS]
    said = explain(xlsx(tmp_path, [["DANH SÁCH"], [], HEAD, *rows]), workspace, workspace.campaign())
    assert "«Mức trợ cấp» → amount: 999999, 999999, 999999\n" in f"{said}\n"
    assert "headings in row 3; data from row 4" in said
    assert "3 read = 3 kept + 0 quarantined" in said
    assert "«Số CCCD» → number: 999999999999" in said
    assert not any(secret in said for secret in (*NAMES, *NUMBERS))
