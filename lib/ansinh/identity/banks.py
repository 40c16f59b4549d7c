"""Banks and wallets of params/banks.csv: found by code, short name, full name, or what an official wrote.

BINs are NAPAS's; a bank that changed its name keeps its BIN, so both rows are one bank (LienVietPostBank is LPBank).
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from rapidfuzz import fuzz, process
from unidecode import unidecode

ALIASES: Mapping[str, str] = {
    "nhno ptnt": "AGRIBANK",
    "nhnn ptnt": "AGRIBANK",
    "ngan hang nong nghiep": "AGRIBANK",
    "ngoai thuong": "VCB",
    "cong thuong": "CTG",
    "dau tu phat trien": "BID",
    "buu dien lien viet": "LPB",
    "lienviet": "LPB",
    "quan doi": "MBB",
    "mb": "MBB",
    "chinh sach xa hoi": "VBSP",
    "nhcsxh": "VBSP",
    "oceanbank": "MBV",
    "dong a": "VIKKI",
}
"""What officials write that no name in the register shows; keys are folded."""

SURE = 90.0
"""Similarity (rapidfuzz token_set_ratio, 0 to 100) from which a bank is taken as found."""


def _fold(text: str) -> str:
    words = "".join(sign if sign.isalnum() else " " for sign in unidecode(text).lower()).split()
    return " ".join(
        word
        for word in words
        if word not in {"ngan", "hang", "nh", "tmcp", "tnhh", "mtv", "cn", "chi", "nhanh", "pgd", "viet", "nam", "va"}
    )


@dataclass(frozen=True)
class Bank:
    """One bank: `code` is its id here, `bin` NAPAS's ("" when it has none)."""

    code: str
    bin: str
    short_name: str
    name: str


@dataclass(frozen=True)
class Banks:
    """The register of banks."""

    banks: tuple[Bank, ...]
    names: Mapping[str, str] = field(repr=False)

    @classmethod
    def read(cls, path: Path) -> Banks:
        """Read the register from CSV with the columns bin, code, short_name and name."""
        banks: dict[str, Bank] = {}
        names: dict[str, str] = {}
        by_bin: dict[str, str] = {}
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                code = by_bin.setdefault(row["bin"], row["code"]) if row["bin"] else row["code"]
                banks[code] = Bank(code, row["bin"], row["short_name"], row["name"])
                for text in (row["code"], row["short_name"], row["name"], row["bin"]):
                    if text:
                        names.setdefault(_fold(text) or text.lower(), code)
        names.update({_fold(alias): code for alias, code in ALIASES.items() if code in banks})
        return cls(tuple(banks.values()), names)

    @cached_property
    def _by_code(self) -> dict[str, Bank]:
        return {bank.code: bank for bank in self.banks}

    @cached_property
    def _found(self) -> dict[str, tuple[str | None, float]]:
        return {}

    def get(self, code: str) -> Bank | None:
        """Return the bank with `code`, or None."""
        return self._by_code.get(code)

    def find(self, text: str) -> tuple[str | None, float]:
        """Return (bank code, confidence 0 to 1) for what an official wrote; (None, …) below 0.9."""
        folded = _fold(text)
        if folded not in self._found:
            self._found[folded] = self._search(folded)
        return self._found[folded]

    def _search(self, folded: str) -> tuple[str | None, float]:
        if not folded:
            return None, 0.0
        if folded in self.names:
            return self.names[folded], 1.0
        long = [name for name in self.names if len(name) >= 4]
        best = process.extractOne(folded, long, scorer=fuzz.token_set_ratio)
        if best is None or best[1] < SURE:
            return None, (best[1] / 100 if best else 0.0)
        return self.names[best[0]], best[1] / 100
