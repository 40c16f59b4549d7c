"""Documents that are generated from code say what the code says."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from ansinh.cli.commands import app
from tests.refresh import DOCUMENTS

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", sorted(DOCUMENTS))
def test_a_generated_document_is_up_to_date(name: str) -> None:
    assert (ROOT / name).read_text(encoding="utf-8") == DOCUMENTS[name](), f"run `make docs` and commit {name}"


def test_every_verb_stands_in_both_readmes() -> None:
    verbs = [command.name or command.callback.__name__ for command in app.registered_commands if command.callback]
    for readme in ("README.md", "README.vi.md"):
        text = (ROOT / readme).read_text(encoding="utf-8")
        assert [verb for verb in verbs if f"ansinh {verb}" not in text] == []


def test_help_is_a_page_of_its_own_for_every_verb() -> None:
    runner = CliRunner()
    for command in app.registered_commands:
        assert command.callback
        result = runner.invoke(app, [command.name or command.callback.__name__, "--help"])
        assert result.exit_code == 0
        assert len(result.output.splitlines()) > 5
