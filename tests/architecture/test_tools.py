"""The tools of the house: hooks that need no network, one command for all checks, notebooks whose differences can be read."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
HOOKS = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))["repos"]
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")


def test_hooks_before_a_commit_fetch_nothing() -> None:
    assert [repository["repo"] for repository in HOOKS] == ["local"]
    assert {hook["language"] for hook in HOOKS[0]["hooks"]} <= {"system", "fail"}


@pytest.mark.parametrize("tool", ["ruff format --check", "ruff check", "mypy", "lint-imports", "python -m ansinh.desk.saving"])
def test_what_a_hook_checks_make_check_checks_too(tool: str) -> None:
    check = re.search(r"^check:.*?(?=^\S)", MAKEFILE, re.MULTILINE | re.DOTALL)
    assert check
    assert tool in check[0]
    assert any(tool in hook.get("entry", "") for hook in HOOKS[0]["hooks"])


def test_no_option_of_pytest_is_set_that_nbval_does_not_survive() -> None:
    assert "no:legacypath" not in (ROOT / "pyproject.toml").read_text(encoding="utf-8")


def test_executed_copies_are_compared_without_sanitising_anything() -> None:
    settings = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert "--nbval " in settings
    assert "sanitize" not in settings
    markers = re.compile(r"NBVAL_(IGNORE_OUTPUT|SKIP|RAISES_EXCEPTION)|nbval-(ignore-output|skip|raises-exception)")
    assert [path.name for path in (ROOT / "notebooks").glob("*.ipynb") if markers.search(path.read_text(encoding="utf-8"))] == []
