"""Asking how a file is understood: for which campaign."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from ansinh.campaign import Workspace
from ansinh.cli.commands import app
from tests.spec.intake.test_corpus import HEAD, ROWS, text


@pytest.fixture
def place(empty_workspace: Workspace) -> Workspace:
    """A workspace with a second campaign, whose sources lie in a folder of their own and whose units are the wards of Quận Ba Đình."""
    campaigns = empty_workspace.params / "campaigns"
    content = (campaigns / "hanoi-tet-2024.yml").read_text(encoding="utf-8")
    for given, instead in (
        ("hanoi-tet-2024", "ba-dinh"),
        ('root: "01"', 'root: "001"'),
        ("level: district", "level: commune"),
        ("part: commune", "part: village"),
    ):
        content = content.replace(given, instead)
    (campaigns / "ba-dinh.yml").write_text(content, encoding="utf-8")
    (campaigns / "spoilt.yml").write_text("name: [", encoding="utf-8")
    return empty_workspace


def listed(folder: Path) -> Path:
    folder.mkdir(parents=True)
    return text(folder, [["DANH SÁCH - PHƯỜNG PHÚC XÁ"], HEAD, *ROWS]).rename(folder / "thang 1.csv")


def explained(place: Workspace, *arguments: str) -> str:
    told = CliRunner().invoke(app, ["intake", "-w", str(place.root), *arguments])
    assert told.exit_code == 0, told.output
    return told.output


def test_the_campaign_is_the_one_whose_sources_hold_the_file(place: Workspace) -> None:
    path = listed(place.sources(place.campaign("ba-dinh")) / "danh-sach")
    told = explained(place, "--explain", str(path))
    assert told.startswith("campaign: ba-dinh (its sources folder holds the file)\n")
    assert "unit: 00001" in told


def test_a_campaign_that_is_named_is_taken(place: Workspace) -> None:
    path = listed(place.sources(place.campaign("ba-dinh")) / "danh-sach")
    told = explained(place, "hanoi-tet-2024", "--explain", str(path))
    assert told.startswith("campaign: hanoi-tet-2024\n")
    assert "unit: not named by the file" in told


def test_for_a_file_that_lies_elsewhere_the_default_is_taken_and_said(place: Workspace, tmp_path: Path) -> None:
    told = explained(place, "--explain", str(listed(tmp_path / "elsewhere")))
    assert told.startswith("campaign: hanoi-tet-2024 (the default: no campaign alone has the file in its sources folder; name another")
