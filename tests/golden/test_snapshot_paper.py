"""The pack on paper: fonts, page numbers, margins, the notice, foreign text."""

import dataclasses
import io
import re
import unicodedata

import pypdf
import pytest

from motcua.snapshot.edge import read_content
from motcua.snapshot.model import SIMULATED_BANNER
from motcua.snapshot.paper import FONT, render_pdf

POINTS_PER_MM = 72 / 25.4
VIETNAMESE = "".join(
    unicodedata.normalize("NFC", letter + mark)
    for letter in "AĂÂEÊIOÔƠUƯYaăâeêioôơuưy"
    for mark in ("", "\u0300", "\u0301", "\u0309", "\u0303", "\u0323")
)
EVERY_LETTER = f"{VIETNAMESE} Đđ 0123456789 , . % – … · / ( ) « »"


@pytest.fixture
def paper(told) -> pypdf.PdfReader:
    return read(told)


def read(content) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(render_pdf(content)))


def fonts(reader: pypdf.PdfReader) -> dict[str, bool]:
    """Name the fonts of a file, and whether each lies in it."""
    found = {}
    for page in reader.pages:
        for font in page["/Resources"].get("/Font", {}).values():
            (inner,) = font.get_object()["/DescendantFonts"]
            described = inner.get_object()["/FontDescriptor"].get_object()
            held = any(f"/FontFile{kind}" in described for kind in ("", "2", "3"))
            found[font.get_object()["/BaseFont"].rpartition("+")[2]] = held
    return found


def named(content, name: str):
    return dataclasses.replace(
        content, header=dataclasses.replace(content.header, review_name=name)
    )


def test_every_vietnamese_letter_is_drawn_by_a_font_inside_the_file(content):
    reader = read(named(content, EVERY_LETTER))
    used = fonts(reader)

    assert used
    assert all(used.values())
    assert {name.partition("-")[0] for name in used} == {FONT.replace(" ", "")}
    text = "".join(reader.pages[0].extract_text().split())
    assert "".join(EVERY_LETTER.split()) in text


def test_letter_that_the_font_lacks_is_seen(content):
    """Sees the check above fail: another font stands in, or nothing is drawn."""
    used = fonts(read(named(content, "省")))
    text = read(named(content, "省")).pages[0].extract_text()

    assert {name.partition("-")[0] for name in used} != {FONT.replace(" ", "")} or "省" not in text


def test_pages_are_numbered_at_the_top_but_not_the_first(paper):
    first, *others = [page.extract_text().split() for page in paper.pages]

    assert not first[0][0].isdigit()
    assert [words[0] for words in others] == [str(n) for n in range(2, len(others) + 2)]


def test_summary_is_one_page_and_annexes_lie_on_their_side(paper):
    texts = [page.extract_text() for page in paper.pages]
    sizes = {
        tuple(round(float(side) / POINTS_PER_MM) for side in page.mediabox[2:])
        for page in paper.pages
    }
    annex = next(n for n, text in enumerate(texts) if "Phụ lục 1." in text and n > 1)

    assert "MỤC LỤC" in texts[1]
    assert sizes == {(210, 297), (297, 210)}
    for number, page in enumerate(paper.pages):
        assert (page.mediabox.width > page.mediabox.height) == (number >= annex)


def test_text_keeps_to_the_margins_of_the_decree(paper):
    for page in list(paper.pages)[:4]:
        starts: list[float] = []

        def visit(text, outer, inner, *_, starts=starts):
            if text.strip():
                place = inner[4] * outer[0] + inner[5] * outer[2] + outer[4]
                starts.append(place / POINTS_PER_MM)

        page.extract_text(visitor_text=visit)
        assert min(starts) >= 29.9
        assert max(starts) <= 190.1


def test_notice_of_simulated_data_stands_on_every_page(paper):
    for page in paper.pages:
        assert SIMULATED_BANNER in page.extract_text()


def test_real_data_carry_no_notice(marts):
    reader = read(read_content(marts, "2011-CY-X01"))

    assert all("MÔ PHỎNG" not in page.extract_text() for page in reader.pages)


@pytest.mark.parametrize("review_code", ["2011-CY-X01", "2023-CY-X01"])
def test_review_with_little_data_has_a_paper(marts, review_code):
    assert len(read(read_content(marts, review_code)).pages) > 3


def test_markup_in_foreign_text_stays_text(content):
    hostile = (
        '#panic("x") *đậm* _nghiêng_ $1+1$ `mã` <nhãn> @dẫn // [ngoặc] \\ #read("/etc/passwd")'
    )

    text = read(named(content, hostile)).pages[0].extract_text()

    assert "".join(hostile.split()) in "".join(text.split())


def test_paper_is_dated_by_the_pack_and_not_by_the_clock(paper):
    assert paper.metadata["/CreationDate"].startswith("D:20250110")
    assert paper.metadata["/ModDate"].startswith("D:20250110")


def test_long_code_without_a_space_stays_in_its_cell(content):
    table = content.table("procedures_leading")
    cells = list(table.rows[0].cells)
    cells[2] = dataclasses.replace(cells[2], text="9" * 60)
    row = dataclasses.replace(table.rows[0], cells=tuple(cells))
    changed = dataclasses.replace(table, rows=(row,))
    tables = tuple(changed if other is table else other for other in content.tables)
    reader = read(dataclasses.replace(content, tables=tables))

    runs = [run for page in reader.pages for run in re.findall("9+", page.extract_text())]
    assert sum(len(run) for run in runs) >= 60
    assert max(len(run) for run in runs) < 40


def test_charts_are_drawn_with_their_labels_and_figures(content):
    chart = content.charts[0]
    bars = tuple(dataclasses.replace(bar, text=f"{bar.text} ¶") for bar in chart.bars)
    marked = dataclasses.replace(content, charts=(dataclasses.replace(chart, bars=bars),))

    text = " ".join(page.extract_text() for page in read(marked).pages)

    assert all(bar.text in text for bar in bars)
