"""The register of administrative units of one period: who lies in whom, by official code.

Source: General Statistics Office, list of administrative units (params/units/*.csv). Codes are text with leading
zeros (province 2 digits, district 3, commune 5). Units are joined by code, never by name: 25 commune names occur
twice or more inside Hanoi.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from ansinh.errors import CampaignError, UnknownUnit
from ansinh.identity import names

LEVELS = ("province", "district", "commune")
COLUMNS = ("level", "code", "parent_code", "name", "kind")


def search_key(text: str) -> str:
    """Fold `text` for searching: ASCII, lower case, single spaces ("Đống  Đa" → "dong da")."""
    return " ".join(re.findall(r"[a-z0-9]+", names.ascii(text).lower()))


@dataclass(frozen=True, order=True)
class Unit:
    """One administrative unit.

    `name` is the full official name ("Quận Ba Đình"), `kind` its kind in lower case ("quận"), `parent` the code of
    the unit it lies in ("" for a province).
    """

    level: str
    code: str
    parent: str
    name: str
    kind: str

    @property
    def short_name(self) -> str:
        """The name without its kind ("Ba Đình"); numbered wards keep it ("Phường 1")."""
        rest = self.name[len(self.kind) :].strip()
        return self.name if not rest or rest.isdigit() else rest

    @property
    def slug(self) -> str:
        """Code and ASCII name for folders and addresses ("001-ba-dinh"), safe on Windows."""
        return f"{self.code}-{search_key(self.short_name).replace(' ', '-')}"


@dataclass(frozen=True)
class Register:
    """All units of one period, in the order of the official list."""

    units: tuple[Unit, ...]
    source: str

    @classmethod
    def read(cls, path: Path) -> Register:
        """Read a register from CSV with the columns level, code, parent_code, name, kind.

        Raises CampaignError when the file is missing, a column is missing, a level is unknown or a parent is absent.
        """
        if not path.is_file():
            raise CampaignError(f"The register of units {path.name} is not in {path.parent.name}/. Put it there.")
        with path.open(encoding="utf-8", newline="") as file:
            rows = csv.reader(file)
            heads = next(rows, [])
            missing = [column for column in COLUMNS if column not in heads]
            if missing:
                raise CampaignError(f"{path.name} lacks the column {missing[0]}. Its columns must be {', '.join(COLUMNS)}.")
            places = [heads.index(column) for column in COLUMNS]
            try:
                units = tuple(Unit(*[row[place] for place in places]) for row in rows if row)
            except IndexError:
                raise CampaignError(
                    f"{path.name}, line {rows.line_num}: columns are missing. Write {', '.join(COLUMNS)} in full."
                ) from None
        register = cls(units, path.name)
        for unit in units:
            if unit.level not in LEVELS:
                raise CampaignError(f"{path.name}: unit {unit.code} has the level {unit.level}; allowed: {', '.join(LEVELS)}.")
            if unit.parent and unit.parent not in register._codes:
                raise CampaignError(f"{path.name}: unit {unit.code} lies in {unit.parent}, which the register lacks.")
        return register

    @cached_property
    def _codes(self) -> frozenset[str]:
        return frozenset(unit.code for unit in self.units)

    @cached_property
    def _children(self) -> dict[str, tuple[Unit, ...]]:
        children: dict[str, list[Unit]] = {}
        for unit in self.units:
            children.setdefault(unit.parent, []).append(unit)
        return {code: tuple(found) for code, found in children.items()}

    def get(self, code: str, level: str | None = None) -> Unit:
        """Return the unit with `code` (at `level`, if given); raises UnknownUnit."""
        for unit in self.units:
            if unit.code == code and level in (None, unit.level):
                return unit
        raise UnknownUnit(f"No unit has the code {code} in {self.source}. Codes are text with their leading zeros, such as 001.")

    def children(self, code: str) -> tuple[Unit, ...]:
        """Return the units that lie directly in the unit `code`."""
        return self._children.get(code, ())

    def under(self, code: str, level: str) -> tuple[Unit, ...]:
        """Return all units of `level` inside the unit `code`, at any depth, in register order."""
        return tuple(unit for unit in self._walk(code) if unit.level == level)

    def levels_under(self, code: str) -> tuple[str, ...]:
        """Return the levels of the units inside the unit `code`, highest first."""
        found = {unit.level for unit in self._walk(code)}
        return tuple(level for level in LEVELS if level in found)

    def _walk(self, code: str) -> Iterator[Unit]:
        for unit in self.children(code):
            yield unit
            yield from self._walk(unit.code)
