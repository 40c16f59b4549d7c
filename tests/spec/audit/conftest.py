"""A city of a few hand-made persons: what every page must say can be told by looking at the rows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from ansinh import store
from ansinh.audit import Audit, open_audit
from ansinh.campaign import Workspace

AS_OF = dt.date(2024, 1, 14)
UNIT, OTHER = "001", "002"

BASE: dict[str, Any] = {
    "unit": UNIT,
    "commune": "00001",
    "village": "Tổ dân phố số 1",
    "policy_group": "protection",
    "sex": "female",
    "age": 70,
    "entitlements": 1,
    "amount": 440_000,
    "complete": True,
    "verified": True,
    "clean": True,
    "ready": True,
    "has_account": True,
    "account_owner": "own",
    "usable_account": True,
    "account_opened_at": dt.datetime(2023, 12, 20, 9),
    "account_bank": "VCB",
    "account_channel": "branch",
    "declined": False,
    "declined_confirmed": False,
    "payment": "account",
    "paid_account": 440_000,
    "paid_cash": 0,
    "returned": 0,
    "blocker": None,
    "blocker_who": None,
}
NO_ACCOUNT: dict[str, Any] = {
    **{"has_account": False, "account_owner": None, "usable_account": False, "account_opened_at": None, "account_bank": None},
    **{"account_channel": None, "payment": "cash", "paid_account": 0, "paid_cash": 440_000},
}
UNPAID: dict[str, Any] = {"payment": "none", "paid_account": 0, "paid_cash": 0}

Group = tuple[int, dict[str, Any]]
"""So many persons who differ from the base person in these columns."""
Opener = Callable[..., Audit]


def write_persons(workspace: Workspace, groups: list[Group], as_of: dt.date = AS_OF) -> None:
    """Write a judged store of such persons, without findings."""
    folder = workspace.store(workspace.campaign(), as_of)
    rows = [{**BASE, **differs, "person_id": f"{at}-{number}"} for at, (count, differs) in enumerate(groups) for number in range(count)]
    frame = pd.DataFrame(rows)
    (folder / store.PERSONS.name).mkdir(parents=True)
    for unit, part in frame.groupby("unit") if len(frame) else ():
        store.write(folder, store.PERSONS, part, str(unit))


@pytest.fixture
def opened(empty_workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> Opener:
    """Open the audit of a city of the given groups of persons."""

    def open_it(groups: list[Group], unit: str = UNIT, as_of: dt.date = AS_OF, **changes: str) -> Audit:
        file: Path = empty_workspace.campaign_file("hanoi-tet-2024")
        text = file.read_text(encoding="utf-8")
        for key, value in changes.items():
            text = "\n".join(f"{key}: {value}" if line.startswith(f"{key}:") else line for line in text.split("\n"))
        file.write_text(text, encoding="utf-8")
        write_persons(empty_workspace, groups, as_of)
        # Nothing further withheld: these audits are about words and figures, not about what tables tell of each other.
        (empty_workspace.store(empty_workspace.campaign(), as_of) / store.WITHHELD.name).mkdir(exist_ok=True)
        monkeypatch.setenv("ANSINH_WORKSPACE", str(empty_workspace.root))
        return open_audit("hanoi-tet-2024", unit, as_of.isoformat())

    return open_it
