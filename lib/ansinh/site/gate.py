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
from pathlib import Path

import ahocorasick
from unidecode import unidecode

from ansinh import store
from ansinh.campaign import Campaign, Workspace
from ansinh.errors import GateRefusal
from ansinh.units import LEVELS

READ_AS_TEXT = frozenset({".html", ".svg", ".csv", ".json", ".js", ".css", ".ipynb", ".yml", ".txt", ".xml", ".md"})
FONTS = frozenset({".woff2"})
WORKBOOKS = frozenset({".xlsx"})
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

    def __init__(self, workspace: Workspace, campaign: Campaign) -> None:
        con = store.connect(workspace.store(campaign, campaign.as_of))
        self._root = workspace.root.as_posix()
        self._clean: set[bytes] = set()
        self._secrets = frozenset(self._column(con, _SECRETS))
        register = workspace.register(campaign)
        here = [unit for level in LEVELS for unit in register.under(campaign.units.root, level)]
        public = {_folded(name) for unit in here for name in (unit.name, unit.short_name)}
        # A commune "Thị trấn Quang Minh" is no Trần Quang Minh: names of units are taken out before names of people are sought.
        self._public = re.compile(r"\b(?:" + "|".join(sorted(map(re.escape, public), key=len, reverse=True)) + r")\b")
        names = {_folded(name) for name in self._column(con, _NAMES)}
        self._names = ahocorasick.Automaton()
        for name in names:
            if name.count(" ") >= 2 and name not in public:
                self._names.add_word(f" {name} ", True)
        self._any_name = len(self._names) > 0
        if self._any_name:
            self._names.make_automaton()

    @staticmethod
    def _column(con: object, sql: str) -> list[str]:
        return [str(value) for value in store.query(con, sql, what="the gate's lists")["value"]]  # type: ignore[arg-type]

    def check(self, folder: Path, files: Iterable[Path] | None = None) -> None:
        """Read every file below `folder` (or `files`); raises GateRefusal naming file, line and kind when anything is found."""
        leaks: list[Leak] = []
        for path in sorted(files if files is not None else (found for found in folder.rglob("*") if found.is_file())):
            leaks += self.leaks(path, path.relative_to(folder).as_posix())
        if leaks:
            listed = "\n".join(f"  {leak}" for leak in leaks[:SHOWN_REFUSALS])
            raise GateRefusal(f"The gate refused to publish: {len(leaks)} places hold what must not leave. The old site stays.\n{listed}")

    def leaks(self, path: Path, name: str) -> Iterator[Leak]:
        """Yield what must not be published in one file."""
        if path.suffix in FONTS or path.name.startswith("OFL"):
            return
        if path.suffix in WORKBOOKS:
            texts = _workbook(path)
        elif path.suffix in READ_AS_TEXT:
            texts = [path.read_text(encoding="utf-8", errors="replace")]
        else:
            texts = []
        if not texts:
            yield Leak(name, 0, f"a file of a kind the gate cannot read ({path.suffix or 'no ending'})")
        for text in texts:
            # What was read once and found clean (a download before and after rendering, a workbook's styles) is not read again.
            digest = hashlib.sha256(text.encode()).digest()
            if digest in self._clean:
                continue
            found = [Leak(name, number, kind) for number, line in enumerate(text.splitlines(), 1) for kind in self._kinds(line)]
            if not found:
                self._clean.add(digest)
            yield from found

    def _kinds(self, line: str) -> Iterator[str]:
        if _LONG.search(line):
            yield "a run of digits such as a personal number, CMND or telephone"
        elif any(re.sub(r"\D", "", found[0]) in self._secrets for found in _RUN.finditer(line)):
            yield "a number of a person, an account or a telephone of the lists"
        if self._any_name and next(self._names.iter(f" {self._public.sub('|', _phrases(line))} "), None):
            yield "a beneficiary's name"
        if _HOST.search(line):
            yield "an address on another host"
        if self._root in line or _PATH.search(line):
            yield "a path of this machine"


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
