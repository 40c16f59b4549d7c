"""The gate: reads every byte that is to be published and refuses personal numbers, names, local paths and foreign hosts.

It runs over the sealed notebooks before they are staged, so that a bare `quarto render` is safe, and again over the rendered bytes.
"""

from __future__ import annotations

import hashlib
import html
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import ahocorasick
from unidecode import unidecode

from ansinh import store
from ansinh.campaign import Campaign, Workspace
from ansinh.errors import GateRefusal
from ansinh.site.kept import Kept, key
from ansinh.units import LEVELS

READ_AS_TEXT = frozenset({".html", ".svg", ".csv", ".json", ".js", ".css", ".ipynb", ".yml", ".txt", ".xml", ".md"})
FONTS = frozenset({".woff2"})
WORKBOOKS = frozenset({".xlsx"})
LISTS = ("beneficiaries", "register_matches", "accounts", "payments")
"""Tables of the store that hold what identifies persons."""
SHOWN_REFUSALS = 20

_RUN = re.compile(r"(?<![0-9A-Za-z.])\d(?:[ .\u00a0-]?\d){5,18}(?![0-9A-Za-z])")
# Six zeros at the end are an amount rounded to millions; a person's number that ends so is still found by the exact list.
_LONG = re.compile(r"(?<![0-9A-Za-z.#-])(?!\d+0{6}(?!\d))(?:\d{12}|\d{9}|0[35789]\d{8})(?![0-9A-Za-z])")
_HOST = re.compile(
    r"""(?:src|href|action)\s*=\s*["']?\s*(?:https?:)?//|url\(\s*["']?(?:https?:)?//|@import|TargetMode="External\"""", re.IGNORECASE
)
_PATH = re.compile(r"(?<![\w.])(?:/home/|/root/|/Users/|/tmp/|[A-Z]:\\\\?Users\\)")


@dataclass(frozen=True)
class Leak:
    """One thing that must not be published: file, line and what kind it is; never the value."""

    file: str
    line: int
    kind: str

    def __str__(self) -> str:
        return f"{self.file}, line {self.line}: {self.kind}"


class Gate:
    """Knows what must not be published of one snapshot: built once, used before and after rendering."""

    def __init__(self, workspace: Workspace, campaign: Campaign, kept: Kept | None = None) -> None:
        self._workspace, self._campaign, self._kept = workspace, campaign, kept or Kept()
        self._root = workspace.root.as_posix()
        # What earlier builds read and found clean, as long as the lists it was held against are the same.
        self._key = key("clean", self._root, *self._lists())
        before = self._kept.get(self._key).get("digests", b"")
        self._clean = {before[at : at + 32] for at in range(0, len(before), 32)}
        self._seen: set[bytes] = set()

    def _lists(self) -> Iterator[bytes]:
        """Yield hashes of the lists that nothing published may tell, and of the names that may be told."""
        folder = self._workspace.store(self._campaign, self._campaign.as_of)
        for table in LISTS:
            for path in sorted((folder / table).rglob("*.parquet")):
                yield hashlib.sha256(path.read_bytes()).digest()
        yield repr(self._workspace.register(self._campaign).units).encode()

    @cached_property
    def _secrets(self) -> frozenset[str]:
        return frozenset(self._column(_SECRETS))

    @cached_property
    def _places(self) -> frozenset[str]:
        register = self._workspace.register(self._campaign)
        here = [unit for level in LEVELS for unit in register.under(self._campaign.units.root, level)]
        return frozenset(_folded(name) for unit in here for name in (unit.name, unit.short_name))

    @cached_property
    def _public(self) -> re.Pattern[str]:
        # A commune "Thị trấn Quang Minh" is no Trần Quang Minh: names of units are taken out before names of people are sought.
        return re.compile(r"\b(?:" + "|".join(sorted(map(re.escape, self._places), key=len, reverse=True)) + r")\b")

    @cached_property
    def _names(self) -> ahocorasick.Automaton | None:
        names = {_folded(name) for name in self._column(_NAMES)}
        found = ahocorasick.Automaton()
        for name in names:
            if name.count(" ") >= 2 and name not in self._places:
                found.add_word(f" {name} ", True)
        if not len(found):
            return None
        found.make_automaton()
        return found

    def _column(self, sql: str) -> list[str]:
        con = store.connect(self._workspace.store(self._campaign, self._campaign.as_of))
        return [str(value) for value in store.query(con, sql, what="the gate's lists")["value"]]

    def check(self, folder: Path, files: Iterable[Path] | None = None) -> None:
        """Read every file below `folder` (or `files`); raises GateRefusal naming file, line and kind when anything is found."""
        leaks: list[Leak] = []
        for path in sorted(files if files is not None else (found for found in folder.rglob("*") if found.is_file())):
            leaks += self.leaks(path, path.relative_to(folder).as_posix())
        if leaks:
            listed = "\n".join(f"  {leak}" for leak in leaks[:SHOWN_REFUSALS])
            raise GateRefusal(f"The gate refused to publish: {len(leaks)} places hold what must not leave. The old site stays.\n{listed}")
        self._kept.put(self._key, {"digests": b"".join(sorted(self._seen))})

    def leaks(self, path: Path, name: str) -> Iterator[Leak]:
        """Yield what must not be published in one file."""
        if path.suffix in FONTS or path.name.startswith("OFL"):
            return
        if path.suffix not in READ_AS_TEXT | WORKBOOKS:
            yield Leak(name, 0, f"a file of a kind the gate cannot read ({path.suffix or 'no ending'})")
            return
        content = path.read_bytes()
        # What was read once and found clean (a download before and after rendering, an unchanged page) is not read again.
        if self._known(content):
            return
        texts = _workbook(path) if path.suffix in WORKBOOKS else [content.decode("utf-8", errors="replace")]
        if not texts:
            yield Leak(name, 0, f"a file of a kind the gate cannot read ({path.suffix or 'no ending'})")
            return
        found = [leak for text in texts if not self._known(text.encode()) for leak in self._read(text, name)]
        yield from found
        if not found:
            self._seen.update(hashlib.sha256(part).digest() for part in (content, *(text.encode() for text in texts)))

    def _known(self, content: bytes) -> bool:
        digest = hashlib.sha256(content).digest()
        if digest in self._clean:
            self._seen.add(digest)
        return digest in self._seen

    def _read(self, text: str, name: str) -> Iterator[Leak]:
        for number, line in enumerate(text.splitlines(), 1):
            for kind in self._kinds(line):
                yield Leak(name, number, kind)

    def _kinds(self, line: str) -> Iterator[str]:
        if _LONG.search(line):
            yield "a run of digits such as a personal number, CMND or telephone"
        elif any(re.sub(r"\D", "", found[0]) in self._secrets for found in _RUN.finditer(line)):
            yield "a number of a person, an account or a telephone of the lists"
        if self._names and self._names_somebody(_phrases(line)):
            yield "a beneficiary's name"
        if _HOST.search(line):
            yield "an address on another host"
        if self._root in line or _PATH.search(line):
            yield "a path of this machine"

    def _names_somebody(self, phrases: str) -> bool:
        """Say whether a name stands in a folded line; names of units are taken out only where that matters, for it takes long."""
        assert self._names is not None
        if not next(self._names.iter(f" {phrases} "), None):
            return False
        return next(self._names.iter(f" {self._public.sub('|', phrases)} "), None) is not None


def _workbook(path: Path) -> list[str]:
    """Return the parts of a workbook as text, one cell a line; nothing when it is no workbook or holds more than text."""
    try:
        with zipfile.ZipFile(path) as book:
            if not all(name.endswith((".xml", ".rels")) for name in book.namelist()):
                return []
            parts = [book.read(name).decode("utf-8") for name in sorted(book.namelist())]
    except (zipfile.BadZipFile, UnicodeDecodeError):
        return []
    return [html.unescape(re.sub(r"(</(?:c|si|t)>)", r"\1\n", part)) for part in parts]


def _folded(text: str) -> str:
    return " ".join(re.findall(r"[a-z0-9]+", unidecode(text).lower()))


def _phrases(line: str) -> str:
    """Return a line folded as names are, with a bar wherever a tag or a mark stands, so that no name arises across one."""
    plain = unidecode(re.sub(r"<[^>]*>", "|", line)).lower()
    return " ".join(re.findall(r"[a-z0-9]+|[^a-z0-9 ]", plain))


_SECRETS = """
SELECT DISTINCT value FROM (
    SELECT number AS value FROM beneficiaries UNION ALL SELECT receiver_number FROM beneficiaries UNION ALL SELECT phone FROM beneficiaries
    UNION ALL SELECT number FROM register_matches UNION ALL SELECT number FROM accounts UNION ALL SELECT account_number FROM accounts
    UNION ALL SELECT number FROM payments UNION ALL SELECT account_number FROM payments)
WHERE value IS NOT NULL AND length(value) >= 8
"""
_NAMES = """
SELECT DISTINCT value FROM (
    SELECT full_name AS value FROM beneficiaries UNION ALL SELECT receiver_name FROM beneficiaries
    UNION ALL SELECT full_name FROM accounts UNION ALL SELECT holder_name FROM accounts UNION ALL SELECT full_name FROM payments)
WHERE value IS NOT NULL
"""
