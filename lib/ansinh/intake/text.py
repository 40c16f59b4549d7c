"""Text files: which encoding and which separator, found by what then reads as Vietnamese and as a table."""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections import Counter
from pathlib import Path

from ansinh.identity import legacy

CHUNK = 1 << 20
SEPARATORS = (",", ";", "\t", "|")
MOSTLY = 0.9
"""Share of words with accents that must be possible Vietnamese for a UTF-8 file with a few spoilt letters to be read as such."""

_WORD = re.compile(r"[^\W\d_]+")
_HINT = re.compile(r"sep=(.)\s*$", re.IGNORECASE)


def encoding_of(path: Path) -> str:
    """Return the encoding of a text file, as Python names it; TCVN3 and VNI text is latin-1 to the eye, and converted cell by cell."""
    with path.open("rb") as file:
        first = file.read(CHUNK)
        if first.startswith((b"\xff\xfe", b"\xfe\xff")):
            return "utf-16"
        if wide := _wide(first):
            return wide
        if _utf8(first, file):
            return "utf-8-sig"
    return _spoken(first)


def _wide(first: bytes) -> str:
    """Return UTF-16 without its mark: every other byte of ASCII text in it is zero."""
    start = first[:4096]
    half = max(len(start) // 2, 1)
    for name, zeros in (("utf-16-le", start[1::2].count(0)), ("utf-16-be", start[0::2].count(0))):
        if zeros > half * 0.4 and start.count(0) < half * 1.05:
            return name
    return ""


def _utf8(first: bytes, file: object) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        decoder.decode(first)
        while chunk := file.read(CHUNK):  # type: ignore[attr-defined]
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _spoken(first: bytes) -> str:
    """Return the encoding in which most words with accents are possible Vietnamese; UTF-8 with spoilt letters before all others."""
    if _share(first.decode("utf-8", errors="ignore")) > MOSTLY and _share(first.decode("utf-8", errors="replace")) > MOSTLY / 2:
        return "utf-8"
    eight = first.decode("latin-1")
    shares = {
        "windows-1258": _share(first.decode("windows-1258", errors="replace")),
        "latin-1": max(_share(legacy.to_unicode(eight, "tcvn3")), _share(legacy.to_unicode(eight, "vni"))),
    }
    return max(shares, key=lambda name: shares[name])


def _share(text: str) -> float:
    """Return the share, 0 to 1, of the words with accents that can be Vietnamese."""
    words = Counter(word for word in _WORD.findall(unicodedata.normalize("NFC", text)) if not word.isascii())
    total = sum(words.values())
    return sum(count for word, count in words.items() if legacy.possible(word)) / total if total else 0.0


def separator_of(text: str) -> str:
    """Return the separator that cuts most lines into the same number of cells; what Excel notes in a first line `sep=;` decides."""
    lines = [line for line in text.splitlines()[:200] if line.strip()]
    if lines and (hint := _HINT.match(lines[0])) and hint[1] in SEPARATORS:
        return hint[1]
    return max(SEPARATORS, key=lambda sign: _evenness(Counter(line.count(sign) for line in lines)))


def _evenness(counts: Counter[int]) -> int:
    return max((cuts * lines for cuts, lines in counts.items()), default=0)
