"""Banks and wallets of params/banks.csv: found by code, BIN, name, alias, or what an official wrote.

BINs are NAPAS's, as vietqr.io lists them. A bank that changed its name keeps its BIN: the row of the old name points to the
code of today (column `now`), so both names are one bank (LienVietPostBank is LPBank). The Bank for Social Policies and the
mobile wallets are without BIN in that list. Account lengths are usual, not official: unusual is no more than a warning.

>>> banks = Banks((Bank("AGRIBANK", "970405", "Agribank", "Ngân hàng Nông nghiệp", (13,)),), {"agribank": "AGRIBANK"})
>>> banks.find("AGRIBANK - CN Đống Đa")
('AGRIBANK', 0.97)
>>> banks.get("AGRIBANK").account_lengths
(13,)
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from rapidfuzz import fuzz, process
from unidecode import unidecode

SURE = 0.9
"""Confidence from which a bank is taken as found."""

BRANCH_NAMED, BRAND_FIRST = 0.97, 0.95
"""Confidence of a name followed by a branch, and of a name followed by other words."""

SHORTEST_FUZZY = 6
"""Names shorter than this are found as written or not at all: VIB and VAB are one slip apart."""

MARGIN = 0.04
"""How much better the best bank must be than the next one, where a slip of the pen is to be overlooked."""

_WORDS = re.compile(r"[a-z0-9]+")
_KIND = re.compile(r"\b(ngan hang so|ngan hang|nhtmcp|nhtm|nh|thuong mai co phan|tm cp|tmcp|tnhh|mtv|viet nam|vn|va|vi dien tu|vi|ctcp)\b")
_BRANCH = re.compile(r"\b(cn|chi nhanh|pgd|phong giao dich|pgdh|so giao dich|hoi so)\b.*$")


def _words(text: str) -> str:
    return " ".join(_WORDS.findall(unidecode(text).lower()))


def _bare(words: str) -> str:
    """Return folded words without the kind of bank: "ngan hang tmcp ngoai thuong viet nam" → "ngoai thuong"."""
    return " ".join(_KIND.sub(" ", words).split())


def _squeezed(words: str) -> str:
    return words.replace(" ", "")


@dataclass(frozen=True)
class Bank:
    """One bank: `code` is its id here, `bin` NAPAS's ("" when it has none), `account_lengths` its usual ones (empty: not known)."""

    code: str
    bin: str
    short_name: str
    name: str
    account_lengths: tuple[int, ...] = ()


@dataclass(frozen=True)
class Banks:
    """The register of banks; `names` maps what a bank is called, folded and without spaces, to its code."""

    banks: tuple[Bank, ...]
    names: Mapping[str, str] = field(repr=False)

    @classmethod
    def read(cls, path: Path) -> Banks:
        """Read the register from CSV with the columns bin, code, short_name, name and, if there, now, aliases, account_lengths.

        `now` is today's code of a bank under an old name, `aliases` other names separated by semicolons, `account_lengths`
        digits and ranges separated by spaces ("10 13", "9-14").
        """
        banks: list[Bank] = []
        names: dict[str, str] = {}
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                code = row.get("now") or row["code"]
                if not row.get("now"):
                    banks.append(Bank(code, row["bin"], row["short_name"], row["name"], _lengths(row.get("account_lengths") or "")))
                for called in (row["bin"], row["code"], row["short_name"], row["name"], *(row.get("aliases") or "").split(";")):
                    for words in (_words(called), _bare(_words(called))):
                        if len(words) > 1:
                            names.setdefault(_squeezed(words), code)
        return cls(tuple(banks), names)

    @cached_property
    def _by_code(self) -> dict[str, Bank]:
        return {bank.code: bank for bank in self.banks}

    @cached_property
    def _found(self) -> dict[str, tuple[str | None, float]]:
        return {}

    @cached_property
    def _long(self) -> list[str]:
        return [name for name in self.names if len(name) >= SHORTEST_FUZZY and not name.isdigit()]

    def get(self, code: str) -> Bank | None:
        """Return the bank with `code`, or None."""
        return self._by_code.get(code)

    def find(self, text: str) -> tuple[str | None, float]:
        """Return (bank code, confidence 0 to 1) for what an official wrote; (None, …) below SURE."""
        found = self._found.get(text)
        if found is None:
            found = self._found[text] = self._search(_words(text))
        return found

    def _search(self, words: str) -> tuple[str | None, float]:
        before = _BRANCH.sub("", words)
        for tried, confidence in ((words, 1.0), (before, BRANCH_NAMED)):
            for spelling in (_squeezed(tried), _squeezed(_bare(tried))):
                if spelling in self.names:
                    return self.names[spelling], confidence
        for start in _starts(_bare(before)):
            if len(start) >= 3 and start in self.names:
                return self.names[start], BRAND_FIRST
        return self._similar(_squeezed(_bare(before)))

    def _similar(self, spelling: str) -> tuple[str | None, float]:
        if len(spelling) < SHORTEST_FUZZY:
            return None, 0.0
        ranked = process.extract(spelling, self._long, scorer=fuzz.ratio, limit=5)
        if not ranked:
            return None, 0.0
        code, score = self.names[ranked[0][0]], ranked[0][1] / 100
        other = max((found[1] / 100 for found in ranked if self.names[found[0]] != code), default=0.0)
        return (code if score >= SURE and score - other >= MARGIN else None), score


def _starts(words: str) -> Iterator[str]:
    """Yield the beginnings of a text in whole words, longest first, without spaces."""
    parts = words.split()
    for length in range(len(parts) - 1, 0, -1):
        yield "".join(parts[:length])


def _lengths(text: str) -> tuple[int, ...]:
    lengths: set[int] = set()
    for part in text.split():
        first, _, last = part.partition("-")
        lengths.update(range(int(first), int(last or first) + 1))
    return tuple(sorted(lengths))
