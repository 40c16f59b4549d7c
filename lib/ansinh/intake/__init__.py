"""Officials' files → canonical tables, with original value, file, sheet and row kept."""

from ansinh.intake.explain import explain
from ansinh.intake.files import FileLoad
from ansinh.intake.load import LoadReport, load

__all__ = ["FileLoad", "LoadReport", "explain", "load"]
