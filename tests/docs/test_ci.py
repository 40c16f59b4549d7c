"""The ready files for other people's pipelines: their steps are run here as a script, the container file is linted."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansinh import __version__
from tests.docs.samples import ROOT, Sample, run

FILES = ROOT / "examples" / "ci"
GITHUB: dict[Any, Any] = yaml.safe_load((FILES / "github-actions.yml").read_text(encoding="utf-8"))
GITLAB: dict[Any, Any] = yaml.safe_load((FILES / "gitlab-ci.yml").read_text(encoding="utf-8"))
CONTAINER = (FILES / "Containerfile").read_text(encoding="utf-8")
LONGEST = 35
"""Lines a ready file may have: the build does the work."""


def copied() -> list[str]:
    return [name for line in re.findall(r"^COPY (.*)$", CONTAINER, re.MULTILINE) for name in line.split()[:-1]]


def github_steps() -> list[str]:
    return [step["run"] for step in GITHUB["jobs"]["site"]["steps"] if "run" in step]


def test_each_file_is_short() -> None:
    assert {path.name for path in FILES.iterdir()} == {"github-actions.yml", "gitlab-ci.yml", "Containerfile"}
    assert all(len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST for path in FILES.iterdir())


def test_both_build_on_a_schedule_and_keep_unchanged_work() -> None:
    assert GITHUB[True]["schedule"][0]["cron"]  # YAML 1.1 reads the key "on" as true
    cache = next(step["with"] for step in GITHUB["jobs"]["site"]["steps"] if "cache" in step.get("uses", ""))
    assert cache["path"].split() == GITLAB["pages"]["cache"]["paths"] == ["data", "reports"]
    assert any("schedule" in rule["if"] for rule in GITLAB["pages"]["rules"])


def test_both_publish_what_the_build_wrote() -> None:
    uploaded = [step["with"]["path"] for step in GITHUB["jobs"]["site"]["steps"] if "upload-pages" in step.get("uses", "")]
    assert uploaded == ["public"]
    assert GITLAB["pages"]["artifacts"]["paths"] == ["public"]
    assert {"pages", "id-token"} <= {key for key, right in GITHUB["permissions"].items() if right == "write"}


@pytest.mark.slow
@pytest.mark.parametrize("service", ["github", "gitlab"])
def test_the_steps_build_and_publish_a_campaign(service: str, tmp_path: Path, tutorial: Path) -> None:
    folder = tmp_path / "workspace"
    shutil.copytree(tutorial, folder, symlinks=True)
    steps = github_steps() if service == "github" else GITLAB["pages"]["script"]
    for step in steps:
        run(Sample("sh", "", "", step), folder, CAMPAIGN="tay-ho-2024", DAY="")
    assert (folder / "public" / "index.html").read_bytes() == (folder / "_site-tay-ho" / "index.html").read_bytes()


def build_steps() -> list[str]:
    return [step for step in [*github_steps(), *GITLAB["pages"]["script"]] if "ansinh build" in step]


def stand_in(folder: Path, code: int) -> None:
    """Put a command in the place of `ansinh` that says what it was given and ends with `code`."""
    build = folder / ".venv" / "bin" / "ansinh"
    build.parent.mkdir(parents=True)
    build.write_text(f'#!/bin/sh\necho "$@"\nexit {code}\n')
    build.chmod(0o755)


@pytest.mark.parametrize("code", [0, 1, 2, 3])
def test_a_build_with_failed_units_is_published_and_a_refused_one_is_not(code: int, tmp_path: Path) -> None:
    stand_in(tmp_path, code)
    for step in build_steps():
        done = subprocess.run(["bash", "-e", "-c", step], cwd=tmp_path, env={"CAMPAIGN": "any"}, capture_output=True, check=False)
        assert (done.returncode == 0) == (code <= 1)


@pytest.mark.parametrize(("day", "asked"), [("", ""), ("today", r"--as-of 20\d\d-\d\d-\d\d ")])
def test_a_real_campaign_is_built_as_of_today_and_a_demo_as_of_its_own_day(day: str, asked: str, tmp_path: Path) -> None:
    stand_in(tmp_path, 0)
    assert len(build_steps()) == 2
    for step in build_steps():
        environment = {"CAMPAIGN": "any", "DAY": day, "PATH": os.environ["PATH"]}
        subprocess.run(["bash", "-e", "-c", step], cwd=tmp_path, env=environment, check=True)
        assert re.fullmatch(f"build any {asked}--strict --json\n", (tmp_path / "built.json").read_text())


def test_the_container_file_copies_what_there_is() -> None:
    assert {"pyproject.toml", "uv.lock", "lib"} <= set(copied())
    assert [name for name in copied() if not (ROOT / name).exists()] == []


@pytest.mark.slow
def test_what_the_container_file_copies_is_enough_to_install_the_command(tmp_path: Path) -> None:
    for name in copied():
        source, target = ROOT / name, tmp_path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(source, target) if source.is_dir() else shutil.copy(source, target)
    sync = re.search(r"^RUN (uv sync [^&\n]*)", CONTAINER, re.MULTILINE)
    assert sync
    # The image keeps no cache; here the packages may come from this machine's.
    command = [str(Path(sys.executable).with_name("uv")), *sync[1].replace("--no-cache", "").split()[1:]]
    environment = {name: value for name, value in os.environ.items() if name not in ("VIRTUAL_ENV", "UV_PROJECT_ENVIRONMENT")}
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, env=environment | {"UV_PYTHON_DOWNLOADS": "never"})
    shutil.rmtree(tmp_path / "lib")
    said = subprocess.run([tmp_path / ".venv" / "bin" / "ansinh", "--version"], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == __version__


@pytest.mark.skipif(sys.platform != "linux", reason="hadolint is installed on Linux only")
def test_the_container_file_has_no_finding_of_hadolint() -> None:
    command = [str(Path(sys.executable).with_name("hadolint")), "--no-color", str(FILES / "Containerfile")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
