"""The walls of the house: imports only run downwards, notebooks stay thin, generated pages are up to date."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
MODULES = sorted((ROOT / "lib" / "ansinh").rglob("*.py"))
PARAMETERS = ["campaign", "unit", "as_of"]
LONGEST_CELL = 12


def test_imports_only_run_downwards() -> None:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_the_house_lists_the_rooms_in_the_order_that_imports_are_held_to() -> None:
    told = re.findall(r"^\| [^|]+ \| `(\w+)/?` \|", (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8"), re.MULTILINE)
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]
    [layers] = [contract["layers"] for contract in contracts if contract["type"] == "layers"]
    assert [f"ansinh.{room}" for room in told] == layers[::-1]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_stored_without_outputs_and_with_the_three_parameters(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert not any(cell.outputs or cell.execution_count for cell in code)
    tagged = [cell for cell in code if "parameters" in cell.metadata.get("tags", [])]
    assert len(tagged) == 1
    assert re.findall(r"^(\w+)\s*=", tagged[0].source, re.MULTILINE) == PARAMETERS


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_narrates_and_leaves_logic_to_the_package(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    code = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    assert max(len(source.splitlines()) for source in code) <= LONGEST_CELL
    assert not any(re.search(r"^\s*(def|class|for|while|if)\b", source, re.MULTILINE) for source in code)


def test_there_are_notebooks_to_judge() -> None:
    assert {"city_overview", "directive", "method", "district_cleanliness", "district_coverage"} <= {path.stem for path in NOTEBOOKS}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ROOT / "lib").as_posix())
def test_no_module_asks_the_clock_for_a_date(path: Path) -> None:
    # The as-of date is the only date: a page must not change because a day has passed.
    assert not re.search(r"\b(date\.today|datetime\.now|datetime\.utcnow|Timestamp\.(now|today))\(", path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ROOT / "lib").as_posix())
def test_no_module_knows_the_city(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    code = re.sub(r'"""(?s:.*?)"""|#.*', "", text)
    assert "Hà Nội" not in code
    assert "Hanoi" not in code
