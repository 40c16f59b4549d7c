"""What was made before is not made again, and what was refused is never kept."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ansinh.campaign import Campaign, Workspace
from ansinh.site import dress as room
from ansinh.site import embedded
from ansinh.site.dress import Page, dress
from ansinh.site.memory import Memory, key
from tests.site.small_project import PAGES, ROOT, lay


@pytest.fixture
def campaign() -> Campaign:
    return Workspace(ROOT).campaign()


def test_what_was_used_is_kept_and_what_was_not_is_forgotten(tmp_path: Path) -> None:
    with Memory(tmp_path / "kept") as memory:
        memory.put("one", {"a": b"1", "b": b"2"})
        memory.put("two", {"a": b"3"})
    with Memory(tmp_path / "kept") as memory:
        assert memory.get("one") == {"a": b"1", "b": b"2"}
    with Memory(tmp_path / "kept") as memory:
        assert memory.get("two") == {}
        assert memory.get("one") == {"a": b"1", "b": b"2"}


def test_nothing_of_a_failed_build_is_kept(tmp_path: Path) -> None:
    def build() -> None:
        with Memory(tmp_path / "kept") as memory:
            memory.put("one", {"a": b"1"})
            raise ValueError("refused")

    with pytest.raises(ValueError, match="refused"):
        build()
    with Memory(tmp_path / "kept") as memory:
        assert memory.get("one") == {}


def test_a_damaged_store_is_made_anew(tmp_path: Path) -> None:
    (tmp_path / "kept").write_bytes(b"no database" * 1000)
    with Memory(tmp_path / "kept") as memory:
        memory.put("one", {"a": b"1"})
        assert memory.get("one") == {"a": b"1"}


def test_keys_tell_parts_apart() -> None:
    assert key("ab", "c") != key("a", "bc")


def pages(folder: Path) -> list[Page]:
    return [Page(address, json.loads((folder / f"{address}.ipynb").read_text(encoding="utf-8"))) for address in PAGES]


def test_only_a_changed_page_is_dressed_again(tmp_path: Path, campaign: Campaign, monkeypatch: pytest.MonkeyPatch) -> None:
    staged = lay(tmp_path / "staged")
    with Memory(tmp_path / "kept") as memory:
        first = dict(dress(pages(staged), campaign, "phuong-phap", memory))
    dressed: list[str] = []
    monkeypatch.setattr(room, "_dress", lambda task, make=room._dress: dressed.append(task.page.address) or make(task))
    with Memory(tmp_path / "kept") as memory:
        assert dict(dress(pages(staged), campaign, "phuong-phap", memory)) == first
    assert dressed == []
    changed = pages(staged)
    changed[-1].notebook["cells"][1]["source"] = "## Khác"
    with Memory(tmp_path / "kept") as memory:
        dict(dress(changed, campaign, "phuong-phap", memory))
    assert dressed == [changed[-1].address]


def test_only_a_changed_document_is_read_again_and_the_pages_are_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    staged = lay(tmp_path / "staged")
    with Memory(tmp_path / "kept") as memory:
        embedded.render(staged, tmp_path / "one", memory=memory)
    read: list[str] = []
    monkeypatch.setattr(embedded, "read_page", lambda path, make=embedded.read_page, **how: read.append(path.stem) or make(path, **how))
    with Memory(tmp_path / "kept") as memory:
        embedded.render(staged, tmp_path / "two", memory=memory)
    # The city page shows a file of the project, which may have gone: it is read every time.
    assert read == ["index"]
    names = sorted(path.relative_to(tmp_path / "one") for path in (tmp_path / "one").rglob("*") if path.is_file())
    assert names == sorted(path.relative_to(tmp_path / "two") for path in (tmp_path / "two").rglob("*") if path.is_file())
    assert all((tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes() for name in names)


def test_many_pages_over_several_processes_are_the_same_pages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from ansinh.site import cores

    staged = lay(tmp_path / "staged")
    embedded.render(staged, tmp_path / "one")
    monkeypatch.setattr(cores, "FEW", 0)
    embedded.render(staged, tmp_path / "two", jobs=2)
    for path in (tmp_path / "one").rglob("*.html"):
        assert path.read_bytes() == (tmp_path / "two" / path.relative_to(tmp_path / "one")).read_bytes()
