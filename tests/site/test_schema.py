"""Our project files hold only keys that Quarto's own schema names (tests/site/quarto_keys.json says where its list comes from)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansinh.batch.plan import Job
from ansinh.campaign import Workspace
from ansinh.site.config import HONOURED, read_project_file
from ansinh.site.project import Places, staged_project
from tests.site.small_project import ROOT, lay

KEYS = json.loads(Path(__file__).with_name("quarto_keys.json").read_text(encoding="utf-8"))
OPEN = ("language", "ansinh")
"""What lies below is words or another program's."""


def keys(content: Any, before: str = "") -> Iterator[tuple[str, Any]]:
    """Every key with its value, lists looked through, entries below entries named once (contents.contents is contents)."""
    for item in content if isinstance(content, list) else [content]:
        for key, value in item.items() if isinstance(item, dict) else ():
            name = re.sub(r"\b(contents|menu)(?:\.\1)+\b", r"\1", f"{before}{key}")
            yield name, value
            if name not in OPEN:
                yield from keys(value, f"{name}.")


def unknown(project: dict[str, Any]) -> list[str]:
    """What Quarto's schema would refuse."""
    found = []
    for name, value in keys(project):
        first, _, rest = name.partition(".")
        if first in ("project", "website"):
            known = name in (first, *KEYS["project"]) and (name not in KEYS["values"] or value in KEYS["values"][name])
        elif first == "format":
            known = rest in ("", "html") or rest.removeprefix("html.").split(".")[0] in KEYS["document"]
        elif first == "execute":
            known = rest in ("", *KEYS["document"])
        else:
            known = first in KEYS["document"]
        if not known:
            found.append(name)
    return found


@pytest.mark.parametrize("name", ["_quarto.yml", "docs/_quarto.yml"])
def test_the_shipped_project_files_hold_only_quartos_keys(name: str) -> None:
    assert unknown(read_project_file(ROOT / name)) == []


def test_the_staged_project_file_holds_only_quartos_keys(tmp_path: Path) -> None:
    staged = read_project_file(lay(tmp_path / "staged") / "_quarto.yml")
    assert {"sidebar", "announcement", "page-footer", "page-navigation", "description", "favicon"} <= set(staged["website"])
    assert unknown(staged) == []


def test_what_the_embedded_renderer_honours_is_quartos() -> None:
    project: dict[str, Any] = {}
    for name in HONOURED:
        at = project
        for part in name.split("."):
            at = at.setdefault(part, {})
    assert unknown({key: value for key, value in project.items() if key != "website"}) == []
    assert {name for name in HONOURED if name.startswith("website.")} <= set(KEYS["project"])


@pytest.mark.parametrize(
    "wrong",
    [
        "website: {sidebars: []}",
        "website: {announcement: {kind: x}}",
        "website: {announcement: {type: loud}}",
        "website: {sidebar: [{contents: [{section: a, contents: [{label: b}]}]}]}",
        "format: {html: {toc-dept: 2}}",
        "executed: {enabled: false}",
    ],
)
def test_a_key_or_value_that_quarto_does_not_know_is_found(wrong: str) -> None:
    assert unknown(yaml.safe_load(wrong))


def test_the_navbar_leaves_out_pages_the_campaign_does_not_have() -> None:
    workspace = Workspace(ROOT)
    campaign = workspace.campaign()
    base = {
        "website": {
            "navbar": {"left": [{"href": "index.ipynb"}, {"href": "chi-thi.ipynb"}, {"href": "https://example.org/"}, "phuong-phap.ipynb"]}
        }
    }
    jobs = [Job("", "", "", ROOT, ROOT, {"address": address}, {}, "") for address in ("index", "phuong-phap")]
    places = Places(workspace, campaign, jobs)
    project = yaml.safe_load(staged_project(base, campaign, places))
    assert project["website"]["navbar"]["left"] == [{"href": "index.ipynb"}, {"href": "https://example.org/"}, "phuong-phap.ipynb"]
