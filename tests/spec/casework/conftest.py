"""A district small enough to be read: one list of each kind with known mistakes, loaded and judged in a second."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import openpyxl
import pytest

from ansinh import access, casework, store
from ansinh.campaign import Campaign, Workspace
from ansinh.checks import run as judge
from ansinh.intake import LoadReport, load
from tests.conftest import lay_workspace

PEOPLE = (
    ("Nguyễn Thị An", "05/09/1945", "Nữ", "001145012345", "Tổ dân phố 1", "Phường Phúc Xá", "0912345678"),
    ("Trần Văn Bình", "12/03/1950", "Nam", "1050067890", "Tổ dân phố 1", "Phường Phúc Xá", "0912345679"),  # V05
    ("Lê Thị Cúc", "1948", "Nữ", "001148011111", "Tổ dân phố 2", "Phường Phúc Xá", ""),  # C03, C07
    ("Phạm Văn Dũng", "01/02/1952", "Nam", "001052022222", "Tổ dân phố 3", "Phường Trúc Bạch", "12"),  # V13
    ("=HYPERLINK(1) Hoàng", "07/07/1947", "Nữ", "001147033333", "Tổ dân phố 3", "Phường Trúc Bạch", "0912345670"),  # V09
    ("Vũ Thị Giang", "08/08/1949", "Nữ", "001149044444", "Tổ dân phố 3", "Phường Trúc Bạch", "0912345671"),  # A01
    ("Đỗ Văn Hùng", "09/09/1944", "Nam", "001044055555", "Tổ dân phố 4", "Phường Trúc Bạch", "0912345672"),  # ready, no account
)
HEAD = ("Họ và tên", "Ngày sinh", "Giới tính", "Số định danh", "Tổ dân phố", "Phường", "Số điện thoại", "Mã đối tượng", "Mức trợ cấp")
LIST, MATCHES, ACCOUNTS = "danh-sach/001-ba-dinh.csv", "cong-an/001-ba-dinh.csv", "tai-khoan/001-ba-dinh.csv"


def write(path: Path, rows: list[tuple[str, ...]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows(rows)


@dataclass
class District:
    """The workspace of the small district, and what is done with it."""

    workspace: Workspace

    @cached_property
    def campaign(self) -> Campaign:
        campaign = self.workspace.campaign()
        # Nobody looks alike among seven, and looking takes seconds.
        return campaign.model_copy(update={"checks": campaign.checks.model_copy(update={"off": ("U08",)})})

    @property
    def sources(self) -> Path:
        return self.workspace.sources(self.campaign)

    def people(self, rows: list[tuple[str, ...]]) -> None:
        write(self.sources / LIST, [HEAD, *((*row, "5.5a", "660000") for row in rows)])

    def accounts(self, rows: list[tuple[str, ...]]) -> None:
        head = ("Họ và tên", "Số định danh", "Số tài khoản", "Tên chủ tài khoản", "Ngân hàng", "Ngày mở", "Trạng thái")
        write(self.sources / ACCOUNTS, [head, *rows])

    def load(self) -> LoadReport:
        return load(self.workspace, self.campaign)

    def build(self) -> LoadReport:
        report = self.load()
        judge(self.workspace, self.campaign)
        return report

    def lists(self, out: Path, **options: object) -> casework.WorklistReport:
        return casework.worklists(self.workspace, self.campaign, out, **options)  # type: ignore[arg-type]

    def query(self, sql: str) -> list[tuple[object, ...]]:
        con = store.connect(self.workspace.store(self.campaign, self.campaign.as_of))
        return con.execute(sql).fetchall()

    def findings(self) -> set[tuple[object, ...]]:
        """(check, name of the person) of all findings over beneficiaries."""
        return set(self.query("SELECT check_id, full_name FROM findings f JOIN beneficiaries b ON b.record_id = f.row_id"))


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small district's workspace, loaded and judged once, with its first worklists in data/…/first."""
    made = District(lay_workspace(tmp_path_factory.mktemp("district") / "workspace"))
    made.people(list(PEOPLE))
    results = ["Khớp"] * 5 + ["Sai họ tên", "Khớp"]
    write(
        made.sources / MATCHES,
        [("Họ và tên", "Số CCCD", "Kết quả đối chiếu"), *((row[0], row[3], result) for row, result in zip(PEOPLE, results, strict=True))],
    )
    made.accounts(
        [
            (PEOPLE[0][0], PEOPLE[0][3], "", "NGUYEN THI AN", "Agribank", "02/01/2024", "Hoạt động"),  # C08
            (PEOPLE[3][0], PEOPLE[3][3], "0123456789", "PHAM VAN DUNG", "Vietcombank", "02/01/2024", "Đã đóng"),  # T03
        ]
    )
    made.build()
    made.lists(made.workspace.data(made.campaign) / "first")
    access.path(made.workspace, made.campaign).unlink()
    return made.workspace.root


@pytest.fixture
def district(template: Path, tmp_path: Path) -> District:
    """A copy of it for the test to write to."""
    shutil.copytree(template, tmp_path / "workspace")
    return District(Workspace(tmp_path / "workspace"))


@pytest.fixture
def out(district: District) -> Path:
    """The district's first worklists."""
    return district.workspace.data(district.campaign) / "first"


class Sheet:
    """A worklist as its recipient has it open: rows by heading, cells to fill in."""

    def __init__(self, path: Path) -> None:
        self.book = openpyxl.load_workbook(path)
        self.sheet = self.book["Danh sách"]
        self.headings = [cell.value for cell in self.sheet[1]]

    def rows(self) -> Iterator[dict[str, str]]:
        for row in self.sheet.iter_rows(min_row=2, values_only=True):
            yield {heading: value or "" for heading, value in zip(self.headings, row, strict=True)}

    def fill(self, name: str, field: str, value: str = "", answer: str = "", check: str = "") -> None:
        """Fill in the row of one person and field."""
        for number, row in enumerate(self.rows(), 2):
            if row["Họ và tên"].lstrip("'") == name and row["Trường cần sửa"] == field and check in ("", row["Mã tiêu chí"]):
                self.sheet.cell(number, self.headings.index("Giá trị đúng") + 1, value or None)
                self.sheet.cell(number, self.headings.index("Kết quả xử lý") + 1, answer or None)
                return
        raise AssertionError(f"no row of {field}")

    def set(self, number: int, heading: str, value: str | None) -> None:
        self.sheet.cell(number, self.headings.index(heading) + 1).value = value

    def save(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.book.save(path)
