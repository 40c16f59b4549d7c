"""What stands in a store: where its files lie, and which step has made them of what. Needs no engine."""

from __future__ import annotations

import json
import os
import re
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ansinh.errors import EngineError
from ansinh.store.tables import PERSONS, WITHHELD, Table

_SAFE_UNIT = re.compile(r"^[A-Za-z0-9_-]{1,32}$")


def part(store: Path, table: Table, unit: str) -> Path:
    """Return the Parquet file of one table and unit; raises EngineError for a unit that is no plain code."""
    if not _SAFE_UNIT.match(unit):
        raise EngineError(f"{table.name}: a unit's code must be letters and digits.")
    return store / table.name / f"unit={unit}" / "part.parquet"


def snapshots(folder: Path) -> list[Path]:
    """Return the folders of a campaign's snapshots in `folder`, each named by its as-of date (YYYY-MM-DD), oldest first."""
    return sorted(folder.glob("????-??-??"))


def earlier(snapshot: Path) -> list[Path]:
    """Return the folders of the snapshots before this one, oldest first: stores, or what was made of them."""
    return [other for other in snapshots(snapshot.parent) if other.name < snapshot.name]


def has_findings(store: Path) -> bool:
    """Tell whether `ansinh check` has run on this store."""
    return (store / PERSONS.name).is_dir()


def has_withheld(store: Path) -> bool:
    """Tell whether it has been decided what must not be shown of this store."""
    return (store / WITHHELD.name).is_dir()


def sign(store: Path, step: str, signature: str, told: Mapping[str, Any] | None = None) -> None:
    """Note, as a step's last act, the signature of the inputs it has made this store from, and what it told of it (counts, no values)."""
    store.mkdir(parents=True, exist_ok=True)
    draft = store / f".{step}.{uuid.uuid4().hex}"
    draft.write_text(f"{signature}\n{json.dumps(told or {}, ensure_ascii=False)}", encoding="utf-8")
    os.replace(draft, store / f".{step}")


def unsign(store: Path, step: str) -> None:
    """Take the note back before a step begins to write."""
    (store / f".{step}").unlink(missing_ok=True)


def signature_of(store: Path, step: str) -> str:
    """Return the signature a step has left, "" when it has not run to its end."""
    path = store / f".{step}"
    return path.read_text(encoding="utf-8").partition("\n")[0] if path.is_file() else ""


def signed(store: Path, step: str, signature: str) -> bool:
    """Tell whether a step ("intake", "check") has made this store from inputs of just this signature."""
    return bool(signature) and signature_of(store, step) == signature


def told(store: Path, step: str, signature: str) -> dict[str, Any] | None:
    """Return what a step told when it made this store from inputs of just this signature; None when it has not, or left no such note."""
    if not signed(store, step, signature):
        return None
    try:
        return dict(json.loads((store / f".{step}").read_text(encoding="utf-8").partition("\n")[2]))
    except ValueError:
        return None
