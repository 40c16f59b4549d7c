"""Store and findings → raw counts with numerator, denominator and what is counted; disclosure comes after. Each area is a module."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ansinh.doors import on_first_use

if TYPE_CHECKING:
    from ansinh.measures.scope import Scope

__all__ = ["Scope"]

__getattr__ = on_first_use(__name__, {"ansinh.measures.scope": ("Scope",)})
