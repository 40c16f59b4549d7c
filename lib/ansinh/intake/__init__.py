"""Officials' files → canonical tables, with original value, file, sheet and row kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ansinh.doors import on_first_use
from ansinh.intake.known import FileLoad
from ansinh.intake.load import LoadReport, load

if TYPE_CHECKING:
    from ansinh.intake.explaining import campaign_of, explain
    from ansinh.intake.history import read_history
    from ansinh.intake.ledger import counts, write_list

__all__ = ["FileLoad", "LoadReport", "campaign_of", "counts", "explain", "load", "read_history", "write_list"]

__getattr__ = on_first_use(
    __name__,
    {
        "ansinh.intake.explaining": ("campaign_of", "explain"),
        "ansinh.intake.history": ("read_history",),
        "ansinh.intake.ledger": ("counts", "write_list"),
    },
)
