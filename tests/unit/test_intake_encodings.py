"""Texts of before Unicode: what is written in a font comes back as the letters that were meant."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from intake_support import legacy_bytes
from motcua.intake import encodings

SENTENCE = "Hồ sơ tiếp nhận trước hạn của Sở Tài nguyên và Môi trường tỉnh Thừa Thiên Huế"
FONT_TEXTS = {
    font: st.text(st.sampled_from([*table.values(), *"abcdehnotuy .,-/0123456789"]))
    for font, table in encodings.FONTS.items()
}


@given(text=FONT_TEXTS["tcvn3"])
def test_tcvn3_comes_back(text):
    assert encodings.to_unicode(encodings.in_font(text, "tcvn3"), "tcvn3") == text


@given(text=FONT_TEXTS["vni"])
def test_vni_comes_back(text):
    assert encodings.to_unicode(encodings.in_font(text, "vni"), "vni") == text


@pytest.mark.parametrize(
    ("font", "written", "meant"),
    [
        ("tcvn3", "Céng hoµ x· héi chñ nghÜa ViÖt Nam", "Cộng hoà xã hội chủ nghĩa Việt Nam"),
        ("tcvn3", "§éc lËp - Tù do - H¹nh phóc", "Độc lập - Tự do - Hạnh phúc"),
        ("vni", "Coäng hoøa xaõ hoäi chuû nghóa Vieät Nam", "Cộng hòa xã hội chủ nghĩa Việt Nam"),
        ("vni", "ÑOÄC LAÄP - TÖÏ DO - HAÏNH PHUÙC", "ĐỘC LẬP - TỰ DO - HẠNH PHÚC"),
    ],
)
def test_known_sentences_of_the_fonts(font, written, meant):
    assert encodings.to_unicode(written, font) == meant
    assert encodings.in_font(meant, font) == written


def test_fonts_hold_every_vietnamese_letter():
    marked = "áàảãạăắằẳẵặâấầẩẫậéèẻẽẹêếềểễệíìỉĩịóòỏõọôốồổỗộơớờởỡợúùủũụưứừửữựýỳỷỹỵđ"

    assert set(marked) <= set(encodings.FONTS["tcvn3"].values())
    assert set(marked + marked.upper()) == set(encodings.FONTS["vni"].values())


@pytest.mark.parametrize("encoding", ["tcvn3", "vni", "cp1258"])
def test_legacy_encoding_is_known_by_its_syllables(encoding):
    sample = legacy_bytes(SENTENCE, encoding)

    assert encodings.sniff(sample, "utf-8") == encoding
    decoded = sample.decode(encodings.codec_of(encoding))
    assert encodings.letters_of(decoded, encoding) == SENTENCE


@pytest.mark.parametrize("font", encodings.FONTS)
def test_font_of_cells_is_known_and_unicode_is_left_alone(font):
    cells = SENTENCE.split(" và ")

    assert encodings.font_of(encodings.in_font(cell, font) for cell in cells) == font
    assert encodings.font_of(cells) is None
    assert encodings.font_of(["Hà Nội", "Đà Nẵng", "Cà Mau", "Hải Phòng"]) is None
    assert encodings.font_of(["Hà Tiên", "Cà Mau", "Vàm Cỏ".replace("ỏ", "ó"), "bàn là"]) is None
    assert encodings.font_of(["số"]) is None


@pytest.mark.parametrize(
    ("sample", "declared", "expected"),
    [
        pytest.param(SENTENCE.encode(), "utf-8", "utf-8", id="utf-8"),
        pytest.param(SENTENCE.encode(), "tcvn3", "utf-8", id="declared a font, is utf-8"),
        pytest.param(b"a,b\n", "utf-16", "utf-8", id="declared utf-16, is ascii"),
        pytest.param(SENTENCE.encode("utf-8-sig"), "cp1258", "utf-8-sig", id="mark"),
        pytest.param(SENTENCE.encode("utf-16"), "utf-8", "utf-16", id="utf-16"),
        pytest.param(
            b"a,b,c,d\n1,2,3,4\n".decode().encode("utf-16-le"),
            "utf-8",
            "utf-16-le",
            id="utf-16 without a mark",
        ),
        pytest.param(
            b"a,b,c,d\n1,2,3,4\n".decode().encode("utf-16-be"),
            "utf-8",
            "utf-16-be",
            id="utf-16 big end",
        ),
        pytest.param(
            f"{SENTENCE}\n{SENTENCE}\n".encode() + b"\xff\xfe\n",
            "utf-8",
            "utf-8",
            id="one broken line",
        ),
        pytest.param(
            b"\xd0\xe5\xf1\xf2\xf0 \xe4\xe5\xeb \xe7\xe0\xff\xe2",
            "utf-8",
            "utf-8",
            id="cyrillic: not guessed",
        ),
        pytest.param(b"", "utf-8", "utf-8", id="nothing"),
    ],
)
def test_encoding_is_told_from_the_bytes(sample, declared, expected):
    assert encodings.sniff(sample, declared) == expected


@given(text=st.text())
def test_utf8_is_never_taken_for_a_font(text):
    assume("\0" not in text)

    assert encodings.sniff(text.encode(), "utf-8") in ("utf-8", "utf-8-sig")
