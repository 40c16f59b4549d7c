"""Any Quarto website project of Markdown documents and notebooks is rendered: no campaign, no Quarto."""

from __future__ import annotations

from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from ansinh.errors import UserError
from ansinh.site import broken_links, embedded
from tests.site.small_project import lay_manual


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A small manual."""
    return lay_manual(tmp_path)


def drawn(project: Path, name: str) -> BeautifulSoup:
    return BeautifulSoup((project / "_site" / name).read_text(encoding="utf-8"), "lxml")


def test_every_document_becomes_a_page_and_nothing_else_does(project: Path) -> None:
    told = embedded.render(project, project / "_site")
    assert told.pages == ("guide/one", "guide/two", "index", "notes")
    assert not (project / "_site" / "guide" / "unused.svg").exists()
    assert broken_links(project / "_site") == []


def test_rendering_again_does_not_take_the_output_for_sources(project: Path) -> None:
    assert embedded.render(project, project / "_site").pages == embedded.render(project, project / "_site").pages


def test_a_first_heading_is_the_title_where_the_front_matter_has_none(project: Path) -> None:
    embedded.render(project, project / "_site")
    page = drawn(project, "index.html")
    assert page.title.get_text() == "The manual – Manual"
    assert [tag.get_text() for tag in page.select("h1")] == ["The manual"]
    assert page.select_one("pre code.language-sh").get_text() == "make site  # <b>\n"
    assert "note to the author" not in str(page)
    assert page.select_one('meta[name="description"]')["content"] == "How it works"


def test_the_sidebar_lists_folders_in_their_order_and_gives_previous_and_next(project: Path) -> None:
    embedded.render(project, project / "_site")
    page = drawn(project, "guide/two.html")
    assert [(link.get_text(), link["href"]) for link in page.select(".side a")] == [
        ("The manual", "../index.html"),
        ("Two", "../guide/two.html"),
        ("One", "../guide/one.html"),
        ("Notes", "../notes.html"),
    ]
    assert [tag.get_text() for tag in page.select(".side-kind")] == ["Guide", "Notebooks"]
    assert [link["href"] for link in page.select(".beside a")] == ["../index.html", "../guide/one.html"]
    assert page.select_one(".foot a")["href"] == "../index.html"
    assert [link["href"] for link in page.select("header nav a")] == ["../index.html", "../guide/one.html", "https://example.org/"]


def test_a_labelled_figure_is_numbered_and_referred_to_and_hidden_code_stays_hidden(project: Path) -> None:
    told = embedded.render(project, project / "_site")
    page = drawn(project, "notes.html")
    figure = page.select_one("figure#fig-dot")
    assert figure.figcaption.get_text() == "Figure 1: A dot"
    assert figure.img["alt"] == "One dot"
    assert page.select_one('a[href="#fig-dot"]').get_text() == "Figure 1"
    assert "secret" not in page.main.get_text()
    assert "gone" not in page.main.get_text()
    assert page.select_one("main strong").get_text() == "bold"
    assert told.warnings == ("notes: a cross-reference (@fig-…) is not supported",)


def test_links_that_lead_nowhere_are_named(project: Path) -> None:
    (project / "guide" / "two.md").write_text("# Two\n\n[a](three.md) [b](../../away.md) [c](data.csv)\n", encoding="utf-8")
    told = [text for text in embedded.render(project, project / "_site").warnings if text.startswith("guide/two")]
    assert [text.split(": a link to ")[1] for text in told] == [
        "three.md, which is not in the project",
        "../../away.md, which lies outside the project",
        "data.csv, which is not in the project",
    ]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("_quarto.yml", "project: {type: book}\n", "project.type must be website"),
        ("_quarto.yml", "project: [\n", "_quarto.yml, line 2"),
        ("index.md", "---\ntitle: [\n---\n", "index.md, front matter"),
        ("notes.ipynb", "{}", "notes.ipynb"),
    ],
)
def test_what_cannot_be_read_is_one_sentence(project: Path, name: str, content: str, message: str) -> None:
    (project / name).write_text(content, encoding="utf-8")
    with pytest.raises(UserError, match=message.replace(".", r"\.")):
        embedded.render(project, project / "_site")
