"""Tell how a text was encoded, and turn Vietnamese fonts of before Unicode into Unicode.

TCVN3 (TCVN 5712:1993, the ``.Vn…`` fonts, "ABC") and VNI are fonts: their texts are Windows-1252
texts that show as Vietnamese only in the right font. They come as bytes of a CSV file and as
letters in the cells of a workbook, so both are tables from text to text here.
"""

import codecs
import re
import unicodedata
from collections.abc import Iterable, Mapping
from types import MappingProxyType

_TCVN3_LETTERS = (
    "µà ¶ả ·ã ¸á ¹ạ ¨ă »ằ ¼ẳ ½ẵ ¾ắ Æặ ©â Çầ Èẩ Éẫ Êấ Ëậ Ìè Îẻ Ïẽ Ðé Ñẹ ªê Òề Óể Ôễ Õế Öệ ×ì Øỉ Üĩ "
    "Ýí Þị ßò áỏ âõ ãó äọ «ô åồ æổ çỗ èố éộ ¬ơ êờ ëở ìỡ íớ îợ ïù ñủ òũ óú ôụ \xadư õừ öử ÷ữ øứ ùự "
    "úỳ ûỷ üỹ ýý þỵ ®đ ¡Ă ¢Â £Ê ¤Ô ¥Ơ ¦Ư §Đ"
)
_VNI_MARKED = {
    "a": "áù àø ảû ãõ ạï ââ ấá ầà ẩå ẫã ậä ăê ắé ằè ẳú ẵü ặë",
    "e": "éù èø ẻû ẽõ ẹï êâ ếá ềà ểå ễã ệä",
    "o": "óù òø ỏû õõ ọï ôâ ốá ồà ổå ỗã ộä",
    "ô": "ớù ờø ởû ỡõ ợï",
    "u": "úù ùø ủû ũõ ụï",
    "ö": "ứù ừø ửû ữõ ựï",
    "y": "ýù ỳø ỷû ỹõ",
}
_VNI_SINGLE = "ôơ öư íí ìì æỉ óĩ òị îỵ ñđ"


def _vni() -> dict[str, str]:
    lower = {pair[0]: pair[1] for pair in _VNI_SINGLE.split()}
    for base, pairs in _VNI_MARKED.items():
        lower |= {base + pair[1]: pair[0] for pair in pairs.split()}
    return lower | {written.upper(): letter.upper() for written, letter in lower.items()}


FONTS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "tcvn3": {pair[0]: pair[1] for pair in _TCVN3_LETTERS.split(" ")},
        "vni": _vni(),
    }
)
"""By font, what is written (as Windows-1252 shows it) to the letter that is meant."""
_WRITTEN = {
    font: re.compile("|".join(sorted(map(re.escape, table), key=len, reverse=True)))
    for font, table in FONTS.items()
}
LEGACY = ("cp1258", "tcvn3", "vni")
"""Encodings that are looked for where a text is not UTF-8, in this order."""

_TONES = re.compile("[\u0300\u0301\u0303\u0309\u0323]")
_WORD = re.compile(r"[^\W\d_]+")
_SYLLABLE = re.compile(
    "(?:b|ch?|d|đ|gh?|gi|h|kh?|l|m|n|ngh?|nh|ph?|qu|r|s|th?|tr|v|x)?"
    "(?:[aăâeêioôơuưy]|ia|iê|yê|ya|ua|uô|ưa|ươ|oa|oă|oe|uâ|uê|uy|uya|uyê|uơ|oo|ai|ay|ây|ao|au|âu|eo|"
    "êu|iu|iêu|yêu|oi|ôi|ơi|oai|oay|oeo|oao|ui|ưi|uôi|ươi|ưu|ươu|uyu|uây)"
    "(?:ch?|m|ng?|nh|p|t)?"
)
_LEAST_WORDS = 3
_LEAST_SHARE = 0.8
_CERTAIN_MARGIN = 0.1


def to_unicode(text: str, font: str) -> str:
    """Turn a text in a font of before Unicode into the letters that are meant."""
    table = FONTS[font]
    return _WRITTEN[font].sub(lambda found: table[found[0]], text)


def in_font(text: str, font: str) -> str:
    """Write a text as the font wants it; a letter that it does not have stays as it is."""
    written = {letter: code for code, letter in FONTS[font].items()}
    return "".join(written.get(letter, letter) for letter in text)


def is_known(encoding: str) -> bool:
    """Say whether an encoding is one of the fonts or one that Python knows."""
    if encoding.casefold() in FONTS:
        return True
    try:
        codecs.lookup(encoding)
    except LookupError:
        return False
    return True


def codec_of(encoding: str) -> str:
    """Give the codec that reads a file's bytes; a font's bytes are letters of Latin-1."""
    return "latin-1" if encoding.casefold() in FONTS else codecs.lookup(encoding).name


def letters_of(text: str, encoding: str) -> str:
    """Give the composed letters of a text that was read by :func:`codec_of`."""
    name = encoding.casefold()
    return unicodedata.normalize("NFC", to_unicode(text, name) if name in FONTS else text)


def sniff(sample: bytes, declared: str) -> str:
    """Say how a file is encoded, from its first bytes (cut after a line where it is longer).

    What the contract declares stands unless the bytes contradict it. Where single lines of a UTF-8
    file are broken, it is UTF-8: those lines are refused one by one.
    """
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if sample.startswith(mark):
            return encoding
    without_mark = _utf16_without_mark(sample)
    if without_mark:
        return without_mark
    high = [line for line in sample.split(b"\n") if not line.isascii()]
    valid_count = sum(map(_is_utf8, high))
    if valid_count * 2 > len(high):
        return "utf-8"
    if codec_of(declared) not in ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"):
        return declared
    if not high:
        return "utf-8" if codec_of(declared).startswith("utf-16") else declared
    return _legacy(b"\n".join(high)) or declared


def font_of(texts: Iterable[str]) -> str | None:
    """Say in which font of before Unicode the cells of a workbook are, from some of them."""
    high = [text for text in texts if not text.isascii()]
    if any(max(text) > "\xff" for text in high):
        return None
    joined = "\n".join(high)
    shares = {"unicode": syllable_share(joined)} | {
        font: syllable_share(to_unicode(joined, font)) for font in FONTS
    }
    best = _certain(shares)
    return best if best in FONTS else None


def syllable_share(text: str) -> float:
    """Share of the words with accents that are Vietnamese syllables; 0 where there are too few."""
    words = [word for word in _WORD.findall(text) if not word.isascii()]
    if len(words) < _LEAST_WORDS:
        return 0.0
    return sum(map(_is_syllable, words)) / len(words)


def _legacy(sample: bytes) -> str | None:
    shares = {}
    for encoding in LEGACY:
        try:
            text = sample.decode(codec_of(encoding))
        except UnicodeDecodeError:
            continue
        shares[encoding] = syllable_share(letters_of(text, encoding))
    return _certain(shares)


def _certain(shares: Mapping[str, float]) -> str | None:
    ranked = sorted(shares, key=lambda name: shares[name], reverse=True)
    if not ranked or shares[ranked[0]] < _LEAST_SHARE:
        return None
    second = shares[ranked[1]] if len(ranked) > 1 else 0.0
    return ranked[0] if shares[ranked[0]] - second >= _CERTAIN_MARGIN else None


def _is_syllable(word: str) -> bool:
    marked = unicodedata.normalize("NFD", unicodedata.normalize("NFC", word).lower())
    bare, tone_count = _TONES.subn("", marked)
    return tone_count <= 1 and bool(_SYLLABLE.fullmatch(unicodedata.normalize("NFC", bare)))


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _utf16_without_mark(sample: bytes) -> str | None:
    """Know UTF-16 by the zero bytes of its Latin letters, which all stand on one side."""
    head = sample[: 1 << 12]
    even, odd = head[::2].count(0), head[1::2].count(0)
    least = max(len(head) // 8, 4)
    if odd >= least and even == 0:
        return "utf-16-le"
    return "utf-16-be" if even >= least and odd == 0 else None
