"""SHA-256 of files, remembered as long as a file is surely the one that was hashed.

A file is the same while its size, modification time, change time and inode are. That could err only for a change within the same tick of
the file system's clock, so a hash is remembered only of a file that had been left alone for MARGIN when it was hashed (git calls the others
racily clean, and hashes them again too). Where the system keeps no change time (Windows), a file that is written in place with the same
size and then given its old time back passes for unchanged; `--force` makes everything anew all the same, `ansinh verify` reads every file.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

MARGIN = 2_500_000_000
"""Nanoseconds a file must have been left alone: the coarsest clock in use (FAT) ticks every two seconds."""
_FORMAT = 1

Stamp = tuple[int, int, int, int]

_known: dict[str, tuple[Stamp, str]] = {}
_probe: Path | None = None
_changed = False


def of(path: Path) -> str:
    """Return the SHA-256 of a file's content, from memory where it is surely unchanged; raises OSError as reading it would."""
    global _changed
    name, stamp = str(path), stamp_of(path)
    known = _known.get(name)
    if known is not None and known[0] == stamp:
        return known[1]
    # Asked before reading: whatever is written from now on bears a later time than the one noted.
    settled = max(stamp[1], stamp[2]) < _now() - MARGIN
    digest = anew(path)
    if settled:
        _known[name] = (stamp, digest)
        _changed = True
    elif known is not None:
        del _known[name]
        _changed = True
    return digest


def anew(path: Path) -> str:
    """Return the SHA-256 of a file's content (64 hexadecimal digits), read now; raises OSError as reading it does."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def stamp_of(path: Path) -> Stamp:
    """Return what changes whenever a file does: size (bytes), modification and change time (ns), inode."""
    found = path.stat()
    return found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino


@contextlib.contextmanager
def kept(memory: Path) -> Iterator[None]:
    """Remember hashes from one command to the next in the file `memory` (restricted: a small table's hash lets a guess be confirmed)."""
    global _probe, _changed
    outer, _probe = _probe, memory.with_name(f".{memory.name}.{uuid.uuid4().hex}")
    _known.clear()
    _known.update(_read(memory))
    _changed = False
    try:
        yield
    finally:
        if _changed:
            _write(memory, _probe)
        _probe.unlink(missing_ok=True)
        _probe = outer


def _now() -> int:
    """Return the time as the file system tells it, which on a network drive need not be this machine's; at most this machine's."""
    here = time.time_ns()
    if _probe is None:
        return here
    try:
        _probe.touch(mode=0o600)
        return min(here, _probe.stat().st_mtime_ns)
    except OSError:
        return here


def _read(memory: Path) -> dict[str, tuple[Stamp, str]]:
    try:
        found = json.loads(memory.read_text(encoding="utf-8"))
        if found["format"] != _FORMAT:
            return {}
        return {
            name: ((size, modified, changed, inode), digest) for name, (size, modified, changed, inode, digest) in found["files"].items()
        }
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def _write(memory: Path, draft: Path) -> None:
    """Write the memory whole or not at all; without it the next command hashes anew, so no failure stops anybody."""
    files = {name: [*stamp, digest] for name, (stamp, digest) in sorted(_known.items()) if os.path.exists(name)}
    with contextlib.suppress(OSError):
        draft.touch(mode=0o600)
        draft.write_text(json.dumps({"format": _FORMAT, "files": files}, separators=(",", ":")), encoding="utf-8")
        draft.replace(memory)
