"""Two renderers, one site: what the embedded renderer makes is recorded; Quarto, where it is found, must make the same."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ansinh.site import broken_links, quarto
from ansinh.site.config import read_config
from tests.site.small_project import contract, lay, recorded, render

RECORD = Path(__file__).with_name("contract.json")


def test_the_embedded_tree_is_as_recorded() -> None:
    assert json.loads(recorded()) == json.loads(RECORD.read_text(encoding="utf-8"))


def test_quartos_tree_is_as_recorded(tmp_path: Path) -> None:
    if quarto.find() is None:
        pytest.skip("no Quarto on this machine (QUARTO_PATH, PATH)")
    quarto.render(lay(tmp_path / "staged"), tmp_path / "tree")
    assert contract(tmp_path / "tree") == json.loads(RECORD.read_text(encoding="utf-8"))


def test_the_navigation_is_the_project_files_on_every_page(tmp_path: Path) -> None:
    staged = lay(tmp_path / "staged")
    render(staged, tmp_path / "tree")
    expected = [item.text for item in read_config(staged).navbar]
    for name, page in contract(tmp_path / "tree").items():
        assert [text for text, _ in page["navigation"]] == expected, name


def test_no_link_of_the_small_site_leads_nowhere(tmp_path: Path) -> None:
    render(lay(tmp_path / "staged"), tmp_path / "tree")
    # publish adds the evidence afterwards.
    assert [link for link in broken_links(tmp_path / "tree") if not link.endswith("evidence.json")] == []


def test_two_renderings_give_the_same_bytes(tmp_path: Path) -> None:
    staged = lay(tmp_path / "staged")
    trees = []
    for name in ("one", "two"):
        render(staged, tmp_path / name)
        trees.append({path.relative_to(tmp_path / name): path.read_bytes() for path in (tmp_path / name).rglob("*") if path.is_file()})
    assert trees[0] == trees[1]
