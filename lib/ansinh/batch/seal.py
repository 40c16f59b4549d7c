"""Sealing: an executed notebook without times, paths and random ids, with its page's front matter. Same inputs, same bytes."""

from __future__ import annotations

import re
from typing import Any

import nbformat
import yaml

from ansinh.campaign import Campaign

KERNEL = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}, "language_info": {"name": "python"}}
HIDDEN = "injected-parameters"
RESTRICTED = "application/vnd.ansinh.restricted+json"
"""The mark of output that never becomes a page (`ansinh.audit.records`)."""


class NotSealed(ValueError):
    """An executed notebook that must not become a page; the message names the cell, never what it shows."""


def seal(
    notebook: nbformat.NotebookNode,
    page: dict[str, Any],
    parameters: dict[str, str],
    campaign: Campaign,
    notebook_name: str,
    unit_name: str,
) -> nbformat.NotebookNode:
    """Return the sealed notebook: first a raw cell of front matter, then the cells with clean metadata and fixed ids.

    Raises NotSealed when a cell failed, or shows records or free analysis: neither is ever sealed.
    """
    cells = [nbformat.v4.new_raw_cell(front_matter(page, parameters, campaign, notebook_name, unit_name), id="front-matter")]
    for cell in notebook.cells:
        if any(output.output_type == "error" for output in cell.get("outputs", [])):
            raise NotSealed("a notebook with a failed cell cannot be sealed")
        if any(RESTRICTED in output.get("data", {}) for output in cell.get("outputs", [])):
            raise NotSealed(f"cell {cell.get('id', '')} shows records or free analysis, which make no page; take it out of the notebook")
        tags = list(cell.metadata.get("tags", []))
        clean = nbformat.from_dict({key: value for key, value in cell.items() if key != "metadata"})
        clean["metadata"] = {"tags": tags} if tags else {}
        if HIDDEN in tags:
            clean["id"] = HIDDEN
            clean["source"] = re.sub(r"^# Parameters\n", "", clean["source"])
        if cell.cell_type == "code":
            clean["execution_count"] = None
            clean["outputs"] = [_output(output) for output in cell.outputs]
        cells.append(clean)
    sealed = nbformat.v4.new_notebook(cells=cells, metadata=KERNEL)
    sealed.nbformat_minor = 5
    nbformat.validate(sealed)
    return sealed


def _output(output: nbformat.NotebookNode) -> nbformat.NotebookNode:
    kept = {key: value for key, value in output.items() if key != "metadata"}
    if "execution_count" in kept:
        kept["execution_count"] = None
    if output.output_type in ("display_data", "execute_result"):
        kept["metadata"] = {key: value for key, value in output.get("metadata", {}).items() if key == "ansinh"}
    return nbformat.from_dict(kept)


def front_matter(page: dict[str, Any], parameters: dict[str, str], campaign: Campaign, notebook_name: str, unit_name: str) -> str:
    """Return the YAML front matter of a page, as Quarto and the embedded renderer read it."""
    content = {
        "title": page["title"],
        "description": page.get("description", ""),
        "date": parameters["as_of"],
        "lang": "vi",
        "ansinh": {
            "campaign": campaign.name,
            "unit": parameters["unit"],
            "unit_name": unit_name,
            "level": page["level"],
            "notebook": notebook_name,
            "address": page["address"],
            "order": page.get("order", 9),
            "synthetic": campaign.synthetic,
            "audience": campaign.audience,
        },
    }
    return "---\n" + yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=1000) + "---"
