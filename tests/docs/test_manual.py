"""The documentation is a site of its own: built by the embedded renderer without a warning, and every page can be found."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from playwright.sync_api import Browser

from ansinh import __version__
from ansinh.measures import __path__ as measures
from tests.docs import manual
from tests.docs.samples import ROOT


def test_it_is_built_without_a_warning_or_a_broken_link(tmp_path: Path) -> None:
    pages = manual.build(tmp_path / "site")
    assert {"index", "tutorial/index", "how-to/check", "reference/command", "architecture", "glossary"} <= set(pages)
    assert (tmp_path / "site" / "index.html").is_file()
    assert manual.build(tmp_path / "site") == pages


@pytest.mark.browser
@pytest.mark.parametrize("width", [390, 1200])
def test_a_wide_table_scrolls_in_its_frame_and_no_page_sideways(width: int, browser: Browser, tmp_path: Path) -> None:
    manual.build(tmp_path / "site")
    page = browser.new_page(viewport={"width": width, "height": 800})
    wider = []
    for file in sorted((tmp_path / "site").rglob("*.html")):
        page.goto(file.as_uri())
        if page.evaluate("document.documentElement.scrollWidth") > width:
            wider.append(file.relative_to(tmp_path / "site").as_posix())
    assert wider == []
    page.goto((tmp_path / "site" / "checks.html").as_uri())
    frame = page.get_by_role("group", name="Table 1")
    assert width > 390 or frame.evaluate("frame => frame.scrollWidth > frame.clientWidth")
    frame.focus()
    assert frame.evaluate("frame => frame === document.activeElement")
    page.close()


def test_a_page_that_links_nowhere_is_refused_and_the_old_site_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    docs = tmp_path / "docs"
    docs.mkdir()
    (docs / "_quarto.yml").write_text("project: {type: website}\nwebsite: {title: Manual}\n", encoding="utf-8")
    (docs / "index.md").write_text("# Manual\n\n[away](nowhere.md)\n", encoding="utf-8")
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "old.html").touch()
    monkeypatch.setattr(manual, "ROOT", tmp_path)
    with pytest.raises(manual.UserError, match=r"nowhere\.md"):
        manual.build(tmp_path / "site")
    assert (tmp_path / "site" / "old.html").is_file()


def test_a_link_to_a_file_outside_the_documentation_becomes_its_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "docs" / "guide").mkdir(parents=True)
    (tmp_path / "LICENSE").touch()
    (tmp_path / "docs" / "_quarto.yml").write_text("project: {type: website}\nwebsite: {title: Manual}\n", encoding="utf-8")
    (tmp_path / "docs" / "index.md").write_text("# Start\n", encoding="utf-8")
    (tmp_path / "docs" / "guide" / "index.md").write_text("# Manual\n\nSee [the licence](../../LICENSE).\n", encoding="utf-8")
    monkeypatch.setattr(manual, "ROOT", tmp_path)
    manual.build(tmp_path / "site")
    page = (tmp_path / "site" / "guide" / "index.html").read_text(encoding="utf-8")
    assert "See the licence." in page


def _named(contents: Any) -> list[str]:
    found = []
    for item in contents:
        found += [item] if isinstance(item, str) else _named(item["contents"])
    return found


def test_every_page_stands_in_the_navigation_once() -> None:
    website = yaml.safe_load((ROOT / "docs" / "_quarto.yml").read_text(encoding="utf-8"))["website"]
    pages = sorted(path.relative_to(ROOT / "docs").as_posix() for path in (ROOT / "docs").rglob("*.md"))
    assert sorted(_named(website["sidebar"]["contents"])) == pages


def test_the_change_log_begins_with_the_version() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    heads = re.findall(r"^## (\S+)", text, re.MULTILINE)
    assert heads[0] == __version__
    assert heads == sorted(heads, key=lambda version: [int(part) for part in version.split(".")], reverse=True)


def test_the_citation_names_the_version() -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["cff-version"] == "1.2.0"
    assert {"message", "title", "authors", "license", "type"} <= set(citation)
    assert citation["version"] == __version__


def test_the_measures_page_names_functions_that_exist() -> None:
    text = (ROOT / "docs" / "measures.md").read_text(encoding="utf-8")
    reference = (ROOT / "docs" / "reference" / "measures.md").read_text(encoding="utf-8")
    modules = {path.stem for folder in measures for path in Path(folder).glob("*.py")}
    named = [name for name in re.findall(r"`(\w+\.\w+)`", text) if name.split(".")[0] in modules]
    assert named
    assert [name for name in named if f"`{name}`" not in reference] == []
