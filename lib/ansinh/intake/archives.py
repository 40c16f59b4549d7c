"""Zipped folders of lists: unpacked into the restricted cache, each list then read like any other file."""

from __future__ import annotations

import hashlib
import shutil
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from ansinh.intake.inside import MAX_INFLATED
from ansinh.intake.sheets import TABLES, TEXTS, WORKBOOKS

UNPACKED = "unpacked"
"""Folder of the cache for unpacked lists."""
LISTS = WORKBOOKS | TEXTS | TABLES
MAX_MEMBERS = 5_000


@dataclass(frozen=True)
class Member:
    """One list of a zipped folder: where it was unpacked to, its name as reports tell it, why it was refused ("" when it was not)."""

    path: Path
    relative: str
    refusal: str = ""


def unpack(path: Path, relative: str, cache: Path) -> Iterator[Member]:
    """Yield the lists in a .zip file, unpacked under `cache` by a name of ours, so that no name in the archive can lead elsewhere.

    A damaged, locked or oversized archive is one refused member that says what to do.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            there = [item for item in archive.infolist() if _is_sent(item)]
            items = [item for item in there if _name(item).suffix.lower() in LISTS]
            if len(items) > MAX_MEMBERS or sum(item.file_size for item in items) > MAX_INFLATED:
                yield Member(
                    path, relative, f"{relative} unpacks to more than 2 GiB or {MAX_MEMBERS} lists. Send the lists in several parts."
                )
                return
            if any(item.flag_bits & 1 for item in items):
                yield Member(path, relative, f"{relative} is protected by a password. Send it without one.")
                return
            stamp = f"{path.stat().st_size}-{path.stat().st_mtime_ns}"
            folder = cache / UNPACKED / hashlib.sha256(f"{relative}|{stamp}".encode()).hexdigest()[:16]
            for number, item in enumerate(sorted(items, key=lambda item: item.filename), 1):
                name = _name(item)
                target = folder / f"{number:04}{name.suffix.lower()}"
                if not target.is_file():
                    _copy(archive, item, target)
                yield Member(target, f"{relative}/{name.name}")
            for item in sorted((item for item in there if item not in items), key=lambda item: item.filename):
                yield Member(path, f"{relative}/{_name(item).name}", _no_list(f"{relative}/{_name(item).name}"))
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError):
        yield Member(path, relative, f"{relative} is damaged or is no zipped folder. Zip it again.")


def _name(item: zipfile.ZipInfo) -> PurePosixPath:
    return PurePosixPath(item.filename.replace("\\", "/"))


def _is_sent(item: zipfile.ZipInfo) -> bool:
    """Tell whether somebody meant to send this: no folder, and nothing that Excel, macOS or Windows leave behind."""
    name = _name(item)
    return not item.is_dir() and not name.name.startswith(("~$", ".", "Thumbs.db", "desktop.ini")) and "__MACOSX" not in name.parts


def _no_list(name: str) -> str:
    if name.lower().endswith(".zip"):
        return f"{name} is a zipped folder inside another. Unzip it and send its lists."
    return f"{name}: files ending in {PurePosixPath(name).suffix or 'nothing'} are not lists. Save it as .xlsx or .csv."


def _copy(archive: zipfile.ZipFile, item: zipfile.ZipInfo, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_suffix(".part")
    with archive.open(item) as source, draft.open("wb") as file:
        shutil.copyfileobj(source, file, 1 << 20)
    draft.replace(target)
