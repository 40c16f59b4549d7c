"""Canonical tables → findings, outcomes and the persons' status. The catalogue of checks is in `checks.catalogue`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ansinh.checks.check import ACTORS, DIMENSIONS, SEVERITIES, Check
from ansinh.checks.run import CheckReport, is_judged, run
from ansinh.doors import on_first_use

if TYPE_CHECKING:
    from ansinh.checks.judging import tell
    from ansinh.checks.views import open_views

__all__ = ["ACTORS", "DIMENSIONS", "SEVERITIES", "Check", "CheckReport", "is_judged", "open_views", "run", "tell"]

__getattr__ = on_first_use(__name__, {"ansinh.checks.judging": ("tell",), "ansinh.checks.views": ("open_views",)})
