"""One list at a time through the real reader: what was kept, mended, held back, and what the file's line says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest

from ansinh.campaign import KINDS, Workspace
from ansinh.intake.files import FileLoad, Job, read_file

ROOT = Path(__file__).parents[3]


@dataclass(frozen=True)
class Reading:
    """What one file gave."""

    load: FileLoad
    rows: pd.DataFrame
    mends: pd.DataFrame
    quarantine: pd.DataFrame

    @property
    def messages(self) -> str:
        return " ".join([self.load.message, *(sheet.message for sheet in self.load.sheets)])

    def mended(self, field: str) -> dict[str, str]:
        """Original → rule, of one field."""
        if self.mends.empty:
            return {}
        chosen = self.mends[self.mends["field"] == field]
        return dict(zip(chosen["original"], chosen["rule"], strict=True))


Read = Callable[..., Reading]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Read one file as a list of Quận Ba Đình of the demo campaign."""
    workspace = Workspace(ROOT)
    campaign = workspace.campaign()

    def read_it(path: Path, kind: str = "beneficiaries") -> Reading:
        assert kind in KINDS
        job = Job(ROOT, campaign, kind, path, f"danh-sach/{path.name}", tmp_path / "cache", False)
        load, folder = read_file(job)

        def table(name: str) -> pd.DataFrame:
            file = folder / f"{name}.parquet"
            return pd.read_parquet(file) if file.is_file() else pd.DataFrame()

        return Reading(load, table(kind), table("mends"), table("quarantine"))

    return read_it
