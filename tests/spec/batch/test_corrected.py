"""An office corrects one district's list: that district's pages and the city's are made anew, no others."""

from __future__ import annotations

import shutil
from pathlib import Path

import openpyxl
import pytest

from ansinh import store
from ansinh.batch.plan import plan
from ansinh.campaign import Campaign, Workspace
from ansinh.intake import load
from ansinh.pipeline import check

pytestmark = pytest.mark.slow


def correct(path: Path) -> None:
    """Drop a digit of the last citizen number of a workbook."""
    book = openpyxl.load_workbook(path)
    numbers = [
        cell
        for sheet in book
        for row in sheet.iter_rows()
        for cell in row
        if isinstance(cell.value, str) and len(cell.value) == 12 and cell.value.isdigit()
    ]
    numbers[-1].value = numbers[-1].value[:-1]
    book.save(path)


def parts(workspace: Workspace, campaign: Campaign) -> dict[tuple[str, str], bytes]:
    """Every part of the store: (table, unit) → bytes."""
    folder = workspace.store(campaign, campaign.as_of)
    return {(path.parts[-3], path.parent.name.removeprefix("unit=")): path.read_bytes() for path in folder.glob("*/unit=*/part.parquet")}


def test_a_corrected_list_changes_its_own_units_jobs_and_the_citys_and_no_others(
    city: Workspace, campaign: Campaign, tmp_path: Path
) -> None:
    workspace = Workspace(shutil.copytree(city.root, tmp_path / "workspace", ignore=shutil.ignore_patterns("reports", "_site", "truth")))
    before, jobs = parts(workspace, campaign), {job.label: job.key for job in plan(workspace, campaign)}
    book = sorted((workspace.sources(campaign) / "danh-sach").glob("*.xlsx"))[2]
    own = book.name[:3]
    correct(book)

    load(workspace, campaign, jobs=2)
    check(workspace, campaign)

    after = parts(workspace, campaign)
    touched = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
    # What is withheld elsewhere may have to follow; nothing else of another unit changes.
    assert {unit for table, unit in touched if table != "withheld"} == {own}
    expected = {unit for _, unit in touched} - {store.NO_UNIT}
    ran = {job.unit for job in plan(workspace, campaign) if jobs[job.label] != job.key}
    assert ran == {"", *expected}
    assert len(ran) < len(workspace.units(campaign)) / 2
