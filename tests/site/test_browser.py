"""A real browser over the site, as a person would use it, straight from the folder (file://)."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from ansinh.campaign import Workspace

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = [pytest.mark.browser, pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as engine:
        opened = engine.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"])
        yield opened
        opened.close()


@pytest.fixture
def index(published: Workspace) -> str:
    return (published.output(published.campaign()) / "index.html").as_uri()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    opened = browser.new_page()
    failures: list[str] = []
    opened.on("console", lambda message: failures.append(message.text) if message.type == "error" else None)
    yield opened
    opened.close()
    assert failures == []


def test_a_district_is_found_by_typing_its_name_without_diacritics(page: Page, index: str) -> None:
    page.goto(index)
    page.get_by_label("Tìm đơn vị hoặc trang").fill("dong da")
    page.get_by_role("link", name="Quận Đống Đa: tài khoản").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Quận Đống Đa: tài khoản")


def test_search_works_with_the_keyboard_alone(page: Page, index: str) -> None:
    page.goto(index)
    page.get_by_label("Tìm đơn vị hoặc trang").focus()
    page.keyboard.type("Long Biên")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Quận Long Biên")


def test_a_table_sorts_by_its_figures_and_keeps_the_total_below(page: Page, index: str) -> None:
    page.goto(index)
    table = page.locator("#bang-tai-khoan")
    table.get_by_role("button", name="Người thụ hưởng").click()
    values = [
        float(value)
        for value in table.locator("tbody tr:not(.as-total) td:nth-child(2)").evaluate_all("cells => cells.map(cell => cell.dataset.value)")
    ]
    assert values == sorted(values, reverse=True)
    expect(table.locator("tbody tr").last).to_contain_text("Tổng số")


def test_from_the_city_to_a_district_to_its_data_and_back(page: Page, index: str) -> None:
    page.goto(index)
    page.locator("#ban-do").get_by_role("link", name="Hoài Đức").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Huyện Hoài Đức")
    page.get_by_label("Các trang của đơn vị").get_by_role("link", name="Dữ liệu").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("dữ liệu sạch đến đâu")
    page.get_by_role("link", name="An Sinh").click()
    expect(page).to_have_url(index)


@pytest.mark.parametrize(
    "address", ["index.html", "chi-thi.html", "phuong-phap.html", "don-vi/006-dong-da/tai-khoan.html", "don-vi/006-dong-da/du-lieu.html"]
)
def test_on_a_phone_nothing_scrolls_sideways(page: Page, index: str, address: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(index.replace("index.html", address))
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_without_javascript_tables_links_and_figures_are_all_there(browser: Browser, index: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(index)
    assert page.locator("#bang-tai-khoan tbody tr").count() == 31
    page.locator("#bang-tai-khoan").get_by_role("link", name="Quận Ba Đình").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Quận Ba Đình")
    context.close()


def test_it_prints_on_a4_without_navigation(page: Page, index: str, tmp_path: Path) -> None:
    page.goto(index)
    page.emulate_media(media="print")
    assert not page.locator(".top").is_visible()
    assert not page.locator(".side").is_visible()
    page.pdf(path=str(tmp_path / "city.pdf"), format="A4")
    assert (tmp_path / "city.pdf").stat().st_size > 10_000


def test_text_stands_out_in_light_and_dark(browser: Browser, index: str) -> None:
    for scheme in ("light", "dark"):
        context = browser.new_context(color_scheme=scheme)
        page = context.new_page()
        page.goto(index)
        ink, paper = page.evaluate("[getComputedStyle(document.body).color, getComputedStyle(document.body).backgroundColor]")
        assert contrast(ink, paper) >= 7, scheme
        context.close()


def contrast(first: str, second: str) -> float:
    """WCAG contrast of two rgb(…) colours."""

    def luminance(colour: str) -> float:
        parts = [float(part) / 255 for part in colour[4:-1].split(",")]
        red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    lighter, darker = sorted((luminance(first), luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)
