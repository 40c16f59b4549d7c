"""What earlier builds made, by all it was made of: a page whose inputs are the same is not made again. All or nothing, like the site."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import TracebackType

ROOMS = ("site", "show")
"""Rooms whose code decides what is made here; other code is in the sealed notebooks already."""


@cache
def code() -> str:
    """Hash the code, templates and theme that dressing and rendering depend on."""
    digest = hashlib.sha256()
    package = Path(__file__).parents[1]
    for room in ROOMS:
        for path in sorted(path for path in (package / room).rglob("*") if path.is_file() and path.suffix != ".pyc"):
            digest.update(path.relative_to(package).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()


def key(*parts: str | bytes) -> str:
    """Return the key of what is made of these parts and this code."""
    digest = hashlib.sha256(code().encode())
    for part in parts:
        content = part.encode() if isinstance(part, str) else part
        digest.update(len(content).to_bytes(8, "big") + content)
    return digest.hexdigest()


class Memory:
    """A store of made files by key, in one SQLite file; without a path it keeps nothing.

    Used as a context: what was made is kept, and what no longer was used forgotten, only when no error leaves the context. So nothing
    that the gate refused is ever kept.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._db: sqlite3.Connection | None = None
        self._used: set[str] = set()
        if path is not None:
            try:
                self._open(path)
            except sqlite3.DatabaseError:
                path.unlink()
                self._open(path)

    def _open(self, path: Path) -> None:
        self._db = sqlite3.connect(path)
        self._db.execute("CREATE TABLE IF NOT EXISTS kept (key TEXT, name TEXT, content BLOB, PRIMARY KEY (key, name))")

    def get(self, key: str) -> dict[str, bytes]:
        """Return the files kept under a key, none when nothing is."""
        if self._db is None:
            return {}
        self._used.add(key)
        return dict(self._db.execute("SELECT name, content FROM kept WHERE key = ?", (key,)))

    def put(self, key: str, files: Mapping[str, bytes]) -> None:
        """Keep files under a key."""
        if self._db is not None:
            self._used.add(key)
            self._db.execute("DELETE FROM kept WHERE key = ?", (key,))
            self._db.executemany("INSERT INTO kept VALUES (?, ?, ?)", [(key, name, content) for name, content in files.items()])

    def __enter__(self) -> Memory:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._db is None:
            return
        if kind is None:
            known = {row[0] for row in self._db.execute("SELECT DISTINCT key FROM kept")}
            self._db.executemany("DELETE FROM kept WHERE key = ?", [(one,) for one in known - self._used])
            self._db.commit()
        self._db.close()
