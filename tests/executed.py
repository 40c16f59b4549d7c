"""The executed demo copies in tests/notebooks/, which nbval compares cell by cell: made by `make docs`."""

from __future__ import annotations

import os
import re
from pathlib import Path

import nbformat
import papermill

from ansinh.batch.plan import DESK, declaration
from ansinh.batch.seal import KERNEL
from ansinh.campaign import Workspace

FOLDER = Path(__file__).with_name("notebooks")
UNIT = "277"
"""The demo district: large enough that little is withheld."""


def execute_copies(city: Workspace, folder: Path = FOLDER) -> None:
    """Execute every notebook on the small city and write the copies, with fixed ids and no times or paths."""
    os.environ["ANSINH_WORKSPACE"] = str(city.root)
    folder.mkdir(exist_ok=True)
    units = {"city": "", "unit": UNIT, "commune": city.register(city.campaign()).children(UNIT)[0].code}
    for source in sorted(city.notebooks.glob("*.ipynb")):
        level = declaration(source)["level"]
        if level == DESK:
            continue  # shows this machine's data and a widget: tests/spec/desk runs it
        unit = units[level]
        notebook = nbformat.read(source, as_version=4)
        for cell in notebook.cells:
            if "parameters" in cell.metadata.get("tags", []):
                cell.source = re.sub(r'unit = ".*"', f'unit = "{unit}"', cell.source)
        prepared = folder / source.name
        nbformat.write(notebook, prepared)
        executed = papermill.execute_notebook(str(prepared), None, engine_name="ansinh", kernel_name="python3", progress_bar=False)
        # nbval takes a cell without a count for one that was never run.
        for count, cell in enumerate(executed.cells, 1):
            tags = cell.metadata.get("tags", [])
            cell.metadata = {"tags": tags} if tags else {}
            if cell.cell_type == "code":
                cell.execution_count = count
                for output in cell.outputs:
                    if "metadata" in output:
                        output.metadata = {}
                    if "execution_count" in output:
                        output.execution_count = count
        executed.metadata = nbformat.from_dict(KERNEL)
        nbformat.write(executed, prepared)
