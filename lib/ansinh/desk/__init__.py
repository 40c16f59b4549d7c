"""The auditor's desk: JupyterLab on the notebooks, a home notebook, choosing a place from a list, and what is kept out of saved files.

Names are loaded on first use: Jupyter's server imports only the save hook, and must not wait for the rest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ansinh.desk.choosing import choose
    from ansinh.desk.screen import home

__all__ = ["choose", "home"]


def __getattr__(name: str) -> Any:
    if name in __all__:
        import importlib

        return getattr(importlib.import_module({"choose": "ansinh.desk.choosing", "home": "ansinh.desk.screen"}[name]), name)
    raise AttributeError(f"module 'ansinh.desk' has no attribute {name!r}")
