"""What is known of a source file without reading it again: by its content and the rules, its rows lie in the cache. Needs no engine."""

from __future__ import annotations

import hashlib
import json
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from ansinh import hashes
from ansinh.campaign import Campaign

UNREAD_SETTINGS = {
    "site",
    "notebooks",
    "demo",
    "audience",
    "disclosure",
    "documents",
    "obligations",
    "title",
    "authority",
    "exceptions",
    "checks",
}
"""Settings that no reading of a file depends on: what is made of its rows later."""


NAMED = 4
"""Names of sheets in one sentence."""
GRAVE_COUNT, GRAVE_SHARE = 5, 0.05
"""More values of a category than this, in count and in share, not understood: intake ends with exit code 1."""


@dataclass(frozen=True)
class SheetLoad:
    """One sheet as loaded: rows read = rows kept + rows quarantined. `unit` is the unit the sheet is from; what came of a file may be several."""

    sheet: str
    format: str
    message: str
    unit: str
    rows_read: int
    rows_kept: int
    rows_quarantined: int


@dataclass(frozen=True)
class NotRead:
    """Values of one column of a file that were not understood: `count` of `filled` cells.

    `filled` is known, and `words` may be told, of categories only: columns with few possible values (params/values.yml). The words are
    for the operator's own screen.
    """

    heading: str
    count: int
    filled: int
    category: bool
    words: tuple[str, ...] = ()

    @property
    def grave(self) -> bool:
        """Tell whether so much of a category was not understood that figures made of it would be wrong."""
        return self.category and self.count >= GRAVE_COUNT and self.count > self.filled * GRAVE_SHARE

    def __str__(self) -> str:
        told = f"{self.count:,} of {self.filled:,}" if self.category else f"{self.count:,}"
        return f"{told} «{self.heading}»" + (f" ({', '.join(self.words)})" if self.words else "")


class Reconciled(ABC):
    """Rows of several parts together (sheets of a file, files of a load): rows read = rows kept + rows quarantined."""

    @property
    @abstractmethod
    def parts(self) -> Sequence[SheetLoad | Reconciled]:
        """What it consists of."""

    @property
    def rows_read(self) -> int:
        """Data rows read in all parts."""
        return sum(part.rows_read for part in self.parts)

    @property
    def rows_kept(self) -> int:
        """Rows kept in all parts."""
        return sum(part.rows_kept for part in self.parts)

    @property
    def rows_quarantined(self) -> int:
        """Rows quarantined in all parts."""
        return sum(part.rows_quarantined for part in self.parts)


@dataclass(frozen=True)
class FileLoad(Reconciled):
    """One file as loaded or refused. `path` is relative to the sources folder; `message` says why it was refused."""

    path: str
    kind: str
    unit: str
    sha256: str
    bytes: int
    status: str
    message: str
    sheets: tuple[SheetLoad, ...] = field(default=())
    unread: tuple[NotRead, ...] = field(default=())

    @property
    def noticed(self) -> tuple[str, ...]:
        """What was noticed in its sheets, each sentence once, with its sheets where the file has several; no value of a list."""
        about: dict[str, list[str]] = {}
        for sheet in self.sheets:
            if sheet.message:
                about.setdefault(sheet.message, []).append(sheet.sheet)
        return tuple(f"{_sheets(names)}: {message}" if len(self.sheets) > 1 else message for message, names in about.items())

    @property
    def parts(self) -> Sequence[SheetLoad]:
        """The file's sheets."""
        return self.sheets


def _sheets(names: Sequence[str]) -> str:
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return f"sheet{'s' if len(names) > 1 else ''} {', '.join(names[:NAMED])}{more}"


@dataclass(frozen=True)
class Job:
    """What a worker needs to read one file."""

    root: Path
    campaign: Campaign
    kind: str
    path: Path
    relative: str
    cache: Path
    force: bool
    refusal: str = ""


@lru_cache(maxsize=4)
def rules_hash(root: Path, campaign: str) -> str:
    """Hash everything but the file that decides how a file is read: this room, identity, headings, words, banks, units, campaign."""
    digest = hashlib.sha256(campaign.encode())
    package = Path(__file__).parents[1]
    folders = (package / "intake", package / "identity", package / "store", root / "params" / "units")
    files = [path for folder in folders for path in sorted(folder.glob("*")) if path.is_file()]
    files += [root / "params" / name for name in ("headings.yml", "values.yml", "banks.csv") if (root / "params" / name).is_file()]
    for path in files:
        digest.update(f"{path.name} {hashes.of(path)}".encode())
    return digest.hexdigest()


def folder_of(job: Job, content: str) -> Path:
    """Return the folder of the cache for a file with this content (its SHA-256), read as this kind of list by today's rules."""
    rules = rules_hash(job.root, job.campaign.model_dump_json(by_alias=True, exclude=UNREAD_SETTINGS))
    return job.cache / hashlib.sha256(f"{content}|{job.relative}|{job.kind}|{rules}".encode()).hexdigest()[:32]


def loaded_in(folder: Path) -> FileLoad:
    """Return what was loaded of the file whose rows lie in this folder of the cache."""
    content = json.loads((folder / "load.json").read_text(encoding="utf-8"))
    unread = tuple(NotRead(**(item | {"words": tuple(item["words"])})) for item in content["unread"])
    return FileLoad(**(content | {"sheets": tuple(SheetLoad(**sheet) for sheet in content["sheets"]), "unread": unread}))


def known(job: Job) -> tuple[FileLoad, Path] | None:
    """Return what a file gave and the folder with its rows when it was read before; None when it must be read."""
    if job.force or job.refusal:
        return None
    try:
        folder = folder_of(job, hashes.of(job.path))
    except OSError:
        return None
    return (loaded_in(folder), folder) if folder.is_dir() else None
