"""Files that are made to do harm, or that change under the reader's hands: refused with a sentence, or harmless."""

from __future__ import annotations

import multiprocessing
import os
import struct
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import xlsxwriter

from ansinh.campaign import Workspace
from ansinh.intake import files, inside, load
from ansinh.intake.archives import unpack
from tests.spec.intake.conftest import Read
from tests.spec.intake.test_corpus import HEAD, NAME, NAMES, ROWS, text, told, xlsx


def changed(path: Path, part: str, change: Callable[[bytes], bytes]) -> Path:
    """Write a workbook anew with one of its parts changed."""
    with zipfile.ZipFile(path) as source:
        parts = {item.filename: source.read(item) for item in source.infolist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for name, data in parts.items():
            target.writestr(name, change(data) if name == part else data)
    return path


# --- too large -------------------------------------------------------------------------------------------------------


def far_corner(folder: Path) -> Path:
    path = xlsx(folder, [HEAD, *ROWS])
    return changed(path, "xl/worksheets/sheet1.xml", lambda data: data.replace(b'r="G4"', b'r="XFD1048576"'))


def beyond_every_sheet(folder: Path) -> Path:
    path = xlsx(folder, [HEAD, *ROWS])
    return changed(path, "xl/worksheets/sheet1.xml", lambda data: data.replace(b'r="G4"', b"r='ZZZZ4'"))


def endless_rows(folder: Path) -> Path:
    path = xlsx(folder, [[*HEAD, *(f"c{at}" for at in range(90))], *ROWS])
    return changed(path, "xl/worksheets/sheet1.xml", lambda data: data.replace(b'r="G4"', b'r="G1048576"'))


def repeated_cells(folder: Path) -> Path:
    path = folder / f"{NAME}.ods"
    pd.DataFrame(ROWS, columns=HEAD).to_excel(path, index=False, engine="odf")
    many = b'<table:table-row table:number-rows-repeated="1000000"><table:table-cell office:value-type="float" office:value="1" table:number-columns-repeated="1000000"/></table:table-row>'
    return changed(path, "content.xml", lambda data: data.replace(b"<table:table-row>", many + b"<table:table-row>", 1))


def declared(path: Path, part: str, size: int) -> Path:
    """Change the size that an archive declares for a part."""
    data = bytearray(path.read_bytes())
    at = data.rfind(b"PK\x01\x02", 0, data.rfind(part.encode()))
    data[at + 24 : at + 28] = struct.pack("<I", size)
    path.write_bytes(data)
    return path


def small_print(folder: Path) -> Path:
    """A workbook that unpacks to 40 MB and declares 1 kB."""
    path = xlsx(folder, [HEAD, *ROWS])
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/a.bin", bytes(40 << 20))
    return declared(path, "xl/media/a.bin", 1000)


LARGE = {
    far_corner: "16384 columns",
    beyond_every_sheet: "475254 columns",
    endless_rows: "reaches to row 1048576",
    repeated_cells: "1000000 columns",
    small_print: "damaged or is no workbook",
}


@pytest.mark.parametrize("make", LARGE, ids=lambda make: make.__name__)
def test_a_workbook_that_would_fill_the_memory_is_refused_before_it_is_laid_out(
    read: Read, tmp_path: Path, make: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inside, "MAX_INFLATED", 20 << 20)
    got = read(make(tmp_path))
    assert got.load.status == "refused"
    assert LARGE[make] in got.load.message


def test_an_xlsb_that_reaches_too_far_is_refused(read: Read, tmp_path: Path) -> None:
    got = read(xlsb(tmp_path, [[HEAD[0]]], column=1_000_000))
    assert got.load.status == "refused"
    assert "1000001 columns" in got.load.message


def test_empty_cells_to_the_end_of_the_sheet_do_no_harm(read: Read, tmp_path: Path) -> None:
    path = tmp_path / f"{NAME}.ods"
    pd.DataFrame(ROWS, columns=HEAD).to_excel(path, index=False, engine="odf")
    rest = (
        b'<table:table-row table:number-rows-repeated="1048000"><table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
    )
    got = read(changed(path, "content.xml", lambda data: data.replace(b"</table:table>", rest + b"</table:table>", 1)))
    assert told(got) == NAMES


def test_a_zipped_bomb_of_lists_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "gui.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(3):
            archive.writestr(f"{number}.csv", b"," * 1000)
    declared(path, "1.csv", 0xFFFFFFF0)
    members = list(unpack(path, "gui.zip", tmp_path / "cache"))
    assert [member.refusal for member in members] == ["gui.zip unpacks to more than 2 GiB or 5000 lists. Send the lists in several parts."]


@pytest.mark.slow
def test_a_process_that_dies_of_one_file_costs_that_file_only(empty_workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    campaign = empty_workspace.campaign()
    folder = empty_workspace.sources(campaign) / "danh-sach"
    folder.mkdir(parents=True)
    text(folder, [HEAD, *ROWS[::-1]]).rename(folder / "002-hoan-kiem.csv")
    text(folder, [HEAD, *ROWS])
    (folder / "003-tay-ho.csv").write_text("dies", encoding="utf-8")
    monkeypatch.setattr(sys.modules["ansinh.intake.load"], "read_file", _dies_of_one)
    report = load(empty_workspace, campaign, jobs=2)
    assert [(file.path, file.status) for file in report.files] == [
        ("danh-sach/001-ba-dinh.csv", "loaded"),
        ("danh-sach/002-hoan-kiem.csv", "loaded"),
        ("danh-sach/003-tay-ho.csv", "refused"),
    ]
    assert "needs more memory than this machine has" in report.files[2].message


def _dies_of_one(job: files.Job) -> Any:
    if job.path.name.startswith("003") and multiprocessing.parent_process() is not None:
        os.abort()
    return files.read_file(job)


# --- cunning ---------------------------------------------------------------------------------------------------------


def test_links_to_other_files_and_the_web_are_never_followed(read: Read, tmp_path: Path) -> None:
    path = tmp_path / f"{NAME}.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet()
    for row, cells in enumerate([HEAD, *ROWS]):
        sheet.write_row(row, 0, cells)
    sheet.write_formula(1, 1, "='file:///etc/[passwd]Sheet1'!A1", None, NAMES[0])
    sheet.write_formula(2, 1, '=WEBSERVICE("http://192.0.2.1/x")', None, NAMES[1])
    sheet.write_url(3, 1, "http://192.0.2.1/", string=NAMES[2])
    book.close()
    assert told(read(path)) == NAMES


def test_macros_are_carried_along_and_never_run(read: Read, tmp_path: Path) -> None:
    path = tmp_path / f"{NAME}.xlsm"
    xlsx(tmp_path, [HEAD, *ROWS]).rename(path)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b'\xd0\xcf\x11\xe0 Sub Auto_Open() Shell "calc" End Sub')
    changed(
        path, "[Content_Types].xml", lambda data: data.replace(b"spreadsheetml.sheet.main+xml", b"ms-excel.sheet.macroEnabled.main+xml")
    )
    assert told(read(path)) == NAMES


def test_laughing_entities_in_any_part_end_soon_and_in_little_memory(tmp_path: Path) -> None:
    laughs = b'<!DOCTYPE x [<!ENTITY a "ha">' + b"".join(b'<!ENTITY %c "%s">' % (98 + n, (b"&%c;" % (97 + n)) * 10) for n in range(9))
    paths = []
    for number, part in enumerate(("xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/styles.xml", "xl/workbook.xml")):
        folder = tmp_path / str(number)
        folder.mkdir()
        path = xlsx(folder, [HEAD, *ROWS])
        paths.append(changed(path, part, lambda data: data.replace(b"?>", b"?>" + laughs + b"]>", 1).replace(b"STT", b"&j;")))
    code = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))\n"
        "from pathlib import Path\nfrom ansinh.errors import SourceError\nfrom ansinh.intake.sheets import read_sheets\n"
        "for name in sys.argv[1:]:\n"
        "    try: print(max(len(str(cell)) for sheet in read_sheets(Path(name)) for row in sheet.rows for cell in row))\n"
        "    except SourceError: print(0)"
    )
    done = subprocess.run([sys.executable, "-c", code, *map(str, paths)], capture_output=True, text=True, timeout=120, check=True)
    assert all(int(line) < 1000 for line in done.stdout.split())
    assert len(done.stdout.split()) == len(paths)


def test_a_name_that_leads_out_of_the_folder_stays_in_it(empty_workspace: Workspace, tmp_path: Path) -> None:
    campaign = empty_workspace.campaign()
    folder = empty_workspace.sources(campaign) / "danh-sach"
    folder.mkdir(parents=True)
    with zipfile.ZipFile(folder / "gui.zip", "w") as archive:
        for number, name in enumerate(
            (
                "../../../../001-ba-dinh.xlsx",
                "/etc/002-hoan-kiem.xlsx",
                "C:\\windows\\003-tay-ho.xlsx",
                "..\\..\\004-long-bien.xlsx",
            )
        ):
            archive.writestr(name, xlsx(tmp_path, [HEAD, *([number, *row[1:]] for row in ROWS)]).read_bytes())
    before = {path for path in tmp_path.rglob("*") if "cache" not in path.parts and path.is_file()}
    report = load(empty_workspace, campaign)
    assert [(file.path, file.rows_kept) for file in report.files] == [
        (f"danh-sach/gui.zip/{name}.xlsx", 3) for name in ("001-ba-dinh", "004-long-bien", "002-hoan-kiem", "003-tay-ho")
    ]
    store = empty_workspace.data(campaign)
    new = {path for path in tmp_path.rglob("*") if "cache" not in path.parts and path.is_file()} - before
    assert all(store in path.parents for path in new)


def test_a_file_in_a_zip_that_lies_about_its_checksum_is_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "gui.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("001-ba-dinh.csv", "Họ và tên,Số CCCD\nNguyễn Văn An,001050000001\n")
    data = bytearray(path.read_bytes())
    at = data.rfind(b"PK\x01\x02")
    data[at + 16 : at + 20] = b"\0\0\0\0"
    path.write_bytes(data)
    assert [member.refusal for member in unpack(path, "gui.zip", tmp_path / "cache")] == [
        "gui.zip is damaged or is no zipped folder. Zip it again."
    ]


# --- while it happens ------------------------------------------------------------------------------------------------


def test_a_file_that_goes_away_meanwhile_is_one_sentence(read: Read, tmp_path: Path) -> None:
    got = read(tmp_path / f"{NAME}.xlsx")
    assert got.load.status == "refused"
    assert got.load.message == f"danh-sach/{NAME}.xlsx cannot be opened. See whether it is still there and may be read."


@pytest.mark.slow
def test_two_processes_at_once_do_not_harm_the_store(empty_workspace: Workspace) -> None:
    campaign = empty_workspace.campaign()
    folder = empty_workspace.sources(campaign) / "danh-sach"
    folder.mkdir(parents=True)
    text(folder, [HEAD, *ROWS * 300])
    code = (
        "import sys\nfrom pathlib import Path\nfrom ansinh.campaign import Workspace\nfrom ansinh.errors import Busy\nfrom ansinh.intake import load\n"
        "place = Workspace(Path(sys.argv[1]))\n"
        "try: print(load(place, place.campaign(), force=True).rows_kept)\n"
        "except Busy as error: print(error)"
    )
    both = [subprocess.Popen([sys.executable, "-c", code, str(empty_workspace.root)], stdout=subprocess.PIPE, text=True) for _ in range(2)]
    said = [process.communicate(timeout=120)[0].strip() for process in both]
    assert "900" in said
    assert set(said) <= {"900", f"Another process is loading {campaign.name}. Wait until it has ended."}
    assert load(empty_workspace, campaign).rows_kept == 900
    assert not list(empty_workspace.data(campaign).rglob(".*.parquet.*"))


# --- an .xlsb workbook, record by record ([MS-XLSB] 2.4) ---------------------------------------------------------------


def xlsb(folder: Path, rows: list[list[Any]], column: int = 0) -> Path:
    """Write rows of texts as an .xlsb workbook; `column` is where the first one begins."""

    def record(kind: int, data: bytes = b"") -> bytes:
        head = bytes([kind]) if kind < 128 else bytes([kind & 0x7F | 0x80, kind >> 7])
        size, number = b"", len(data)
        while True:
            size += bytes([number & 0x7F | (0x80 if number > 0x7F else 0)])
            number >>= 7
            if not number:
                return head + size + data

    def wide(told: str) -> bytes:
        return struct.pack("<I", len(told)) + told.encode("utf-16-le")

    sheet = record(129) + record(148, struct.pack("<4I", 0, len(rows) - 1, column, column + len(rows[0]) - 1)) + record(145)
    for row, cells in enumerate(rows):
        sheet += record(0, struct.pack("<IIHBBBI", row, 0, 300, 0, 0, 0, 0))
        for at, cell in enumerate(cells, column):
            sheet += record(6, struct.pack("<II", at, 0) + wide(str(cell)))
    sheet += record(146) + record(130)
    book = record(131) + record(143) + record(156, struct.pack("<II", 0, 1) + wide("rId1") + wide("DS")) + record(144) + record(132)
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    relations = '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="{}" Target="{}"/></Relationships>'
    path = folder / f"{NAME}.xlsb"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "[Content_Types].xml", '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
        )
        archive.writestr("_rels/.rels", relations.format(f"{kind}/officeDocument", "xl/workbook.bin"))
        archive.writestr("xl/workbook.bin", book)
        archive.writestr("xl/_rels/workbook.bin.rels", relations.format(f"{kind}/worksheet", "worksheets/sheet1.bin"))
        archive.writestr("xl/worksheets/sheet1.bin", sheet)
    return path


def test_a_binary_workbook(read: Read, tmp_path: Path) -> None:
    assert told(read(xlsb(tmp_path, [HEAD, *ROWS]))) == NAMES
    assert told(read(xlsb(tmp_path, [HEAD, *ROWS], column=2))) == NAMES


def test_the_reach_of_a_sheet_is_found_across_pieces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = far_corner(tmp_path)
    for size in (64, 100, 333):
        monkeypatch.setattr("ansinh.intake.extent.CHUNK", size)
        with zipfile.ZipFile(path) as archive:
            part = inside._read(archive, "xl/worksheets/sheet1.xml")
        assert (part.rows, part.columns) == (1_048_576, 16_384)


def test_a_parquet_file_spoilt_in_the_middle_is_one_sentence(read: Read, tmp_path: Path) -> None:
    path = tmp_path / f"{NAME}.parquet"
    pd.DataFrame(ROWS * 200, columns=HEAD).astype(str).to_parquet(path)
    data = bytearray(path.read_bytes())
    data[4:400] = bytes(396)
    path.write_bytes(data)
    got = read(path)
    assert (got.load.status, got.load.message) == ("refused", f"danh-sach/{NAME}.parquet is damaged. Write it again.")
