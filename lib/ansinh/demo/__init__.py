"""A synthetic city with known truth, as the messy files officials really send."""

from ansinh.demo.city import CityReport, write_city
from ansinh.demo.parquet import write_tables

__all__ = ["CityReport", "write_city", "write_tables"]
