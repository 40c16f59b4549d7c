"""Lists with names, for those who work them off or verify them in the field. Never published; only the command imports this room."""

from ansinh.casework.evaluate import Result, evaluate
from ansinh.casework.sample import DESIGNS, Drawn, Sample, draw
from ansinh.casework.worklists import WorklistReport, worklists

__all__ = ["DESIGNS", "Drawn", "Result", "Sample", "WorklistReport", "draw", "evaluate", "worklists"]
