"""Lists with names, for those who work them off or verify them in the field. Never published; only the command imports this room."""

from ansinh.casework.worklists import WorklistReport, worklists

__all__ = ["WorklistReport", "worklists"]
