"""Notebook × unit: plan, warm kernels, run in parallel, seal, evidence.

Names are loaded on first use: papermill imports this package to find its engine, and must not wait for the rest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ansinh.doors import on_first_use

if TYPE_CHECKING:
    from ansinh.batch.runner import RunReport, run, why
    from ansinh.batch.work import JobReport

__all__ = ["JobReport", "RunReport", "run", "why"]

__getattr__ = on_first_use(__name__, {"ansinh.batch.runner": ("RunReport", "run", "why"), "ansinh.batch.work": ("JobReport",)})
