"""Notebook × unit: plan, warm kernels, run in parallel, seal, evidence.

Names are loaded on first use: papermill imports this package to find its engine, and must not wait for the rest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ansinh.batch.runner import RunReport, run, why
    from ansinh.batch.work import JobReport

__all__ = ["JobReport", "RunReport", "run", "why"]


def __getattr__(name: str) -> Any:
    if name in __all__:
        import importlib

        return getattr(importlib.import_module("ansinh.batch.runner"), name)
    raise AttributeError(f"module 'ansinh.batch' has no attribute {name!r}")
