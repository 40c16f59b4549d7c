"""A real browser over the site, as a person would use it, straight from the folder (file://)."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.site.conftest import KINDS

pytestmark = pytest.mark.browser


def test_a_district_is_found_by_typing_its_name_without_diacritics(page: Page, index: str) -> None:
    page.goto(index)
    page.get_by_label("Tìm đơn vị hoặc trang").fill("dong da")
    page.get_by_role("link", name="Quận Đống Đa: tài khoản").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Quận Đống Đa: tài khoản")


def test_search_works_with_the_keyboard_alone(page: Page, index: str) -> None:
    page.goto(index)
    page.get_by_label("Tìm đơn vị hoặc trang").focus()
    page.keyboard.type("Long Biên")
    # As who sees the page does: the first search loads the index, which takes a moment on a busy machine.
    expect(page.get_by_role("link", name="Quận Long Biên: tài khoản")).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Quận Long Biên")


def test_a_commune_is_found_by_typing_and_its_row_is_shown(page: Page, index: str) -> None:
    page.goto(index)
    page.get_by_label("Tìm đơn vị hoặc trang").fill("phuong lang ha")
    page.get_by_role("link", name="Phường Láng Hạ Quận Đống Đa").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Quận Đống Đa")
    row = page.locator("tr:target")
    expect(row).to_contain_text("Phường Láng Hạ")
    expect(row).to_be_in_viewport()
    page.go_back()
    expect(page).to_have_url(index)


def test_a_districts_row_leads_to_the_communes_own_page_and_that_back_to_its_district(page: Page, index: str) -> None:
    page.goto(index.replace("index.html", "don-vi/006-dong-da/tai-khoan.html"))
    page.locator("#bang-tai-khoan").get_by_role("link", name="Phường Láng Hạ").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Phường Láng Hạ")
    page.get_by_label("Các trang của đơn vị").get_by_role("link", name="Tài khoản").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Quận Đống Đa: tài khoản")


@pytest.mark.parametrize(("typed", "first"), [("lang ha", "Phường Láng Hạ: phiếu tình hình"), ("00199", "Phường Láng Hạ: phiếu tình hình")])
def test_a_search_finds_a_place_by_name_or_code_before_what_proves_its_figures(page: Page, index: str, typed: str, first: str) -> None:
    page.goto(index)
    page.get_by_label("Tìm đơn vị hoặc trang").fill(typed)
    expect(page.locator("#ket-qua li").first).to_have_text(first)
    expect(page.get_by_role("search").get_by_role("status")).to_have_text(re.compile(r"^\d+ kết quả$"))


def test_a_search_finds_the_definition_of_a_term(page: Page, index: str) -> None:
    page.goto(index)
    page.get_by_label("Tìm đơn vị hoặc trang").fill("ty le tai khoan dung duoc")
    page.locator("#ket-qua a").first.click()
    expect(page.locator("tr:target")).to_contain_text("Tỷ lệ tài khoản dùng được")


def test_a_search_without_a_result_says_so(page: Page, index: str) -> None:
    page.goto(index)
    page.get_by_label("Tìm đơn vị hoặc trang").fill("zzz")
    expect(page.get_by_role("search").get_by_role("status")).to_have_text(
        "Không có kết quả. Hãy gõ tên quận, huyện, xã, phường hoặc tên chỉ tiêu."
    )


def test_a_table_is_filtered_by_name_and_keeps_its_total(page: Page, index: str) -> None:
    page.goto(index)
    page.get_by_label("Lọc bảng theo tên: Tài khoản theo quận, huyện, thị xã").fill("thanh")
    names = page.locator("#bang-tai-khoan tbody tr:visible th").all_inner_texts()
    assert names[-1] == "Tổng số"
    assert len(names) > 2
    assert all("thanh" in _plain(name) for name in names[:-1])


def _plain(text: str) -> str:
    from ansinh.units import search_key

    return search_key(text)


def test_a_table_sorts_by_its_figures_and_keeps_the_total_below(page: Page, index: str) -> None:
    page.goto(index)
    table = page.locator("#bang-tai-khoan")
    table.get_by_role("button", name="Người thụ hưởng").click()
    values = [
        float(value)
        for value in table.locator("tbody tr:not(.as-total) td:nth-child(4)").evaluate_all("cells => cells.map(cell => cell.dataset.value)")
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


@pytest.mark.parametrize("address", KINDS)
def test_on_a_phone_nothing_scrolls_sideways(page: Page, index: str, address: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(index.replace("index.html", address))
    page.evaluate("document.querySelectorAll('details').forEach(details => { details.open = true; })")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_district_stands_beside_the_city_and_leads_to_its_neighbours(page: Page, index: str) -> None:
    page.goto(index.replace("index.html", "don-vi/006-dong-da/tai-khoan.html"))
    compared = page.locator("#so-voi-chung tbody tr").first.locator("td").all_inner_texts()
    assert [bool(re.fullmatch(r"\d+(,\d)? %|…", text.replace("\xa0", " "))) for text in compared[:2]] == [True, True]
    page.get_by_label("Trang trước và sau").get_by_role("link", name="Hai Bà Trưng").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Quận Hai Bà Trưng: tài khoản")
    page.get_by_label("Trang trước và sau").get_by_role("link", name="Đống Đa").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Quận Đống Đa: tài khoản")


def test_a_figure_leads_to_how_it_is_computed_and_a_section_to_itself(page: Page, index: str) -> None:
    page.goto(index)
    page.get_by_role("link", name="Cách tính: Tỷ lệ có tài khoản theo đơn vị").click()
    expect(page.locator("tr:target")).to_contain_text("Tỷ lệ có tài khoản")
    page.go_back()
    page.get_by_role("link", name="Liên kết đến mục: Các đơn vị").click()
    assert unquote(page.url).endswith("#các-đơn-vị")


def test_a_check_leads_to_its_rule(page: Page, index: str) -> None:
    page.goto(index)
    link = page.locator("#bang-loi-chinh tbody tr").first.get_by_role("link")
    id = link.inner_text()
    link.click()
    expect(page.locator("tr:target")).to_contain_text(id)


def test_the_keyboard_alone_reaches_content_sorts_and_opens_a_district(page: Page, index: str) -> None:
    page.goto(index)
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("Đến nội dung chính")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    head = page.locator("#bang-tai-khoan").get_by_role("button", name="Tỷ lệ có tài khoản")
    head.focus()
    page.keyboard.press("Space")
    expect(page.locator("#bang-tai-khoan th[aria-sort=descending]")).to_have_text("Tỷ lệ có tài khoản")
    link = page.locator("#bang-tai-khoan tbody a").first
    name = link.inner_text()
    link.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text(name)


def test_focus_is_seen_and_goes_through_the_page_in_order(page: Page, index: str) -> None:
    page.goto(index)
    places = []
    for _ in range(60):
        page.keyboard.press("Tab")
        seen = page.evaluate(
            "(() => { const style = getComputedStyle(document.activeElement); return [style.outlineStyle, style.outlineWidth]; })()"
        )
        assert seen != ["none", "0px"]
        places.append(page.evaluate("document.activeElement.outerHTML"))
    assert len(set(places)) == len(places), "the focus is caught"


def test_a_withheld_count_says_why(page: Page, index: str) -> None:
    page.goto(index)
    assert page.locator("#bang-tai-khoan abbr").first.get_attribute("title")


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


def test_on_a_phone_a_long_table_of_words_opens_with_its_first_rows(page: Page, index: str) -> None:
    address = index.replace("index.html", "don-vi/006-dong-da/du-lieu.html")
    page.goto(address)
    rows = page.locator("#bang-loi tbody tr")
    every = rows.count()
    expect(rows.last).to_be_visible()
    page.set_viewport_size({"width": 390, "height": 844})
    assert sum(row.is_visible() for row in rows.all()) == 8
    page.get_by_role("button", name=f"Xem tất cả {every} dòng").click()
    assert all(row.is_visible() for row in rows.all())
    expect(rows.nth(8)).to_be_focused()


def test_a_link_to_a_row_that_is_folded_away_shows_it(page: Page, index: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(index.replace("index.html", "don-vi/006-dong-da/du-lieu.html"))
    last = page.locator("#bang-loi tbody tr").last.get_attribute("id")
    page.goto(f"{page.url.partition('#')[0]}#{last}")
    expect(page.locator(f"#{last}")).to_be_in_viewport()


def test_on_paper_tables_are_tables_and_on_a_phone_cards(page: Page, index: str) -> None:
    page.set_viewport_size({"width": 640, "height": 900})
    page.goto(index.replace("index.html", "chi-thi.html"))
    row = page.locator("#bang-nhiem-vu tbody tr").first
    assert row.evaluate("row => getComputedStyle(row).display") == "block"
    assert row.locator("td").first.evaluate("cell => getComputedStyle(cell, '::before').content") == '"Nhiệm vụ"'
    page.emulate_media(media="print")
    assert row.evaluate("row => getComputedStyle(row).display") == "table-row"


def test_text_stands_out_in_light_and_dark(browser: Browser, index: str) -> None:
    for scheme in ("light", "dark"):
        context = browser.new_context(color_scheme=scheme)
        page = context.new_page()
        page.goto(index)
        ink, paper = page.evaluate("[getComputedStyle(document.body).color, getComputedStyle(document.body).backgroundColor]")
        assert contrast(ink, paper) >= 7, scheme
        context.close()


@pytest.mark.parametrize("address", KINDS)
def test_a_page_loads_less_than_300_kb_and_only_its_own_files(page: Page, site: Path, index: str, address: str) -> None:
    loaded: list[str] = []
    page.on("request", lambda request: loaded.append(request.url))
    page.goto(index.replace("index.html", address))
    page.evaluate("document.fonts.ready.then(() => true)")
    own = [site / unquote(url.removeprefix(site.as_uri() + "/")) for url in loaded if not url.startswith("data:")]
    assert all(path.is_relative_to(site) for path in own)
    assert sum(path.stat().st_size for path in own) < 300_000


def test_a_script_slipped_into_a_page_does_not_run(browser: Browser, site: Path, tmp_path: Path) -> None:
    """The policy is the second wall: what escaping missed would still not run."""
    slipped = "<script>document.title='x'</script><img src=x onerror=\"document.title='x'\"><a id=l href=\"javascript:document.title='x'\">l</a></main>"
    (tmp_path / "page.html").write_text((site / "index.html").read_text(encoding="utf-8").replace("</main>", slipped), encoding="utf-8")
    refused: list[str] = []
    opened = browser.new_page()
    opened.on("console", lambda message: refused.append(message.text) if "Content Security Policy" in message.text else None)
    opened.goto((tmp_path / "page.html").as_uri())
    opened.locator("#l").click()
    assert opened.title() != "x"
    assert len(refused) >= 3
    opened.close()


def contrast(first: str, second: str) -> float:
    """WCAG contrast of two rgb(…) colours."""

    def luminance(colour: str) -> float:
        parts = [float(part) / 255 for part in colour[4:-1].split(",")]
        red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    lighter, darker = sorted((luminance(first), luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)
