"""Officials' files → canonical tables, with original value, file, sheet and row kept."""

from ansinh.intake.explain import explain
from ansinh.intake.files import FileLoad
from ansinh.intake.history import read_history
from ansinh.intake.ledger import counts, write_list
from ansinh.intake.load import LoadReport, load

__all__ = ["FileLoad", "LoadReport", "counts", "explain", "load", "read_history", "write_list"]
