"""What must not be saved: no output at all in the shipped notebooks, and no revealed person in any other.

Jupyter's server calls `pre_save` before a notebook is written; tests and the pre-commit hook call `refusals` on what lies in the repository.
Little is imported: the server must not wait for it.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat

RESTRICTED = "application/vnd.ansinh.restricted+json"
"""The mark of restricted output, as `ansinh.audit.records` sets it."""
TAKEN_OUT = "[Kết quả có dữ liệu cá nhân đã được gỡ khi lưu. Chạy lại ô này để xem; mỗi lần xem đều được ghi nhật ký.]\n"
REVEALS = re.compile(r"\breveal\s*=\s*True\b")
NUMBERS = re.compile(r"(?<![0-9A-Za-z.#-])(?!\d+0{6}(?!\d))(?:\d{12}|\d{9}|0[35789]\d{8})(?![0-9A-Za-z])")
"""Runs of digits such as a personal number, CMND or telephone (as the gate seeks them)."""
PLAIN_METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
SHIPPED = "notebooks"
"""Folder of the repository whose notebooks are stored without outputs."""


def pre_save(model: dict[str, Any], path: str, **_: Any) -> None:
    """Clean a notebook that Jupyter's server is about to save (a pre_save_hook): a shipped one lies at the top of the served folder."""
    if model.get("type") != "notebook" or not model.get("content"):
        return
    content = model["content"]
    if "/" in path.strip("/"):
        strip_revealed(content)
    else:
        bare(content)


def bare(notebook: dict[str, Any]) -> None:
    """Bring a notebook to the form it is stored in: no outputs, no counts, no traces of the machine, so that differences can be read."""
    kept = {"ansinh": notebook["metadata"]["ansinh"]} if "ansinh" in notebook.get("metadata", {}) else {}
    notebook["metadata"] = PLAIN_METADATA | kept
    for cell in notebook["cells"]:
        tags = cell.get("metadata", {}).get("tags")
        cell["metadata"] = {"tags": tags} if tags else {}
        if cell["cell_type"] == "code":
            cell["outputs"], cell["execution_count"] = [], None


def strip_revealed(notebook: dict[str, Any]) -> int:
    """Take out of a notebook what shows persons; returns the number of cells emptied.

    A cell that revealed records loses its outputs, and so does every cell that ran after it: whatever it printed may come from them.
    Any output that holds a number as persons have goes too, whoever printed it.
    """
    revealing = [cell for cell in _code(notebook) if cell.get("outputs") and _reveals(cell)]
    counts = [cell["execution_count"] for cell in revealing if cell.get("execution_count")]
    first = min(counts, default=None)
    emptied = 0
    for cell in _code(notebook):
        later = first is not None and (cell.get("execution_count") or 0) >= first
        if cell.get("outputs") and (later or cell in revealing or _personal(cell)):
            cell["outputs"] = [nbformat.v4.new_output("stream", name="stdout", text=TAKEN_OUT)]
            emptied += 1
    return emptied


def _code(notebook: dict[str, Any]) -> Iterator[dict[str, Any]]:
    return (cell for cell in notebook["cells"] if cell["cell_type"] == "code")


def _reveals(cell: dict[str, Any]) -> bool:
    """Tell whether a cell showed revealed records, or asked for them and kept them in a variable."""
    if [_text(output.get("text", "")) for output in cell["outputs"]] == [TAKEN_OUT]:
        return False
    marks = [output.get("data", {}).get(RESTRICTED, {}) for output in cell["outputs"]]
    return any(isinstance(mark, dict) and mark.get("kind") == "revealed" for mark in marks) or bool(REVEALS.search(_text(cell["source"])))


def _personal(cell: dict[str, Any]) -> bool:
    return any(NUMBERS.search(text) for output in cell["outputs"] for text in _texts(output))


def _texts(output: dict[str, Any]) -> Iterator[str]:
    """Yield all an output says in words; drawings are left to the gate (their coordinates are digits too)."""
    yield _text(output.get("text", ""))
    yield _text(output.get("traceback", []))
    for kind, value in output.get("data", {}).items():
        if kind.startswith("text/"):
            yield re.sub(r"<svg.*?</svg>", "", _text(value), flags=re.DOTALL)


def _text(value: Any) -> str:
    return "".join(value) if isinstance(value, list) else str(value)


def kept(path: Path, name: str) -> tuple[str, int]:
    """Return (the text a notebook file may be stored as under `name`, its path in the repository; cells whose outputs had to go)."""
    notebook = nbformat.read(path, as_version=nbformat.NO_CONVERT)
    if Path(name).parent.as_posix() == SHIPPED:
        emptied = sum(bool(cell.get("outputs")) for cell in _code(notebook))
        bare(notebook)
    else:
        emptied = strip_revealed(notebook)
    return nbformat.writes(notebook, version=nbformat.NO_CONVERT) + "\n", emptied


def refusals(path: Path, name: str) -> Iterator[str]:
    """Yield why a notebook file must not be committed under `name`; nothing when it may be."""
    text, emptied = kept(path, name)
    mend = (
        "Run `make format`." if Path(name).parent.as_posix() == SHIPPED else f"Run `.venv/bin/python -m ansinh.desk.saving --write {name}`."
    )
    if emptied:
        yield f"{name}: holds outputs that must not be stored ({emptied} cells). {mend}"
    elif Path(name).parent.as_posix() == SHIPPED and text != path.read_text(encoding="utf-8"):
        yield f"{name}: is not in the form notebooks are stored in (counts, traces of a machine). {mend}"


def main(arguments: list[str]) -> int:
    """Refuse notebooks that must not be committed (exit code 1), or with --write bring them to the form they may be stored in."""
    write = "--write" in arguments
    refused = 0
    for name in (argument for argument in arguments if argument != "--write"):
        path = Path(name)
        if write:
            path.write_text(kept(path, path.as_posix())[0], encoding="utf-8")
            continue
        for reason in refusals(path, path.as_posix()):
            sys.stderr.write(reason + "\n")
            refused = 1
    return refused


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
