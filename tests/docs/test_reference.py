"""The generated reference leaves nothing out: compared with what the command and the settings themselves say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from ansinh.cli.commands import app
from tests.docs.reference import verbs
from tests.docs.samples import ROOT

REFERENCE = ROOT / "docs" / "reference"


@pytest.mark.parametrize("verb", sorted(verbs()))
def test_what_a_verbs_help_offers_stands_in_the_reference(verb: str) -> None:
    told = CliRunner().invoke(app, [verb, "--help"], env={"COLUMNS": "300", "TERMINAL_WIDTH": "300", "NO_COLOR": "1"}).output
    section = (REFERENCE / "command.md").read_text(encoding="utf-8").partition(f"## ansinh {verb}\n")[2].partition("\n## ")[0]
    offered = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", told)) - {"--help"}
    assert offered
    assert [option for option in sorted(offered) if option not in section] == []


@pytest.mark.parametrize("path", sorted((ROOT / "params" / "campaigns").glob("*.yml")), ids=lambda path: path.stem)
def test_every_key_a_shipped_campaign_uses_stands_in_the_reference(path: Path) -> None:
    text = (REFERENCE / "campaign.md").read_text(encoding="utf-8")
    used = set(_keys(yaml.safe_load(path.read_text(encoding="utf-8"))))
    assert {"deadline", "sources", "beneficiaries", "threshold"} <= used
    assert [key for key in sorted(used) if f"| `{key}` |" not in text] == []


def _keys(tree: object) -> list[str]:
    if isinstance(tree, list):
        return [key for item in tree for key in _keys(item)]
    return [key for name, value in tree.items() for key in (name, *_keys(value))] if isinstance(tree, dict) else []
