"""What a file to be published says: its bytes as lines of text, and every line as a reader, a browser or a spreadsheet would see it.

Nothing is guessed: a file, or a part embedded in one, that cannot be read to its last byte raises Unreadable.
"""

from __future__ import annotations

import base64
import binascii
import html
import io
import re
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from urllib.parse import unquote

TEXT = frozenset({".html", ".svg", ".csv", ".json", ".js", ".css", ".ipynb", ".yml", ".txt", ".xml", ".md"})
TEXT_NAMES = frozenset({"SHA256SUMS"})
ROUNDS = 4
"""Encodings within one another that are undone: an entity in a JSON string in a percent-encoded address."""
_BASE64 = re.compile(r"(?<=;base64,)[A-Za-z0-9+/_-]+={0,2}|(?<![A-Za-z0-9+/=_-])[A-Za-z0-9+/_-]{16,}={0,2}(?![A-Za-z0-9+/=])")
_ESCAPE = re.compile(r"\\u\{([0-9A-Fa-f]{1,6})\}|\\u([0-9A-Fa-f]{4})|\\x([0-9A-Fa-f]{2})|\\([nrtbf])|\\([\"'/\\])")
_CSS_ESCAPE = re.compile(r"\\([0-9A-Fa-f]{2,6})[ ]?(?![0-9A-Fa-f])")
_INLINE = re.compile(
    r"</?(?:a|abbr|b|bdi|bdo|big|code|em|font|i|ins|kbd|mark|q|s|samp|small|span|strong|sub|sup|tspan|tt|u|var|wbr)\b[^<>]*>|<!--.*?-->",
    re.IGNORECASE,
)
_TAG = re.compile(r"<[^<>]*>")
_GEOMETRY = re.compile(r"""\s(?:d|points|transform|viewBox|values)\s*=\s*("[^"]*"|'[^']*')""")
_RUNS = re.compile(r"</t>\s*</r>\s*<r>\s*(?:<rPr>.*?</rPr>\s*)?<t[^>]*>", re.DOTALL)
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
"""Signs that take no room: format and direction marks, joiners, fillers, variation selectors."""
_FOREIGN_DIGIT = re.compile(r"[^\D0-9]")
_PNG = b"\x89PNG\r\n\x1a\n"
_SILENT = frozenset({b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"pHYs", b"bKGD", b"sBIT", b"hIST", b"tIME"})
"""Chunks of a PNG that hold numbers of the picture, no text."""


class Unreadable(Exception):
    """A file or a part of one that cannot be read to its last byte; its words say which kind."""


def texts_of(name: str, content: bytes) -> Iterator[str]:
    """Yield all that a file says, as texts of lines; raises Unreadable."""
    ending = name[name.rfind(".") :].lower() if "." in name.rsplit("/", 1)[-1] else ""
    if ending == ".xlsx":
        yield from _workbook(content)
    elif ending == ".png":
        yield from _png(content)
    elif ending in TEXT or name.rsplit("/", 1)[-1] in TEXT_NAMES:
        yield _decoded(content)
    else:
        raise Unreadable(f"a file of a kind the gate cannot read ({ending or 'no ending'})")


def _decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Unreadable("bytes the gate cannot read: the text is not UTF-8") from None


def _workbook(content: bytes) -> Iterator[str]:
    """Yield the parts of a workbook, one cell a line, their names and its comment."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            names = sorted(book.namelist())
            if not all(name.endswith((".xml", ".rels")) for name in names):
                raise Unreadable("a workbook the gate cannot read: it holds more than text")
            parts = [_decoded(book.read(name)) for name in names]
            yield "\n".join([*names, book.comment.decode("utf-8", "replace")])
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError):
        raise Unreadable("a workbook the gate cannot read") from None
    for part in parts:
        yield re.sub(r"(</(?:c|si|t)>)", r"\1\n", _RUNS.sub("", part))


def _png(content: bytes) -> Iterator[str]:
    """Yield the texts in a picture's metadata; its dots are not read."""
    if not content.startswith(_PNG):
        raise Unreadable("a picture the gate cannot read")
    at, ended = len(_PNG), False
    while at + 12 <= len(content) and not ended:
        (length,) = struct.unpack(">I", content[at : at + 4])
        kind, data = content[at + 4 : at + 8], content[at + 8 : at + 8 + length]
        at += 12 + length
        ended = kind == b"IEND"
        if kind not in _SILENT:
            yield _chunk(kind, data)
    if not ended or at != len(content):
        raise Unreadable("a picture the gate cannot read to its end")


def _chunk(kind: bytes, data: bytes) -> str:
    try:
        if kind == b"tEXt":
            return _either(data)
        if kind == b"zTXt":
            key, _, rest = data.partition(b"\0")
            return f"{_either(key)}\n{_either(zlib.decompress(rest[1:]))}"
        if kind == b"iTXt":
            key, _, rest = data.partition(b"\0")
            packed, rest = rest[0], rest[2:]
            language, _, rest = rest.partition(b"\0")
            word, _, text = rest.partition(b"\0")
            return "\n".join([_either(key), _either(language), _either(word), _either(zlib.decompress(text) if packed else text)])
        if kind == b"eXIf":
            return _either(data.replace(b"\0", b""))
    except (zlib.error, IndexError):
        pass
    raise Unreadable("a picture with metadata the gate cannot read")


def _either(data: bytes) -> str:
    """Return bytes as UTF-8, or as the Latin-1 that PNG names."""
    try:
        return data.decode("utf-8").replace("\0", "\n")
    except UnicodeDecodeError:
        return data.decode("latin-1").replace("\0", "\n")


def plainly(line: str) -> str:
    """Return a line with its encodings undone: entities, percent signs, escapes of scripts, full-width and invisible signs."""
    for _ in range(ROUNDS):
        before = line
        if "&" in line:
            line = html.unescape(line)
        if "%" in line:
            line = unquote(line, errors="replace")
        if "\\" in line:
            line = _CSS_ESCAPE.sub(_of_css, _ESCAPE.sub(_of_script, line))
        if line == before:
            break
    if not line.isascii():
        line = _FOREIGN_DIGIT.sub(lambda found: str(unicodedata.digit(found[0])), _INVISIBLE.sub("", unicodedata.normalize("NFKC", line)))
    return line.replace("\n", " ").replace("\r", " ")


def _of_script(found: re.Match[str]) -> str:
    code = found[1] or found[2] or found[3]
    if code:
        number = int(code, 16)
        return chr(number) if number <= 0x10FFFF and not 0xD800 <= number <= 0xDFFF else "\ufffd"
    return " " if found[4] else found[5]


def _of_css(found: re.Match[str]) -> str:
    number = int(found[1], 16)
    return chr(number) if 32 <= number <= 0x10FFFF and not 0xD800 <= number <= 0xDFFF else found[0]


def views(line: str) -> tuple[str, ...]:
    """Return a decoded line as it stands and, where it holds markup, as it reads: inline tags gone, a bar for every other."""
    if "<" not in line:
        return (line,)
    plain = _GEOMETRY.sub(" ", line)
    return plain, _TAG.sub("|", _INLINE.sub("", plain))


def embedded(line: str) -> Iterator[str]:
    """Yield the texts in what a line carries as base64, pictures' metadata included."""
    for found in _BASE64.finditer(line):
        token = found[0].rstrip("=").replace("-", "+").replace("_", "/")
        try:
            content = base64.b64decode(token + "=" * (-len(token) % 4), validate=True)
        except (binascii.Error, ValueError):
            continue
        if content.startswith(_PNG):
            yield from _png(content)
        elif (text := _readable(content)) is not None:
            yield text


def _readable(content: bytes) -> str | None:
    """Return bytes as text when they are text; a word that merely looks like base64 decodes to none."""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return text if all(sign.isprintable() or sign in "\r\n\t" for sign in text) else None
