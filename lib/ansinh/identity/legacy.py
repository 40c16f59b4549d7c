"""Text of the eight-bit age in spreadsheet cells: TCVN3 (fonts .Vn…) and VNI for Windows (fonts VNI-…).

The tables: TCVN 5712:1993, third set (VN3), as glibc's TCVN5712-1 has its lower-case half; VNI as the VNI software
company publishes it for Windows (a base letter, then a sign for mark and tone in a second byte).

Detected by content, not by font, and in favour of leaving text alone: a cell that is possible Vietnamese as it stands is
never changed, nor one of which as TCVN3 or VNI not every word is a possible Vietnamese syllable. TCVN3 has no capitals
with tone marks; they come back from the rest of the word and the cell.

>>> to_unicode('NguyÔn V¨n Hoµ', 'tcvn3'), detect('NguyÔn V¨n Hoµ')
('Nguyễn Văn Hoà', 'tcvn3')
>>> to_unicode('NGUYEÃN VAÊN HOØA', 'vni'), detect('NGUYEÃN VAÊN HOØA')
('NGUYỄN VĂN HÒA', 'vni')
>>> to_unicode('Lª V¡N ¸NH', 'tcvn3'), to_unicode('TrÇn ThÞ ¸nh', 'tcvn3')
('LÊ VĂN ÁNH', 'Trần Thị Ánh')
>>> [detect(text) for text in ('Nguyễn Văn Hoà', 'Hà Nội', 'José', 'El Niño', '© 2024', '25 °C', '5 µm', '« Hà »')]
[None, None, None, None, None, None, None, None]
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
_TCVN3_CAPITALS = frozenset(_TCVN3_BYTES[-7:])

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
    r"(?:ngh|ng|nh|gh|gi|kh|ch|th|tr|ph|qu|[bcdghklmnpqrstvx])?"
    r"(?:uye|uya|uyu|uoi|uou|uay|uai|uao|ueo|ieu|yeu|oai|oay|oao|oeo|ai|ao|au|ay|eo|eu|ia|ie|iu|oa|oe|oi|oo|ua|ue|ui|uo|uy|uu|ye|[aeiouy])"
    r"(?:ch|ng|nh|[cmnpt])?"
)
_WORD = re.compile(r"[^\W\d_]+")
_TONES = frozenset("\u0300\u0301\u0309\u0303\u0323")
_MARKS = frozenset("\u0302\u0306\u031b")
_PUNCTUATION = re.compile(r"[\u2010-\u2027\u00a0]+")
_SIGNS = {
    "tcvn3": frozenset(_TCVN3_BYTES),
    "vni": frozenset(sign for code in _FROM_VNI for sign in code if ord(sign) > 0x7F),
}
_ALONE = re.compile(r"(?<![A-Za-z\u00a1-\u00ff])(?:[\u00a1-\u00bf×÷]|µ[A-Za-z]{1,2})(?![A-Za-z\u00a1-\u00ff])")
"""Signs beside no letter, and units such as µm: never words, whatever TCVN3 would make of them."""


def detect(text: str) -> str | None:
    """Return tcvn3 or vni when `text` is such, None when it is ordinary text (ASCII, Unicode Vietnamese, foreign words)."""
    return None if text.isascii() else _detect(text)


@lru_cache(maxsize=1 << 16)
def _detect(text: str) -> str | None:
    plain = _PUNCTUATION.sub(" ", text)
    foreign = frozenset(sign for sign in plain if sign > "\x7f")
    if not foreign or _vietnamese(plain):
        return None
    for encoding, signs in _SIGNS.items():
        if foreign <= signs and not (encoding == "tcvn3" and _ALONE.search(plain)):
            changed = to_unicode(plain, encoding)
            if changed != plain and _vietnamese(changed):
                return encoding
    return None


def _vietnamese(text: str) -> bool:
    """Tell whether every word is a possible Vietnamese syllable or plain ASCII, and no stray sign is left."""
    composed = unicodedata.normalize("NFC", text)
    if not _WORD.sub("", composed).isascii():
        return False
    return all(word.isascii() or possible(word) for word in _WORD.findall(composed))


@lru_cache(maxsize=1 << 16)
def possible(word: str) -> bool:
    """Tell whether a word (NFC) can be Vietnamese: one syllable, one tone, in small letters, in capitals or begun with one."""
    if not (word.islower() or word.isupper() or word.istitle()):
        return False
    signs = unicodedata.normalize("NFD", word.lower().replace("đ", "d"))
    bare = "".join(sign for sign in signs if not unicodedata.combining(sign))
    tones = sum(sign in _TONES for sign in signs)
    known = tones + sum(sign in _MARKS for sign in signs) == len(signs) - len(bare)
    return known and tones <= 1 and bare.isascii() and _SYLLABLE.fullmatch(bare) is not None


def to_unicode(text: str, encoding: str) -> str:
    """Convert `text` from tcvn3 or vni to Unicode (NFC); raises ValueError for another encoding."""
    if encoding == "vni":
        return _VNI_CODES.sub(lambda code: _FROM_VNI[code[0]], text)
    if encoding != "tcvn3":
        raise ValueError("The encoding is tcvn3 or vni.")
    return _capitals(text)


def _capitals(text: str) -> str:
    """Convert TCVN3, with capitals where the cell has them: in capitals throughout, or each word begun with one."""
    words = text.split(" ")
    plain = ["".join(sign for sign in word if sign.isascii() and sign.isalpha()) for word in words]
    known = [letters for letters in plain if letters]
    all_capitals = any(len(letters) > 1 for letters in known) and all(letters.isupper() for letters in known)
    begun = [word for word in words if word and (word[0].isascii() or word[0] in _TCVN3_CAPITALS)]
    titled = bool(begun) and all(not word[0].isalpha() or word[0].isupper() or word[0] in _TCVN3_CAPITALS for word in begun)
    changed = [_word(word, letters, all_capitals, titled) for word, letters in zip(words, plain, strict=True)]
    return " ".join(changed)


def _word(word: str, letters: str, all_capitals: bool, titled: bool) -> str:
    changed = word.translate(_FROM_TCVN3)
    if all_capitals or (len(letters) > 1 and letters.isupper()):
        return changed.upper()
    return changed[:1].upper() + changed[1:] if titled else changed


def from_unicode(text: str, encoding: str) -> str:
    """Convert Unicode text to tcvn3 or vni, as an old file holds it; capitals with tones lose their case in tcvn3."""
    composed = unicodedata.normalize("NFC", text)
    if encoding == "tcvn3":
        return "".join(_TO_TCVN3.get(sign) or _TO_TCVN3.get(sign.lower(), sign) for sign in composed)
    if encoding != "vni":
        raise ValueError("The encoding is tcvn3 or vni.")
    return "".join(_TO_VNI.get(sign, sign) for sign in composed)
