"""Canonical tables → findings, outcomes and the persons' status."""

from ansinh.checks.catalogue import catalogue
from ansinh.checks.check import ACTORS, DIMENSIONS, SEVERITIES, Check
from ansinh.checks.run import CheckReport, is_judged, run, tell
from ansinh.checks.views import open_views

__all__ = ["ACTORS", "DIMENSIONS", "SEVERITIES", "Check", "CheckReport", "catalogue", "is_judged", "open_views", "run", "tell"]
