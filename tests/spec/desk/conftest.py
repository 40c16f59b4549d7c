"""Workspaces to work in by hand: the small cities' data, reports and notebooks of one's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansinh.campaign import Campaign, Workspace
from tests.conftest import lay_workspace


def beside(city: Workspace, folder: Path) -> Workspace:
    """Return a workspace with the city's data (read them only) and nothing else made yet."""
    workspace = lay_workspace(folder)
    (folder / "data").symlink_to(city.root / "data", target_is_directory=True)
    return workspace


@pytest.fixture
def desk(city: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """A workspace beside the small demo city."""
    workspace = beside(city, tmp_path / "workspace")
    monkeypatch.setenv("ANSINH_WORKSPACE", str(workspace.root))
    return workspace


@pytest.fixture
def desk_of_example(example: tuple[Workspace, Campaign], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Workspace, Campaign]:
    """A workspace beside the small city of the two-level campaign, and the campaign."""
    workspace = beside(example[0], tmp_path / "workspace")
    monkeypatch.setenv("ANSINH_WORKSPACE", str(workspace.root))
    return workspace, example[1]
