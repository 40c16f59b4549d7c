"""What others check sites with: the Nu HTML checker over all pages, axe-core in a real Chromium over every kind of page.

Install both: npm ci --ignore-scripts --prefix tests/site (the Nu checker needs Java).
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

import nbformat
import pytest
from playwright.sync_api import Browser

from ansinh.batch.plan import plan
from ansinh.campaign import Workspace
from ansinh.site import embedded
from ansinh.site.stage import apology
from tests.site.conftest import KINDS, ROOT, checker
from tests.site.small_project import lay, lay_manual, render

ONLY_COLOURS: dict[str, Any] = {"runOnly": ["color-contrast"]}
"""What light and dark differ in; the rest of a page is the same, and was looked at in light."""
CONSTRUCTS = ("index.html", "don-vi/001-ba-dinh/tai-khoan.html", "manual/index.html", "manual/guide/one.html", "manual/notes.html")
"""A page with callouts, tabs and figures; one whose report failed; pages of documentation."""


@pytest.fixture(scope="module")
def constructs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pages of the kinds a good city has not: every construct both renderers draw, a report that failed, a manual."""
    folder = tmp_path_factory.mktemp("constructs")
    staged = lay(folder / "staged")
    workspace = Workspace(ROOT)
    campaign = workspace.campaign()
    failed = next(job for job in plan(workspace, campaign, ("district_coverage",), ("001",)))
    nbformat.write(apology(failed, workspace, campaign), staged / "don-vi" / "001-ba-dinh" / "tai-khoan.ipynb")
    render(staged, folder / "tree")
    embedded.render(lay_manual(folder / "manual"), folder / "tree" / "manual")
    return folder / "tree"


@pytest.mark.slow
def test_no_page_has_an_error_for_the_nu_html_checker(site: Path, constructs: Path) -> None:
    java = shutil.which("java")
    if java is None:
        pytest.skip("no Java on this machine")
    jar = checker("vnu-jar") / "build" / "dist" / "vnu.jar"
    command = [java, "-jar", str(jar), "--errors-only", "--skip-non-html", "--format", "json", str(site), str(constructs)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    found = Counter((message["message"], message.get("extract", "")[:80]) for message in json.loads(done.stderr)["messages"])
    assert found == {}


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.parametrize(
    ("scheme", "width", "rules"),
    [("light", 1280, {}), ("light", 390, {}), ("dark", 1280, ONLY_COLOURS), ("dark", 390, ONLY_COLOURS)],
    ids=["light", "light-phone", "dark", "dark-phone"],
)
def test_axe_finds_no_violation_on_any_kind_of_page(
    browser: Browser, site: Path, constructs: Path, scheme: str, width: int, rules: dict[str, Any]
) -> None:
    axe = (checker("axe-core") / "axe.min.js").read_text(encoding="utf-8")
    # The pages' own policy would refuse the checker's script.
    context = browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 900}, bypass_csp=True)
    page, found = context.new_page(), []
    for path in [*(site / address for address in KINDS), *(constructs / address for address in CONSTRUCTS)]:
        page.goto(path.as_uri())
        page.evaluate("document.querySelectorAll('details').forEach(details => { details.open = true; })")
        page.evaluate(axe)
        report = page.evaluate("rules => axe.run(document, {resultTypes: ['violations'], ...rules})", rules)
        found += [(path.name, item["id"], item["nodes"][0]["html"][:120], len(item["nodes"])) for item in report["violations"]]
        assert len(report["passes"]) > (0 if rules else 20), "axe looked at the page"
    context.close()
    assert found == []
