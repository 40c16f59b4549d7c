"""The published site as a tree: every page is there, has its title, and no link leads nowhere."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from ansinh.campaign import Workspace
from ansinh.site import broken_links

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def site(request: pytest.FixtureRequest) -> Path:
    """The site named by ANSINH_SITE (CI's own build), else the small demo city's."""
    if given := os.environ.get("ANSINH_SITE"):
        return (ROOT / given).resolve()
    published: Workspace = request.getfixturevalue("published")
    return published.output(published.campaign())


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
    assert set(pages) == expected


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


def test_a_page_weighs_less_than_300_kb(site: Path) -> None:
    assert {path.name: path.stat().st_size for path in site.rglob("*.html") if path.stat().st_size > 300_000} == {}


def test_rows_read_are_rows_kept_and_rows_quarantined_on_the_page(pages: dict[str, BeautifulSoup]) -> None:
    for row in pages["index.html"].select("#doi-chieu-nguon tbody tr"):
        read, kept, quarantined = (int(cell["data-value"]) for cell in row.select("td")[-3:])
        assert read == kept + quarantined
