"""The embedded renderer draws what both renderers know, and names what it does not."""

from __future__ import annotations

from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from ansinh.errors import UserError
from ansinh.site.page import Page, fill, heading_id
from tests.site.small_project import lay, render, write_page


def drawn(*sources: str) -> tuple[BeautifulSoup, Page]:
    """Fill a page with Markdown cells; a text that begins with "<" is an output."""
    page = Page("a/b", {"title": "Trang"})
    cells = [
        {"cell_type": "code", "source": "", "outputs": [{"output_type": "display_data", "data": {"text/html": source}}]}
        if source.startswith("<")
        else {"cell_type": "markdown", "source": source}
        for source in sources
    ]
    fill(page, cells)
    return BeautifulSoup(page.body, "lxml"), page


@pytest.mark.parametrize(
    ("text", "id"),
    [("Từ danh sách đến chi trả", "từ-danh-sách-đến-chi-trả"), ("1. Mở đầu (100 %)", "mở-đầu-100"), ("", "section"), ("Đủ", "đủ")],
)
def test_heading_ids_follow_pandoc(text: str, id: str) -> None:
    assert heading_id(text, set()) == id


def test_a_title_breaks_after_its_colon_before_it_breaks_elsewhere() -> None:
    page = Page("a/b", {"title": "Quận <A>: dữ liệu sạch đến đâu?"})
    fill(page, [])
    heading = BeautifulSoup(page.body, "lxml").h1
    assert heading.get_text() == "Quận <A>: dữ liệu sạch đến đâu?"
    assert heading.select_one(".as-question").get_text() == "dữ liệu sạch đến đâu?"


def test_two_headings_of_one_name_have_two_ids() -> None:
    taken: set[str] = set()
    assert [heading_id("Chi trả", taken) for _ in range(3)] == ["chi-trả", "chi-trả-1", "chi-trả-2"]


def test_a_block_opened_in_one_cell_and_closed_in_another_holds_the_output_between() -> None:
    soup, page = drawn("::: {.callout-note}\n\nTrước", "<b>kết quả</b>", "Sau\n\n:::\n\nNgoài")
    callout = soup.select_one(".callout-note")
    assert callout is not None
    assert callout.b is not None
    assert "Sau" in callout.get_text()
    assert "Ngoài" not in callout.get_text()
    assert page.warnings == []


def test_a_callout_shows_its_title_or_its_kind() -> None:
    soup, _ = drawn('::: {.callout-tip title="Nên <làm>"}\na\n:::\n\n::: {.callout-warning}\nb\n:::')
    assert [tag.get_text() for tag in soup.select(".callout-title")] == ["Nên <làm>", "Lưu ý"]


def test_an_image_alone_is_a_figure_with_caption_and_alternative() -> None:
    soup, _ = drawn('![Chú thích](a.svg){fig-alt="Mô tả"}')
    assert soup.figure is not None
    assert (soup.figure.img["alt"], soup.figure.figcaption.get_text()) == ("Mô tả", "Chú thích")
    assert soup.select("p > figure") == []


def test_headings_of_tabs_stand_outside_the_table_of_contents() -> None:
    _, page = drawn("## Một\n\n::: {.panel-tabset}\n\n### A\n\n### B\n\n:::\n\n## Hai")
    assert [heading.text for heading in page.headings] == ["Một", "Hai"]


def test_links_to_notebooks_become_links_to_pages() -> None:
    soup, _ = drawn("[a](../x.ipynb#y) [b](x.ipynb) [c](#z)")
    assert [link["href"] for link in soup.select("a")] == ["../x.html#y", "x.html", "#z"]


def test_raw_html_in_prose_is_shown_as_text_and_named() -> None:
    soup, page = drawn("a <script>alert(1)</script>")
    assert soup.script is None
    assert page.warnings == ["a/b: raw HTML is not supported"]


@pytest.mark.parametrize(
    ("source", "named"),
    [
        ("{{< video x.mp4 >}}", "a shortcode"),
        ("Xem @fig-ban-do.", "a cross-reference"),
        ("$$x^2$$", "a formula"),
        ("::: {.column-margin}\na\n:::", "the block ::: column-margin"),
        ("::: aside\na\n:::", "the block ::: aside"),
        ("```{mermaid}\na\n```", "a raw or executable code block"),
    ],
)
def test_what_only_quarto_knows_is_named(source: str, named: str) -> None:
    _, page = drawn(source)
    assert len(page.warnings) == 1
    assert page.warnings[0].startswith(f"a/b: {named}")


def test_code_is_no_construct() -> None:
    _, page = drawn("Viết `{{< x >}}` hay\n\n```\n::: {.y}\n<b>\n```")
    assert page.warnings == []


def test_the_marks_of_outputs_cannot_be_forged() -> None:
    soup, _ = drawn("\ue0000\ue001", "<b>một lần</b>")
    assert len(soup.select("b")) == 1


def test_a_cell_option_is_honoured_or_named() -> None:
    page = Page("a", {})
    output = [{"output_type": "display_data", "data": {"text/html": "<i>thấy</i>"}}]
    cells = [
        {"cell_type": "code", "source": f"#| {option}\n1", "outputs": output}
        for option in ("output: false", "include: false", "echo: false", "layout-ncol: 2")
    ]
    fill(page, cells)
    assert page.body.count("thấy") == 2
    assert page.warnings == ["a: the cell option layout-ncol is not supported"]


def test_unknown_keys_and_constructs_warn_and_are_an_error_when_strict(tmp_path: Path) -> None:
    staged = lay(tmp_path / "staged")
    project = staged / "_quarto.yml"
    project.write_text(project.read_text(encoding="utf-8") + "bibliography: refs.bib\n", encoding="utf-8")
    write_page(staged / "index.ipynb", {"title": "x"}, ["{{< x >}}"])
    told = render(staged, tmp_path / "tree", strict=False).warnings
    assert len(told) == 2
    assert told[0].startswith("_quarto.yml: bibliography")
    with pytest.raises(UserError, match="bibliography"):
        render(staged, tmp_path / "strict")


def test_resources_are_copied_as_declared(tmp_path: Path) -> None:
    staged = lay(tmp_path / "staged")
    (staged / "tai-ve" / "index").mkdir(parents=True)
    (staged / "tai-ve" / "index" / "bang.csv").write_text("a\r\n", encoding="utf-8")
    (staged / "other.txt").write_text("x", encoding="utf-8")
    render(staged, tmp_path / "tree")
    assert (tmp_path / "tree" / "tai-ve" / "index" / "bang.csv").is_file()
    assert not (tmp_path / "tree" / "other.txt").exists()
