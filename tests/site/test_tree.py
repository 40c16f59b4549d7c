"""The published site as a tree: every page is there, has its title, and no link leads nowhere."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import openpyxl
import pytest
from bs4 import BeautifulSoup

from ansinh.campaign import Workspace
from ansinh.show import numbers
from ansinh.site import broken_links
from tests.site.conftest import KINDS

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[str, BeautifulSoup]:
    return {
        path.relative_to(site).as_posix(): BeautifulSoup(path.read_text(encoding="utf-8"), "lxml") for path in sorted(site.rglob("*.html"))
    }


def test_every_unit_has_its_three_pages_and_the_city_its_own_three(pages: dict[str, BeautifulSoup]) -> None:
    workspace = Workspace(ROOT)
    expected = {"index.html", "chi-thi.html", "phuong-phap.html"}
    expected |= {
        f"don-vi/{unit.slug}/{leaf}.html" for unit in workspace.units(workspace.campaign()) for leaf in ("tai-khoan", "du-lieu", "chi-tra")
    }
    expected |= {f"minh-chung/{place}.html" for place in ("city", *(unit.slug for unit in workspace.units(workspace.campaign())))}
    assert set(pages) == expected | {"xa-phuong/00199-lang-ha.html", "minh-chung/00199-lang-ha.html"}


def test_every_page_has_a_title_of_its_own_and_one_main_heading(pages: dict[str, BeautifulSoup]) -> None:
    titles = {name: page.title.get_text() for name, page in pages.items()}
    assert len(set(titles.values())) == len(titles)
    assert [name for name, page in pages.items() if len(page.find_all("h1")) != 1] == []
    assert "Quận Đống Đa" in titles["don-vi/006-dong-da/tai-khoan.html"]


def test_no_internal_link_leads_nowhere(site: Path) -> None:
    assert broken_links(site) == []


def test_every_page_says_that_the_data_are_synthetic_and_as_of_when(pages: dict[str, BeautifulSoup]) -> None:
    for name, page in pages.items():
        text = page.get_text(" ")
        assert "Dữ liệu mô phỏng" in text, name
        assert "14/01/2024" in text, name


def test_nothing_is_loaded_from_another_host(site: Path) -> None:
    for path in site.rglob("*"):
        if path.suffix in {".html", ".css", ".js", ".svg"}:
            text = path.read_text(encoding="utf-8").replace("http://www.w3.org/", "")
            assert not re.search(r"(?:https?:)?//[a-z0-9-]+\.[a-z]", text), path.name


def test_ids_are_unique_within_a_page_and_every_table_has_a_caption(pages: dict[str, BeautifulSoup]) -> None:
    for name, page in pages.items():
        ids = [tag["id"] for tag in page.find_all(id=True)]
        assert len(ids) == len(set(ids)), name
        assert all(table.caption for table in page.find_all("table")), name


def test_every_table_and_figure_is_offered_linked_and_explained(site: Path, pages: dict[str, BeautifulSoup]) -> None:
    for name, page in pages.items():
        for block in page.select("main figure.as-figure, main div.as-table-wrap"):
            line = block.select_one(".as-tools") if block.name == "figure" else block.find_next_sibling("p", class_="as-tools")
            assert line is not None, name
            words = [link.get_text() for link in line.select("a")]
            assert ("Cách tính" in words) == (name != "phuong-phap.html"), name
            assert words[-1] == "Đường dẫn"
            if block.table:
                assert words[:2] == ["Tải CSV", "Tải Excel"], name


def test_what_is_downloaded_is_what_stands_on_the_page(site: Path, pages: dict[str, BeautifulSoup]) -> None:
    for name in KINDS:
        for table in pages[name].select("table.as-table"):
            id = table.get("id") or table.find_parent("figure")["id"]
            stem = site / "tai-ve" / name.removesuffix(".html") / id
            shown = [[cell.get_text() for cell in row.select("th, td")] for row in table.select("tbody tr")]
            with stem.with_suffix(".csv").open(encoding="utf-8-sig", newline="") as file:
                assert [len(row) for row in list(csv.reader(file))[1:]] == [len(row) for row in shown]
            sheet = openpyxl.load_workbook(stem.with_suffix(".xlsx")).active
            assert sheet["A1"].value == table.caption.get_text()
            assert "14/01/2024" in sheet["A2"].value
            for at, row in enumerate(shown, 5):
                for column, text in enumerate(row, 1):
                    cell = sheet.cell(at, column)
                    assert cell.data_type != "f"
                    written = cell.value if isinstance(cell.value, str) else _as_shown(cell.value, text)
                    assert (written or "") == text, (name, id, cell.coordinate)


def _as_shown(value: float | None, text: str) -> str:
    """Write a workbook's number as the page does."""
    if value is None:
        return ""
    if text.endswith("%"):
        return numbers.percent(value, 1 if "," in text else 0)
    if text.endswith("đồng"):
        return numbers.vnd(value)
    if text[:1] in ("+", "−"):
        return numbers.change(value / 100, 1 if "," in text else 0)
    return f"{value:.{len(text.partition(',')[2])}f}".replace(".", ",") if "," in text else numbers.count(value)


def test_the_pace_and_the_forecast_of_a_page_come_to_one_verdict(pages: dict[str, BeautifulSoup]) -> None:
    judged = 0
    for name, page in pages.items():
        text = page.get_text()
        if "để kịp thời hạn" in text and "ước đạt" in text:
            assert ("chưa đủ để kịp thời hạn" in text) == ("chưa đủ để mọi người đều có tài khoản" in text), name
            judged += 1
    assert judged >= 10


def test_rows_read_are_rows_kept_and_rows_quarantined_and_all_the_page_is_made_of(pages: dict[str, BeautifulSoup]) -> None:
    judged = 0
    for name, page in pages.items():
        rows = [[int(cell["data-value"]) for cell in row.select("td")] for row in page.select("#doi-chieu-nguon tbody tr")]
        assert all(read == kept + quarantined for _, _, read, kept, quarantined in rows)
        told = re.search(r"lập từ ([\d.]+) tệp nguồn, ([\d.]+) dòng", page.get_text())
        if rows and told:
            assert [numbers.count(sum(row[at] for row in rows)) for at in (0, 2)] == [told[1], told[2]], name
            judged += 1
    assert judged >= 20
