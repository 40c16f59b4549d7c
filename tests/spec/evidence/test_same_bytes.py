"""Same inputs, same bytes: on two machines' paths, in two time zones and locales, with one job and two; and a rebuild elsewhere proves it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from ansinh import casework
from ansinh.campaign import Workspace
from ansinh.site.swap import sums
from tests.conftest import lay_workspace
from tests.spec.casework.test_sample import fill

pytestmark = pytest.mark.slow
PEOPLE, SEED, UNITS = 9000, 7, ("001", "006")
HERE = {"TZ": "Asia/Ho_Chi_Minh", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "1", "LOGNAME": "nguoithunhat"}
THERE = {
    "TZ": "America/St_Johns",
    "LC_ALL": "C",
    "PYTHONUTF8": "0",
    "PYTHONCOERCECLOCALE": "0",
    "PYTHONHASHSEED": "2",
    "LOGNAME": "nguoithuhai",
}
"""Another zone (half an hour off), a locale without UTF-8, another order of sets, another user."""


def lay(folder: Path) -> Workspace:
    """A workspace of all city notebooks and two units."""
    workspace = lay_workspace(folder)
    file = workspace.campaign_file("hanoi-tet-2024")
    text = re.sub(r"people: \d+\n  seed: \d+", f"people: {PEOPLE}\n  seed: {SEED}", file.read_text(encoding="utf-8"))
    skipped = "\n".join(
        f'  - {{unit: "{unit.code}", skip: true, reason: thu}}' for unit in workspace.units(workspace.campaign()) if unit.code not in UNITS
    )
    file.write_text(f"{text}\nexceptions:\n{skipped}\n", encoding="utf-8")
    return workspace


def ansinh(workspace: Workspace, *arguments: str, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    clean = {key: value for key, value in os.environ.items() if key not in ("ANSINH_WORKSPACE", "PYTHONUTF8", "LANG")}
    command = [str(Path(sys.executable).with_name("ansinh")), *arguments]
    return subprocess.run(command, cwd=workspace.root, env=clean | env, capture_output=True, text=True, check=False, timeout=1800)


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A small site built here."""
    workspace = lay(tmp_path_factory.mktemp("here") / "workspace")
    done = ansinh(workspace, "build", "--jobs", "2", env=HERE)
    assert done.returncode == 0, done.stderr
    return workspace


def test_another_folder_zone_locale_user_and_number_of_jobs_make_the_same_site(here: Workspace, tmp_path: Path) -> None:
    there = lay(tmp_path / "a much longer way" / "nơi khác")
    done = ansinh(there, "build", "--jobs", "1", env=THERE)
    assert done.returncode == 0, done.stderr
    one, other = (sums(workspace.output(workspace.campaign())) for workspace in (here, there))
    assert len(one) > 100
    assert {name for name in one.keys() | other.keys() if one.get(name) != other.get(name)} == set()


def test_a_rebuild_elsewhere_is_the_same_byte_for_byte(here: Workspace) -> None:
    done = ansinh(here, "verify", "--rebuild", env=HERE | {"TZ": "UTC"})
    assert done.returncode == 0, done.stdout + done.stderr
    assert "built again the same" in done.stdout


def test_and_says_which_page_is_not_what_the_inputs_give(here: Workspace) -> None:
    page = here.output(here.campaign()) / "chi-thi.html"
    before = page.read_bytes()
    page.write_bytes(before.replace("người".encode(), "Người".encode(), 1))
    try:
        done = ansinh(here, "verify", env=HERE)
    finally:
        page.write_bytes(before)
    assert (done.returncode, done.stdout) == (1, "page chi-thi.html: differs\n")


def test_a_page_with_an_evaluated_sample_is_built_again_the_same_too(here: Workspace, tmp_path: Path) -> None:
    unit = UNITS[0]
    drawn = casework.draw(here, here.campaign(), tmp_path / "sample", seed=20240115, unit=unit)
    for step in (
        ("sample", "--evaluate", str(fill(drawn, wrong=1))),
        ("run", "--notebook", "audit_sample", "--unit", unit),
        ("site",),
    ):
        done = ansinh(here, *step, env=HERE)
        assert done.returncode == 0, done.stdout + done.stderr
    (page,) = (here.output(here.campaign()) / "don-vi").glob("*/mau-kiem-toan.html")
    assert "Chưa có mẫu" not in page.read_text(encoding="utf-8")
    done = ansinh(here, "verify", "--rebuild", env=HERE | {"TZ": "UTC"})
    assert done.returncode == 0, done.stdout + done.stderr
    assert "built again the same" in done.stdout
