"""Units and communes as files name them → codes: by code, by name within the unit, or by likeness, which is said."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cached_property
from pathlib import PurePosixPath

from rapidfuzz import fuzz, process

from ansinh.campaign import Campaign, Workspace
from ansinh.identity import legacy
from ansinh.units import Unit, search_key

LIKENESS = 86.0
"""Similarity (rapidfuzz ratio, 0 to 100) from which a misspelt commune is taken; the mend says so."""

_KINDS = re.compile(r"^(thanh pho|thi xa|quan|huyen|phuong|xa|thi tran|tt|p|x|q|h|tp) ")


Found = tuple[str | None, str, float]
"""A commune's code or None, the rule that found it ("" when nothing was guessed), and how sure it is, 0 to 1."""
_SHORT = {"phường": "p", "xã": "x", "thị trấn": "tt", "quận": "q", "huyện": "h", "thị xã": "tx"}


def _bare(text: str) -> str:
    return _KINDS.sub("", search_key(text))


class Places:
    """The campaign's units and communes, ready to be found. One per worker; answers are kept."""

    def __init__(self, workspace: Workspace, campaign: Campaign) -> None:
        self.units = workspace.units(campaign)
        self._register = workspace.register(campaign)
        self._root = campaign.units.root
        self._known: dict[tuple[str, str], Found] = {}

    @cached_property
    def _codes(self) -> dict[str, Unit]:
        return {unit.code: unit for unit in self.units}

    @cached_property
    def _communes(self) -> dict[str, dict[str, str]]:
        """Unit → name → commune code; full folded name first, then the name without its kind where it is the only one."""
        found: dict[str, dict[str, str]] = {}
        for unit in self.units:
            communes = self._register.children(unit.code) or (unit,)
            names = {search_key(commune.name): commune.code for commune in communes}
            bare: dict[str, list[str]] = {}
            for commune in communes:
                bare.setdefault(_bare(commune.name), []).append(commune.code)
            names.update({name: codes[0] for name, codes in bare.items() if len(codes) == 1})
            found[unit.code] = names | {commune.code: commune.code for commune in communes}
        return found

    def unit_of_file(self, path: PurePosixPath) -> str | None:
        """Return the unit a file's name (or its folder's) means: by leading code, else by the longest name in it."""
        for part in (path.stem, *reversed(path.parent.parts)):
            if (matched := re.match(r"^(\d{2,5})(?=\D|$)", part)) and matched[1] in self._codes:
                return matched[1]
        text = f" {search_key(path.stem)} "
        hits = [unit for unit in self.units if f" {search_key(unit.short_name)} " in text]
        return max(hits, key=lambda unit: len(unit.short_name)).code if hits else None

    def unit_in(self, titles: Iterable[str]) -> str | None:
        """Return the one unit that titles name in full («UBND QUẬN BA ĐÌNH»); None when they name none or several."""
        found = {unit.code for text in titles for unit in _named_in(text, self.units)}
        return found.pop() if len(found) == 1 else None

    def elsewhere(self, titles: Iterable[str]) -> tuple[str, ...]:
        """Return the names of the districts that titles name in full and that lie outside the campaign's root."""
        return tuple(dict.fromkeys(unit.name for text in titles for unit in _named_in(text, self._foreign)))

    @cached_property
    def _foreign(self) -> tuple[Unit, ...]:
        """The register's districts that are neither the root nor in it, and share no name with one that is."""
        root = self._root
        inside = {unit.code for unit in self._register.under(root, "district")} | {root}
        known = {search_key(unit.name) for unit in self._register.units if unit.code in inside}
        return tuple(
            unit
            for unit in self._register.units
            if unit.level == "district" and unit.code not in inside and search_key(unit.name) not in known
        )

    def itself_commune(self, unit: str) -> str | None:
        """Return the unit's code where the unit is a commune itself, else None."""
        found = self._codes.get(unit)
        return unit if found and found.level == "commune" else None

    def commune_in(self, unit: str | None, text: str) -> str:
        """Return the name of the one commune of a unit that a longer text names with its kind («UBND phường Phúc Xá»), "" if none."""
        communes = self._register.children(unit) if unit else ()
        found = _named_in(text, communes)
        return found[0].name if len(found) == 1 else ""

    def unit_named(self, text: str) -> str | None:
        """Return the unit an official's text names, by code or name."""
        folded = _bare(text)
        return next((unit.code for unit in self.units if folded in (unit.code, search_key(unit.short_name))), None)

    def commune(self, unit: str | None, text: str) -> Found:
        """Find a commune within a unit; rule `commune_likeness`, with how alike it is, when its name was misspelt."""
        if not text or unit not in self._communes:
            return None, "", 0.0
        key = (unit, text)
        if key not in self._known:
            self._known[key] = self._find(unit, text)
        return self._known[key]

    def _find(self, unit: str, text: str) -> Found:
        encoding = legacy.detect(text)
        modern = legacy.to_unicode(text, encoding) if encoding else text
        names = self._communes[unit]
        for form in (search_key(modern), _bare(modern), modern.strip().zfill(5)):
            if form in names:
                return names[form], "", 1.0
        best = process.extractOne(_bare(modern), [name for name in names if not name.isdigit()], scorer=fuzz.ratio, score_cutoff=LIKENESS)
        return (names[best[0]], "commune_likeness", best[1] / 100) if best else (None, "", 0.0)


def called_commune(text: str) -> bool:
    """Tell whether a text calls itself a commune («Xã Tân Hòa»), whether the register knows it or not."""
    return re.match(r"(phuong|xa|thi tran|p|x|tt) \w", search_key(text)) is not None


def _named_in(text: str, units: Iterable[Unit]) -> list[Unit]:
    """Return the units whose name stands in a text together with its kind, in full or abbreviated."""
    folded = f" {search_key(text)} "
    if len(folded) < 6:
        return []
    return [
        unit
        for unit in units
        if f" {search_key(unit.name)} " in folded or f" {_SHORT.get(unit.kind, '?')} {search_key(unit.short_name)} " in folded
    ]
