"""What a saved notebook may hold: shipped ones nothing, any other no person."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import nbformat
import pytest
from jupyter_server.services.contents.filemanager import FileContentsManager
from nbformat.v4 import new_code_cell, new_notebook, new_output

from ansinh.audit.records import RESTRICTED as MARK
from ansinh.batch.seal import RESTRICTED as SEALED
from ansinh.desk import saving
from ansinh.desk.lab import HOOK
from ansinh.desk.saving import RESTRICTED, TAKEN_OUT

ROOT = Path(__file__).parents[3]
SECRET = "Nguyễn Thị Bí Mật"


def table(kind: str) -> Any:
    return new_output("execute_result", data={"text/plain": SECRET, RESTRICTED: {"kind": kind}}, execution_count=2)


def printed(text: str) -> Any:
    return new_output("stream", name="stdout", text=text)


def notebook(*cells: tuple[str, int | None, Any]) -> Any:
    return new_notebook(cells=[new_code_cell(source, execution_count=count, outputs=[output]) for source, count, output in cells])


@pytest.fixture
def desk(tmp_path: Path) -> FileContentsManager:
    """Jupyter's own file manager with the hook that `ansinh lab` sets."""
    (tmp_path / "ban-lam-viec").mkdir()
    return FileContentsManager(root_dir=str(tmp_path), pre_save_hook=HOOK)


def saved(desk: FileContentsManager, path: str, content: Any) -> Any:
    """Save as JupyterLab does and read what lies on the disk."""
    desk.save({"type": "notebook", "format": "json", "content": json.loads(nbformat.writes(content))}, path)
    return nbformat.read(Path(desk.root_dir) / path, as_version=4)


def texts(content: Any) -> list[str]:
    return [json.dumps(cell.outputs, ensure_ascii=False) for cell in content.cells]


def test_the_mark_is_the_same_in_all_rooms() -> None:
    assert MARK == RESTRICTED == SEALED


def test_a_shipped_notebook_is_saved_without_outputs_counts_and_traces_of_the_machine(desk: FileContentsManager) -> None:
    content = notebook(("1 + 1", 7, printed("2")))
    content.metadata.language_info = {"name": "python", "version": "3.11.7"}
    content.cells[0].metadata = {"tags": ["parameters"], "collapsed": True}
    found = saved(desk, "district_coverage.ipynb", content)
    assert found.cells[0].outputs == []
    assert found.cells[0].execution_count is None
    assert found.cells[0].metadata == {"tags": ["parameters"]}
    assert found.metadata.language_info == {"name": "python"}


@pytest.mark.parametrize("path", sorted((ROOT / "notebooks").glob("*.ipynb")), ids=lambda path: path.stem)
def test_opening_and_saving_a_shipped_notebook_changes_no_byte(desk: FileContentsManager, path: Path) -> None:
    saved(desk, path.name, nbformat.read(path, as_version=4))
    assert (Path(desk.root_dir) / path.name).read_bytes() == path.read_bytes()


def test_a_working_copy_keeps_what_shows_nobody(desk: FileContentsManager) -> None:
    found = saved(desk, "ban-lam-viec/a.ipynb", notebook(("1 + 1", 1, printed("2")), ("records", 2, table("masked"))))
    assert "2" in texts(found)[0]
    assert RESTRICTED in texts(found)[1]


def test_revealed_rows_and_all_that_ran_after_them_are_taken_out(desk: FileContentsManager) -> None:
    content = notebook(
        ("audit.coverage.answer()", 1, printed("88,9 %")),
        ("print(rows.frame)", 3, printed(SECRET)),
        ("rows = show(); rows", 2, table("revealed")),
    )
    found = saved(desk, "ban-lam-viec/a.ipynb", content)
    assert "88,9 %" in texts(found)[0]
    assert [SECRET in text for text in texts(found)] == [False, False, False]
    assert TAKEN_OUT.strip() in found.cells[2].outputs[0].text


def test_rows_revealed_into_a_variable_are_known_by_their_source(desk: FileContentsManager) -> None:
    content = notebook(
        ('rows = audit.check("V07").records(reveal=True, reason="x")\nprint("ok")', 4, printed("ok")),
        ("print(rows)", 5, printed(SECRET)),
    )
    assert not any(SECRET in text for text in texts(saved(desk, "ban-lam-viec/a.ipynb", content)))


@pytest.mark.parametrize("number", ["001045012345", "012345678", "0912345678"])
def test_a_persons_number_is_taken_out_wherever_it_is_printed(desk: FileContentsManager, number: str) -> None:
    found = saved(desk, "ban-lam-viec/a.ipynb", notebook(("print(x)", 1, printed(f"số {number}"))))
    assert number not in json.dumps(found)


def test_saving_twice_changes_nothing_more(desk: FileContentsManager) -> None:
    once = saved(desk, "ban-lam-viec/a.ipynb", notebook(("records(reveal=True, reason='x')", 1, table("revealed")), ("2", 9, printed("2"))))
    assert saved(desk, "ban-lam-viec/a.ipynb", once) == once


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "notebooks").mkdir()
    return tmp_path


def test_a_commit_with_outputs_in_notebooks_is_refused_and_can_be_mended(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    nbformat.write(notebook(("1", 1, printed("1"))), "notebooks/a.ipynb")
    assert saving.main(["notebooks/a.ipynb"]) == 1
    assert re.search("holds outputs .* Run `make format`", capsys.readouterr().err)
    assert saving.main(["--write", "notebooks/a.ipynb"]) == 0
    assert saving.main(["notebooks/a.ipynb"]) == 0


def test_a_commit_with_persons_in_any_notebook_is_refused(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    nbformat.write(notebook(("1", 1, table("revealed"))), "mine.ipynb")
    assert saving.main(["mine.ipynb"]) == 1
    said = capsys.readouterr().err
    assert "mine.ipynb" in said
    assert SECRET not in said


def test_no_notebook_of_the_repository_holds_what_must_not_be_stored() -> None:
    paths = [*(ROOT / "notebooks").glob("*.ipynb"), *(ROOT / "tests" / "notebooks").glob("*.ipynb")]
    assert len(paths) > 10
    assert [reason for path in paths for reason in saving.refusals(path, path.relative_to(ROOT).as_posix())] == []
