"""What must not leave: the numbers and names of one snapshot, and what shows itself by its form (numbers, paths, keys, hosts).

Numbers are sought exactly, however they are grouped; names with and without diacritics, in any case, joined by spaces, hyphens or
underscores. A name of two words is sought as it is written, with its diacritics: "thanh tra" is also an office.
"""

from __future__ import annotations

import contextlib
import getpass
import os
import re
import socket
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import ahocorasick
from unidecode import unidecode

from ansinh import store
from ansinh.campaign import Campaign, Workspace
from ansinh.intake.fields import labels
from ansinh.site.texts import embedded, plainly, views
from ansinh.units import LEVELS

SHORTEST = 8
"""Numbers of fewer digits are not sought: they would be any count."""
LONGEST = 19
ANYBODY = frozenset(
    {"root", "user", "users", "admin", "administrator", "ubuntu", "debian", "runner", "builder", "guest", "localhost", "docker"}
)
"""User and host names that name nobody."""

NUMBER = "a number of a person, an account or a telephone of the lists"
FORM = "a run of digits such as a personal number, CMND or telephone"
NAME = "a beneficiary's name"

_TOKEN = re.compile(r"[0-9A-Za-z]{6,}")
_GROUPED = re.compile(r"(?<![0-9A-Za-z])\d{1,7}(?:([ .\-_/'’·–]|, )\d{1,7})(?:\1\d{1,7})+(?![0-9A-Za-z])")
_SCIENTIFIC = re.compile(r"(?<![0-9A-Za-z.])\d\.\d{5,}[eE]\+?\d{1,2}(?![0-9A-Za-z])")
# Six zeros at the end are an amount rounded to millions; a person's number that ends so is still found by the exact list.
_LONG = re.compile(
    r"(?<![0-9A-Za-z.#-])(?<!\"bytes\": )(?!\d+0{6}(?!\d))(?:\d{12}|\d{9}|0[35789]\d{8}|\+84[35789]\d{8})(?![0-9A-Za-z])"
    r"|(?<![0-9A-Za-z.])(?:\+84|0)[35789]\d([ .-])\d{3}\1\d{3,4}(?![0-9A-Za-z])"
)
_MARKS, _BEYOND = re.compile("[\u0300-\u036f]"), re.compile("[^\x00-\x7f]+")
_FORMS = (
    (_LONG, FORM),
    (
        re.compile(
            r"""(?:src|href|action)\s*=\s*["']?\s*(?:https?:)?//|url\(\s*["']?(?:https?:)?//|@import|TargetMode="External\"""",
            re.IGNORECASE,
        ),
        "an address on another host",
    ),
    (
        re.compile(
            r"(?<![\w.])(?:/(?:home|root|Users|tmp|mnt|media|private|var/(?:lib|folders|tmp|www)|opt|srv)/)|\b[A-Za-z]:\\\\?[\w$]|file:///|(?<![\\\w])\\\\[\w.-]+\\\w"
        ),
        "a path of this machine",
    ),
    (
        re.compile(
            r"-----BEGIN [A-Z ]*PRIVATE KEY|AGE-SECRET-KEY-1|\b(?:AKIA|ASIA)[0-9A-Z]{16}\b|\bgh[pousr]_[0-9A-Za-z]{20,}|\bgithub_pat_\w{20,}"
            r"|\bglpat-[\w-]{20,}|\bxox[abprs]-[\w-]{10,}|\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.|\bsk-[0-9A-Za-z_-]{20,}|\bAIza[\w-]{30,}"
            r"|://[^/\s:@\"'<>]+:[^/\s@\"'<>]+@"
            r"|(?i:\b(?:password|passwd|passphrase|pwd|secret|api[_-]?key|access[_-]?token|auth[_-]?token|mật khẩu|mat khau))[\"']?\s*[:=]\s*[\"']?[^\s\"',;&<>{}()]{6,}"
        ),
        "a key, a token or a password",
    ),
    (
        re.compile(r"data:(?!text/|image/svg\+xml|image/png|,)[\w.+/-]*[^,\"'\s]*;base64,", re.IGNORECASE),
        "an embedded file the gate cannot read",
    ),
)


class Wanted:
    """Knows what must not be published of one snapshot; `kinds` says what a line holds of it."""

    def __init__(self, workspace: Workspace, campaign: Campaign) -> None:
        """Read the snapshot's lists; raises NotReady when there are none."""
        con = store.connect(workspace.store(campaign, campaign.as_of))
        values = _column(con, _NUMBERS)
        self._numbers = frozenset(value for value in values if value.isdecimal() and len(value) >= SHORTEST)
        self._wallets = frozenset(value.lower() for value in values if not value.isdecimal() and value.isalnum() and len(value) >= SHORTEST)
        public = _public(workspace, campaign)
        # A commune "Thị trấn Quang Minh" is no Trần Quang Minh: names of units are taken out before names of people are sought.
        self._public = re.compile(r"(?<![a-z0-9])(?:" + "|".join(sorted(map(re.escape, public), key=len, reverse=True)) + r")(?![a-z0-9])")
        own = _folded(" ".join(str(value) for value in _words(campaign.model_dump(mode="json"))))
        names = _column(con, _NAMES)
        known = {_folded(name) for name in names}
        self._names = _automaton(
            f" {name} " for name in known if name.count(" ") >= 2 and name not in public and f" {name} " not in f" {own} "
        )
        self._short = _automaton(word for name in names for word in _exactly(name) if _folded(name) not in public)
        self._here = tuple(_of_this_machine(workspace, campaign))
        con.close()

    def kinds(self, raw: str) -> tuple[set[str], str]:
        """Return the kinds of what must not leave that one line holds, in whatever encoding, and the line as names are sought in it."""
        line = plainly(raw)
        found: set[str] = set()
        phrase = ""
        for view in views(line):
            phrase = _phrases(view)
            found |= set(self._kinds(view, phrase))
        for text in embedded(line):
            for part in text.splitlines():
                found |= self.kinds(part)[0]
        return found, phrase

    def named(self, phrase: str) -> bool:
        """Tell whether a folded text holds a name of three words or more."""
        if not self._names:
            return False
        # Names are sought first, in one pass; units are taken out only where something was found, which is dear and seldom.
        found = [text for text in {phrase, _joined(phrase)} if _hit(self._names, f" {text} ")]
        return any(_hit(self._names, f" {self._public.sub('|', text)} ") for text in found)

    def _kinds(self, text: str, phrase: str) -> Iterator[str]:
        if self._numbered(text):
            yield NUMBER
        for pattern, kind in _FORMS:
            if pattern.search(text):
                yield kind
        if self.named(phrase) or (self._short and self._briefly(text)):
            yield NAME
        for word, kind in self._here:
            if word in text and re.search(rf"(?<![0-9A-Za-z]){re.escape(word)}(?![0-9A-Za-z])", text):
                yield kind

    def _numbered(self, text: str) -> bool:
        for found in _TOKEN.finditer(text):
            token = found[0]
            if token.isdigit():
                if self._is_number(token):
                    return True
            elif any(sign.isdigit() for sign in token):
                if token.lower() in self._wallets:
                    return True
                if not re.fullmatch(r"[0-9a-fA-F]{32,}", token) and any(self._is_number(run) for run in re.findall(r"\d{9,19}", token)):
                    return True
        return any(self._is_number(run) for found in _GROUPED.finditer(text) for run in _windows(found)) or any(
            self._is_number(str(int(float(found[0])))) for found in _SCIENTIFIC.finditer(text) if float(found[0]) < 10**LONGEST
        )

    def _is_number(self, digits: str) -> bool:
        """Tell whether digits are a number of the lists, also one that a spreadsheet robbed of its zeros or that begins with +84."""
        if not SHORTEST <= len(digits) <= LONGEST:
            return False
        if digits in self._numbers:
            return True
        if len(digits) >= 9 and ("0" + digits in self._numbers or "00" + digits in self._numbers):
            return True
        return digits.startswith("84") and "0" + digits[2:] in self._numbers

    def _briefly(self, text: str) -> bool:
        plain = unicodedata.normalize("NFC", text)
        for end, name in self._short.iter(plain):
            start = end - len(name) + 1
            before, after = plain[:start].rstrip(" "), plain[end + 1 :]
            alone = not (start and plain[start - 1].isalnum()) and not (after and after[0].isalnum())
            # A part of a longer name ("Quận Lê Nam Định") is a name of something else.
            longer = (
                re.match(r" [^\W\d_]", after) and after[1].isupper() or re.search(r"[^\W\d_]+$", before) and before.split()[-1][0].isupper()
            )
            if alone and not longer:
                return True
        return False


def _windows(found: re.Match[str]) -> Iterator[str]:
    """Yield what groups of digits with one sign between them say when read together, from any group on."""
    groups = re.findall(r"\d+", found[0])
    for start in range(len(groups) - 1):
        run = ""
        for group in groups[start:]:
            run += group
            if len(run) > LONGEST:
                break
            if len(run) >= 9:
                yield run


def _automaton(words: Iterator[str]) -> Any:
    """Return what finds any of the words in one pass; None when there are none."""
    automaton = ahocorasick.Automaton()
    for word in words:
        automaton.add_word(word, word)
    if not len(automaton):
        return None
    automaton.make_automaton()
    return automaton


def _hit(automaton: Any, text: str) -> bool:
    return next(automaton.iter(text), None) is not None


def _exactly(name: str) -> Iterator[str]:
    """Yield how a name of two words with diacritics is written."""
    plain = unicodedata.normalize("NFC", " ".join(name.split()))
    if plain.count(" ") == 1 and not plain.isascii() and plain.replace(" ", "").isalpha() and all(len(word) > 1 for word in plain.split()):
        yield from {plain.title(), plain.upper()}


def _public(workspace: Workspace, campaign: Campaign) -> set[str]:
    register = workspace.register(campaign)
    here = [unit for level in LEVELS for unit in register.under(campaign.units.root, level)]
    return {_folded(name) for unit in here for name in (unit.name, unit.short_name)}


def _words(value: Any) -> Iterator[str]:
    """Yield the texts of the campaign file: what it says of documents and offices is meant to be shown."""
    if isinstance(value, dict):
        for item in value.values():
            yield from _words(item)
    elif isinstance(value, list):
        for item in value:
            yield from _words(item)
    elif isinstance(value, str):
        yield value


def _of_this_machine(workspace: Workspace, campaign: Campaign) -> Iterator[tuple[str, str]]:
    """Yield what names this machine, its user and the addresses of its databases."""
    yield workspace.root.as_posix(), "a path of this machine"
    names = {Path.home().name, socket.gethostname().split(".")[0]}
    with contextlib.suppress(OSError, KeyError):
        names.add(getpass.getuser())
    # Shorter names are words: a user "minh" stands in "Quang Minh".
    yield from ((name, "a user's or a machine's name") for name in sorted(names) if len(name) >= 5 and name.lower() not in ANYBODY)
    for query in campaign.sources.queries:
        address = os.environ.get(query.address_from, "")
        if len(address) >= SHORTEST:
            yield address, "the address of a database"


def _column(con: Any, sql: str) -> list[str]:
    return [str(value) for value in store.query(con, sql, what="the gate's lists")["value"]]


def _folded(text: str) -> str:
    return " ".join(re.findall(r"[a-z0-9]+", unidecode(text).lower()))


def _phrases(text: str) -> str:
    """Return a text folded as names are, every mark a word of its own, so that no name arises across one."""
    plain = text.lower()
    if not plain.isascii():
        # Vietnamese letters lose their marks quickly; what is left is spelt out.
        plain = _MARKS.sub("", unicodedata.normalize("NFD", plain)).replace("đ", "d")
        plain = _BEYOND.sub(lambda found: unidecode(found[0]).lower(), plain)
    return " ".join(re.findall(r"[a-z0-9]+|[^a-z0-9\s]", plain))


def _joined(phrase: str) -> str:
    """Return a folded text with hyphens, underscores, dots and plus signs between words taken for spaces."""
    return re.sub(r"(?<=[a-z]) [-_.+] (?=[a-z])", " ", phrase)


def _written(tells: str) -> str:
    """Return SQL for the names or numbers of returned worklists: what was found may be mended by now, what was written may not be applied."""
    listed = ", ".join(f"'{label}'" for label in labels(tells))
    plain = "regexp_replace({}, '[^0-9A-Za-z]', '', 'g')" if tells == "number" else "{}"
    return " UNION ALL ".join(
        f"SELECT {plain.format(column)} FROM corrections WHERE field IN ({listed})" for column in ("found_value", "value")
    )


_NUMBERS = f"""
SELECT DISTINCT value FROM (
    SELECT number AS value FROM beneficiaries UNION ALL SELECT receiver_number FROM beneficiaries UNION ALL SELECT phone FROM beneficiaries
    UNION ALL SELECT number FROM register_matches UNION ALL SELECT number FROM accounts UNION ALL SELECT account_number FROM accounts
    UNION ALL SELECT number FROM payments UNION ALL SELECT account_number FROM payments
    UNION ALL {_written("number")})
WHERE value IS NOT NULL AND length(value) >= 8
"""
_NAMES = f"""
SELECT DISTINCT value FROM (
    SELECT full_name AS value FROM beneficiaries UNION ALL SELECT receiver_name FROM beneficiaries
    UNION ALL SELECT full_name FROM accounts UNION ALL SELECT holder_name FROM accounts UNION ALL SELECT full_name FROM payments
    UNION ALL {_written("name")})
WHERE value IS NOT NULL
"""
