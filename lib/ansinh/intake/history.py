"""Load history: what was read when. One line per file that came, changed or left, appended to data/<campaign>/loads.jsonl.

The store itself holds no time, so that the same files give the same bytes. The history holds no value of a list.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from ansinh.intake.known import FileLoad

NAME = "loads.jsonl"


@dataclass(frozen=True)
class Entry:
    """One file at one load: `event` is loaded, replaced, refused or removed; the counts are data rows."""

    time: str
    as_of: str
    event: str
    kind: str
    file: str
    sha256: str
    rows_read: int
    rows_kept: int
    rows_quarantined: int

    @property
    def _state(self) -> tuple[object, ...]:
        return self.event == "refused", self.sha256, self.rows_read, self.rows_kept, self.rows_quarantined


def read_history(data: Path) -> Iterator[Entry]:
    """Yield the entries of a campaign's data folder, oldest first."""
    path = data / NAME
    if path.is_file():
        for line in path.read_text(encoding="utf-8").splitlines():
            yield Entry(**json.loads(line))


def note(data: Path, as_of: str, loads: Sequence[FileLoad]) -> None:
    """Append what differs from the last load of the same as-of date; nothing when nothing does."""
    last = {(entry.kind, entry.file): entry for entry in read_history(data) if entry.as_of == as_of}
    now = time.strftime("%Y-%m-%dT%H:%M:%S%z")
    new = []
    for file in loads:
        before = last.pop((file.kind, file.path), None)
        known = before is not None and before.event != "removed"
        event = "refused" if file.status == "refused" else "replaced" if known else "loaded"
        counts = (file.rows_read, file.rows_kept, file.rows_quarantined)
        entry = Entry(now, as_of, event, file.kind, file.path, file.sha256, *counts)
        if not (known and before and before._state == entry._state):
            new.append(entry)
    gone = [entry for entry in last.values() if entry.event != "removed"]
    new += [Entry(now, as_of, "removed", entry.kind, entry.file, entry.sha256, 0, 0, 0) for entry in gone]
    if new:
        with (data / NAME).open("a", encoding="utf-8") as log:
            log.writelines(json.dumps(asdict(entry), ensure_ascii=False) + "\n" for entry in new)
