"""A file's hash is remembered only while the file is surely the one that was hashed: no change is ever overlooked for the sake of speed."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest

from ansinh import hashes


@pytest.fixture(autouse=True)
def forgetful(monkeypatch: pytest.MonkeyPatch) -> None:
    """Begin with an empty memory."""
    monkeypatch.setattr(hashes, "_known", {})


@pytest.fixture
def settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take every file for one that was left alone for long: nothing but its stamp can then tell a change."""
    monkeypatch.setattr(hashes, "MARGIN", -(10**12))


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the files that were really read, in order."""
    names: list[str] = []
    monkeypatch.setattr(hashes, "anew", lambda path, anew=hashes.anew: names.append(path.name) or anew(path))
    return names


def written(path: Path, text: str, modified: int | None = None) -> Path:
    path.write_text(text, encoding="utf-8")
    if modified is not None:
        os.utime(path, ns=(modified, modified))
    return path


def test_a_file_just_written_is_read_again_each_time_for_it_may_change_within_the_tick(tmp_path: Path, read: list[str]) -> None:
    file = written(tmp_path / "a", "one")
    assert hashes.of(file) == hashes.of(file)
    assert read == ["a", "a"]


def test_a_file_replaced_within_the_same_tick_by_one_of_the_same_size_is_seen(tmp_path: Path) -> None:
    file = written(tmp_path / "a", "one")
    tick, first = file.stat().st_mtime_ns, hashes.of(file)
    written(file, "two", tick)
    assert file.stat().st_mtime_ns == tick
    assert hashes.of(file) != first


@pytest.mark.usefixtures("settled")
def test_a_file_left_alone_is_read_once(tmp_path: Path, read: list[str]) -> None:
    file = written(tmp_path / "a", "one")
    assert hashes.of(file) == hashes.of(file)
    assert read == ["a"]


@pytest.mark.usefixtures("settled")
@pytest.mark.skipif(os.name == "nt", reason="Windows keeps no change time")
@pytest.mark.parametrize("how", ["in place", "another file"])
def test_a_file_given_its_old_size_and_time_back_is_seen_by_its_change_time_or_inode(tmp_path: Path, how: str) -> None:
    file = written(tmp_path / "a", "one", 10**18)
    first = hashes.of(file)
    if how == "in place":
        written(file, "two", 10**18)
    else:
        written(tmp_path / "b", "two", 10**18).replace(file)
    assert (file.stat().st_size, file.stat().st_mtime_ns) == (3, 10**18)
    assert hashes.of(file) != first


@pytest.mark.usefixtures("settled")
def test_from_one_command_to_the_next_hashes_are_kept_in_a_restricted_file(tmp_path: Path, read: list[str]) -> None:
    file, memory = written(tmp_path / "a", "one"), tmp_path / "hashes.json"
    with hashes.kept(memory):
        first = hashes.of(file)
    assert [path.name for path in tmp_path.iterdir() if path not in (file, memory)] == []
    assert stat.S_IMODE(memory.stat().st_mode) == 0o600
    with hashes.kept(memory):
        assert hashes.of(file) == first
    assert read == ["a"]
    written(file, "two")
    with hashes.kept(memory):
        assert hashes.of(file) != first


@pytest.mark.usefixtures("settled")
@pytest.mark.parametrize("content", ["", "{", "[]", '{"format": 0, "files": {}}', '{"format": 1, "files": {"a": [1]}}'])
def test_a_broken_memory_is_no_memory(tmp_path: Path, content: str) -> None:
    file, memory = written(tmp_path / "a", "one"), written(tmp_path / "hashes.json", content)
    with hashes.kept(memory):
        assert hashes.of(file) == hashes.anew(file)
    assert list(json.loads(memory.read_text(encoding="utf-8"))["files"]) == [str(file)]


def test_files_hashed_right_after_they_were_written_are_not_kept(tmp_path: Path) -> None:
    file, memory = written(tmp_path / "a", "one"), tmp_path / "hashes.json"
    with hashes.kept(memory):
        hashes.of(file)
    assert not memory.exists()


def test_a_file_that_is_gone_is_an_error_as_reading_it_would_be(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        hashes.of(tmp_path / "nothing")
