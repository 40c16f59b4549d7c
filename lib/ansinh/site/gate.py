"""The gate: reads every byte that is to be published and refuses what `wanted` knows must not leave.

It runs over the sealed notebooks before they are staged, so that a bare `quarto render` is safe, and again over the rendered bytes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ansinh.campaign import Campaign, Workspace
from ansinh.errors import GateRefusal
from ansinh.site.memory import Memory, key
from ansinh.site.texts import Unreadable, texts_of
from ansinh.site.wanted import NAME, Wanted

SHIPPED = Path(__file__).with_name("theme")
"""Files that are ours, to the byte, need not be text: fonts and their licences."""
LISTS = ("beneficiaries", "register_matches", "accounts", "payments", "corrections")
"""Tables of the store that hold what identifies persons."""
SHOWN_REFUSALS = 20
REACH = 12
"""Words of the lines before and of the next one's beginning that are read together, for a name broken over lines."""


@dataclass(frozen=True)
class Leak:
    """One thing that must not be published: file, line and what kind it is; never the value, not in a file's name either."""

    file: str
    line: int
    kind: str

    def __str__(self) -> str:
        return f"{self.file}, line {self.line}: {self.kind}"


class Gate:
    """Knows what must not be published of one snapshot: built once, used before and after rendering."""

    def __init__(self, workspace: Workspace, campaign: Campaign, memory: Memory | None = None) -> None:
        """Read the snapshot's lists; raises NotReady when there are none. `memory` knows what earlier builds found clean."""
        self.root = workspace.root.as_posix()
        self._wanted = Wanted(workspace, campaign)
        # A file is as clean as it was as long as the lists it was held against, and this code, are the same.
        self._memory, self._key = memory or Memory(), key("clean", self.root, *_lists(workspace, campaign))
        before = self._memory.get(self._key).get("digests", b"")
        self._known, self._seen = {before[at : at + 32] for at in range(0, len(before), 32)}, set[bytes]()
        # What was read once and found clean (a download before and after rendering, the same heading on every page) is not read again.
        self._clean: dict[bytes, tuple[str, str]] = {}
        self._clean_texts: set[bytes] = set()

    def check(self, folder: Path, files: Iterable[Path] | None = None) -> None:
        """Read every file below `folder` (or `files`); raises GateRefusal naming file, line and kind when anything is found."""
        leaks: list[Leak] = []
        for path in sorted(files if files is not None else (found for found in folder.rglob("*") if not found.is_dir())):
            leaks += self.leaks(path, path.relative_to(folder).as_posix())
        if leaks:
            listed = "\n".join(f"  {leak}" for leak in leaks[:SHOWN_REFUSALS])
            raise GateRefusal(f"The gate refused to publish: {len(leaks)} places hold what must not leave. The old site stays.\n{listed}")
        self._memory.put(self._key, {"digests": b"".join(sorted(self._seen))})

    def leaks(self, path: Path, name: str) -> Iterator[Leak]:
        """Yield what must not be published in one file, its name included; `name` is its path from the site's root."""
        told = self._spoken(name)
        if told != name:
            yield Leak(told, 0, "a file's name that must not leave")
        if path.is_symlink():
            yield Leak(told, 0, "a link to another file")
            return
        content = path.read_bytes()
        digest = hashlib.sha256(path.suffix.encode() + b"|" + content).digest()
        if hashlib.sha256(content).digest() in _shipped() or digest in self._seen:
            return
        found = [] if digest in self._known else list(self._content(told, name, content))
        yield from found
        if not found:
            self._seen.add(digest)

    def _content(self, told: str, name: str, content: bytes) -> Iterator[Leak]:
        try:
            for text in texts_of(name, content):
                yield from (Leak(told, at, kind) for at, kind in self.read(text))
        except Unreadable as error:
            yield Leak(told, 0, str(error))

    def read(self, text: str) -> Iterator[tuple[int, str]]:
        """Yield (line, kind) of what must not leave in a text; raises Unreadable for an embedded picture that cannot be read."""
        digest = hashlib.sha256(text.encode("utf-8", "replace")).digest()
        if digest in self._clean_texts:
            return
        tail, clean = "", True
        for number, line in enumerate(text.split("\n"), 1):
            found, ends = self._line(line)
            if tail and ends[0] and self._wanted.named(f"{tail} {ends[0]}"):
                found = found | {NAME}
            clean = clean and not found
            yield from ((number, kind) for kind in sorted(found))
            tail = " ".join(f"{tail} {ends[1]}".split()[-REACH:])
        if clean:
            self._clean_texts.add(digest)

    def _line(self, line: str) -> tuple[set[str], tuple[str, str]]:
        """Return what a line holds, and its first and last words."""
        if not line.strip():
            return set(), ("", "")
        digest = hashlib.blake2b(line.encode("utf-8", "replace"), digest_size=16).digest()
        if digest in self._clean:
            return set(), self._clean[digest]
        found, phrase = self._wanted.kinds(line)
        words = phrase.split()
        ends = " ".join(words[:REACH]), " ".join(words[-REACH:])
        if not found:
            self._clean[digest] = ends
        return found, ends

    def _spoken(self, name: str) -> str:
        """Return a file's path with every part that itself must not leave replaced."""
        if not self._wanted.kinds(name)[0]:
            return name
        return "/".join("…" if self._wanted.kinds(part)[0] else part for part in name.split("/")) if "/" in name else "…"


@cache
def _shipped() -> frozenset[bytes]:
    return frozenset(hashlib.sha256(path.read_bytes()).digest() for path in SHIPPED.rglob("*") if path.is_file())


def _lists(workspace: Workspace, campaign: Campaign) -> Iterator[bytes]:
    """Yield hashes of the lists that nothing published may tell, and of the names of places, which may be told."""
    folder = workspace.store(campaign, campaign.as_of)
    for table in LISTS:
        for path in sorted((folder / table).rglob("*.parquet")):
            yield hashlib.sha256(path.read_bytes()).digest()
    yield repr(workspace.register(campaign).units).encode()
