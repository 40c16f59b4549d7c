"""Text of the eight-bit age in spreadsheet cells: TCVN3 (TCVN 5712:1993, fonts .Vn…) and VNI for Windows.

Detected by content, not by font: the cell as it stands is no Vietnamese, and as TCVN3 or VNI every word is.
TCVN3 has no capitals with tone marks; a word written otherwise in capitals gets them back.

>>> to_unicode('NguyÔn V¨n Hoµ', 'tcvn3'), detect('NguyÔn V¨n Hoµ')
('Nguyễn Văn Hoà', 'tcvn3')
>>> to_unicode('NGUYEÃN VAÊN HOØA', 'vni'), detect('NGUYEÃN VAÊN HOØA')
('NGUYỄN VĂN HÒA', 'vni')
>>> detect('Nguyễn Văn Hoà'), detect('Hà Nội'), detect('José')
(None, None, None)
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_TCVN3_LETTERS = "àảãáạăằẳẵắặâầẩẫấậđèẻẽéẹêềểễếệìỉĩíịòỏõóọôồổỗốộơờởỡớợùủũúụưừửữứựỳỷỹýỵĂÂÊÔƠƯĐ"
_TCVN3_BYTES = bytes.fromhex(
    "b5b6b7b8b9 a8bbbcbdbec6 a9c7c8c9cacb ae cccecfd0d1 aad2d3d4d5d6 d7d8dcddde dfe1e2e3e4 abe5e6e7e8e9 aceaebecedee eff1f2f3f4 adf5f6f7f8f9 fafbfcfdfe"
    "a1a2a3a4a5a6a7"
).decode("latin-1")
_TO_TCVN3 = dict(zip(_TCVN3_LETTERS, _TCVN3_BYTES, strict=True))
_FROM_TCVN3 = str.maketrans(dict(zip(_TCVN3_BYTES, _TCVN3_LETTERS, strict=True)))

_VNI_TONES = {"\u0300": "ø", "\u0301": "ù", "\u0309": "û", "\u0303": "õ", "\u0323": "ï"}
_VNI_BREVE = {"": "ê", "\u0300": "è", "\u0301": "é", "\u0309": "ú", "\u0303": "ü", "\u0323": "ë"}
_VNI_CIRCUMFLEX = {"": "â", "\u0300": "à", "\u0301": "á", "\u0309": "å", "\u0303": "ã", "\u0323": "ä"}
_VNI_SINGLE = {"ì": "ì", "í": "í", "ỉ": "æ", "ĩ": "ó", "ị": "ò", "ỵ": "î", "đ": "ñ", "ơ": "ô", "ư": "ö"}


def _vni_table() -> dict[str, str]:
    table = dict(_VNI_SINGLE)
    for base in "aeouy":
        table |= {unicodedata.normalize("NFC", base + tone): base + sign for tone, sign in _VNI_TONES.items()}
    for tone, sign in _VNI_BREVE.items():
        table[unicodedata.normalize("NFC", "ă" + tone)] = "a" + sign
    for base, letter in zip("aeo", "âêô", strict=True):
        table |= {unicodedata.normalize("NFC", letter + tone): base + sign for tone, sign in _VNI_CIRCUMFLEX.items()}
    for letter, base in (("ơ", "ô"), ("ư", "ö")):
        table |= {unicodedata.normalize("NFC", letter + tone): base + sign for tone, sign in _VNI_TONES.items()}
    table.update({"ỵ": "î"})
    return table | {letter.upper(): code.upper() for letter, code in table.items()}


_TO_VNI = _vni_table()
_FROM_VNI = {code: letter for letter, code in _TO_VNI.items()}
_FROM_VNI |= {code[0].upper() + code[1:].lower(): letter.upper() for letter, code in _TO_VNI.items() if len(code) == 2}
_VNI_CODES = re.compile("|".join(re.escape(code) for code in sorted(_FROM_VNI, key=len, reverse=True)))

_SYLLABLE = re.compile(
    r"^(?:ngh|ng|nh|gh|gi|kh|ch|th|tr|ph|qu|[bcdđghklmnpqrstvx])?"
    r"(?:uyê|uya|uyu|uôi|uây|uao|ươi|ươu|iêu|yêu|oai|oay|oao|oeo|ai|ao|au|ay|âu|ây|eo|êu|ia|iê|iu|oa|oă|oe|oi|ôi|ơi|oo|ua|uâ|uê|ui|uô|uơ|uy|ưa|ươ|ưi|ưu|yê"
    r"|[aăâeêioôơuưy])"
    r"(?:ch|ng|nh|[cmnpt])?$"
)
"""A Vietnamese syllable without its tone: onset, nucleus with its quality marks, coda."""
_TONES = "\u0300\u0301\u0309\u0303\u0323"
_WORD = re.compile(r"[^\W\d_]+")


def detect(text: str) -> str | None:
    """Return tcvn3 or vni when `text` is such, None when it is ordinary text."""
    return None if text.isascii() else _detect(text)


@lru_cache(maxsize=65536)
def _detect(text: str) -> str | None:
    if any(ord(sign) > 0xFF for sign in text) or _vietnamese(text):
        return None
    for encoding in ("tcvn3", "vni"):
        changed = to_unicode(text, encoding)
        if changed != text and _vietnamese(changed):
            return encoding
    return None


def _vietnamese(text: str) -> bool:
    """Tell whether every word is a possible Vietnamese syllable or plain ASCII, and no stray sign is left."""
    decomposed = unicodedata.normalize("NFC", text)
    words = _WORD.findall(decomposed)
    rest = _WORD.sub("", decomposed)
    return bool(words) and rest.isascii() and all(word.isascii() or _possible(word) for word in words)


@lru_cache(maxsize=65536)
def _possible(word: str) -> bool:
    tones = [sign for sign in unicodedata.normalize("NFD", word) if sign in _TONES]
    bare = unicodedata.normalize("NFC", "".join(sign for sign in unicodedata.normalize("NFD", word.lower()) if sign not in _TONES))
    mixed = not (word.islower() or word.isupper() or word.istitle())
    return len(tones) <= 1 and not mixed and bool(_SYLLABLE.match(bare))


def to_unicode(text: str, encoding: str) -> str:
    """Convert `text` from tcvn3 or vni to Unicode (NFC)."""
    if encoding == "tcvn3":
        return re.sub(r"\S+", lambda word: _capitals(word[0]), text)
    return _VNI_CODES.sub(lambda code: _FROM_VNI[code[0]], text)


def _capitals(word: str) -> str:
    letters = [sign for sign in word if sign.isascii() and sign.isalpha()]
    changed = word.translate(_FROM_TCVN3)
    return changed.upper() if len(letters) > 1 and all(sign.isupper() for sign in letters) else changed


def from_unicode(text: str, encoding: str) -> str:
    """Convert Unicode text to tcvn3 or vni, as an old file holds it; capitals with tones lose their case in tcvn3."""
    composed = unicodedata.normalize("NFC", text)
    if encoding == "tcvn3":
        return "".join(_TO_TCVN3.get(sign) or _TO_TCVN3.get(sign.lower(), sign) for sign in composed)
    return "".join(_TO_VNI.get(sign, sign) for sign in composed)
