"""The command: what a user types, reads and gets as an exit code."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ansinh.campaign import DEMO_MARKER, Workspace
from ansinh.demo import signature


def ansinh(*arguments: str, cwd: Path, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("ansinh")), *arguments]
    clean = {key: value for key, value in os.environ.items() if key != "ANSINH_WORKSPACE"}
    return subprocess.run(command, cwd=cwd, env=clean | (env or {}), capture_output=True, text=True, check=False, timeout=540)


def test_help_names_every_verb_and_the_exit_codes(tmp_path: Path) -> None:
    said = ansinh("--help", cwd=tmp_path).stdout
    for verb in ("demo", "intake", "check", "run", "site", "build", "serve", "doctor", "verify", "sign", "publish"):
        assert verb in said
    assert "Exit codes" in said


def test_doctor_looks_at_the_machine_and_changes_nothing(tmp_path: Path) -> None:
    done = ansinh("doctor", cwd=tmp_path)
    assert done.returncode == 0
    for word in ("Python", "Quarto", "kernels", "fonts", "cores", "disk"):
        assert word in done.stdout
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("build", "nowhere"), "There is no campaign 'nowhere'"),
        (("check", "--as-of", "14/01/2024"), "YYYY-MM-DD"),
        (("check",), "ansinh intake"),
        (("run", "--unit", "999"), "999"),
        (("serve",), "ansinh build"),
    ],
)
def test_a_users_mistake_is_one_sentence_and_exit_code_two(empty_workspace: Workspace, arguments: tuple[str, ...], said: str) -> None:
    done = ansinh(*arguments, cwd=empty_workspace.root)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_outside_a_workspace_the_command_says_where_to_go(tmp_path: Path) -> None:
    done = ansinh("build", cwd=tmp_path)
    assert done.returncode == 2
    assert "not inside an An Sinh workspace" in done.stderr


def test_nothing_synthetic_is_written_among_real_files(empty_workspace: Workspace) -> None:
    file = empty_workspace.campaign_file("hanoi-tet-2024")
    text = file.read_text(encoding="utf-8")
    file.write_text(text[: text.index("\ndemo:")] + "\n", encoding="utf-8")
    done = ansinh("demo", cwd=empty_workspace.root)
    assert done.returncode == 2
    assert "works on real files" in done.stderr


@pytest.mark.slow
def test_a_broken_workbook_among_the_inputs_stops_nobody_else(city: Workspace, tmp_path: Path) -> None:
    root = tmp_path / "workspace"
    shutil.copytree(city.root, root, ignore=shutil.ignore_patterns("store", "reports", "_site"))
    workspace = Workspace(root)
    file = workspace.campaign_file("hanoi-tet-2024")
    # No earlier date, for which the demo would write its lists anew.
    file.write_text(re.sub(r"\n  history: .*", "", file.read_text(encoding="utf-8")), encoding="utf-8")
    campaign = workspace.campaign()
    lists = sorted((workspace.sources(campaign) / "danh-sach").glob("*.xlsx"))
    lists[0].write_bytes(lists[0].read_bytes()[:2000])
    (workspace.data(campaign) / DEMO_MARKER).write_text(json.dumps(signature(workspace, campaign)), encoding="utf-8")

    done = ansinh("build", "--json", "--renderer", "embedded", cwd=root)

    assert done.returncode == 1, done.stderr
    told = json.loads(done.stdout)
    assert any(lists[0].name in line for line in told["failed"])
    pages = {path.parent.name for path in workspace.output(campaign).glob("don-vi/*/tai-khoan.html")}
    assert len(pages) == len(workspace.units(campaign))


@pytest.mark.slow
def test_the_two_level_campaign_builds_with_what_its_file_says(empty_workspace: Workspace) -> None:
    file = empty_workspace.campaign_file("example-2026")
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("district_cleanliness, district_coverage, district_payment", "district_coverage"), encoding="utf-8")

    done = ansinh("build", "example-2026", "--people", "12000", "--renderer", "embedded", "--json", cwd=empty_workspace.root)

    assert done.returncode == 0, done.stderr
    campaign = empty_workspace.campaign("example-2026")
    site = empty_workspace.output(campaign)
    assert len(list(site.glob("don-vi/*/tai-khoan.html"))) == len(empty_workspace.units(campaign)) == 126
    told = (site / "index.html").read_text(encoding="utf-8")
    assert "Để 95,0\u00a0% số người (không kể người không đăng ký) có tài khoản" in told
    assert "Quận" not in told
    assert "vị trí địa lý" not in told, "nobody has drawn a map of its units"
    assert "VNeID" in (site / "chi-thi.html").read_text(encoding="utf-8")
