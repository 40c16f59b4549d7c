"""A synthetic city with known truth, as the messy files officials really send."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ansinh.demo.making import signature
from ansinh.doors import on_first_use

if TYPE_CHECKING:
    from ansinh.demo.city import CityReport, write_city
    from ansinh.demo.parquet import write_tables

__all__ = ["CityReport", "signature", "write_city", "write_tables"]

__getattr__ = on_first_use(__name__, {"ansinh.demo.city": ("CityReport", "write_city"), "ansinh.demo.parquet": ("write_tables",)})
