"""The report in Word: the layout of Decree 30/2020/NĐ-CP, ready to edit."""

import io

import pytest
from docx import Document
from docx.enum.section import WD_ORIENT
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from motcua.snapshot.charts import spoken
from motcua.snapshot.content import with_office
from motcua.snapshot.document import render_docx
from motcua.snapshot.model import Content


@pytest.fixture
def report(content):
    return Document(io.BytesIO(render_docx(content)))


def words(paragraph) -> str:
    return "".join(paragraph._p.xpath(".//w:t/text()"))


def millimetres(*lengths) -> list[int]:
    return [round(length / Mm(1)) for length in lengths]


def test_summary_report_and_annexes_are_sections_of_a4(report):
    summary, body, annexes = report.sections

    for section in (summary, body):
        assert millimetres(section.page_width, section.page_height) == [210, 297]
        assert millimetres(section.top_margin, section.bottom_margin) == [20, 20]
        assert millimetres(section.left_margin, section.right_margin) == [30, 20]
    assert annexes.orientation == WD_ORIENT.LANDSCAPE
    assert millimetres(annexes.page_width, annexes.page_height) == [297, 210]


def test_report_is_numbered_from_one_and_its_first_page_bears_no_number(report):
    starts = [section._sectPr.find(qn("w:pgNumType")) for section in report.sections]
    summary, body, annexes = report.sections

    assert [start is not None for start in starts] == [False, True, False]
    assert starts[1].get(qn("w:start")) == "1"
    assert summary.different_first_page_header_footer
    assert body.different_first_page_header_footer
    assert not annexes.different_first_page_header_footer
    assert "PAGE" in summary.header._element.xpath("string(.)")
    assert "PAGE" not in summary.first_page_header._element.xpath("string(.)")


def test_settings_of_a_section_stand_in_the_order_of_the_schema(report):
    order = ["Reference", "type", "pgSz", "pgMar", "pgNumType", "cols", "titlePg", "docGrid"]
    for section in report.sections:
        names = [child.tag.rpartition("}")[2] for child in section._sectPr]
        found = [order.index(name[-9:] if name.endswith("Reference") else name) for name in names]
        assert found == sorted(found)


def test_heading_block_leaves_number_and_day_blank(report):
    block = next(table for table in report.tables if "CỘNG HÒA" in table.rows[0].cells[1].text)
    issuer, motto = (cell.text for cell in block.rows[0].cells)
    number, day = (cell.text for cell in block.rows[1].cells)

    assert issuer.startswith("ỦY BAN NHÂN DÂN")
    assert "Độc lập – Tự do – Hạnh phúc" in motto
    assert number.startswith("Số:")
    assert "/BC-…" in number
    assert not any(letter.isdigit() for letter in f"{number}{day}")
    assert day.startswith("An Giang, ngày")


def test_controls_of_figures_keep_the_type_of_their_runs(report):
    inside = report.element.body.xpath(".//w:sdtPr/*")

    assert {element.tag for element in inside} == {qn("w:alias"), qn("w:tag")}
    assert all(len(element.get(qn("w:val"))) <= 64 for element in inside)


def test_issuer_abbreviation_and_title_of_the_signatory_are_settings(content):
    given = with_office(content, "UBND TỈNH AN GIANG | SỞ NỘI VỤ", "SNV", "GIÁM ĐỐC")
    cells = [
        cell.text
        for table in Document(io.BytesIO(render_docx(given))).tables
        for row in table.rows[:2]
        for cell in row.cells
    ]

    assert any(text.startswith("UBND TỈNH AN GIANG\nSỞ NỘI VỤ") for text in cells)
    assert "Số:          /BC-SNV" in cells
    assert "GIÁM ĐỐC\n(để trống)" in cells
    assert with_office(content, "", " ", "") == content


def test_body_is_set_in_the_font_and_size_of_the_decree(report, content):
    style = report.styles["Normal"]
    sentence = content.sections[1].paragraphs[0].text
    paragraph = next(
        p for p in report.paragraphs if "".join(p._p.xpath(".//w:t/text()")) == sentence
    )

    assert style.font.name == "Times New Roman"
    assert Pt(13) <= style.font.size <= Pt(14)
    assert millimetres(paragraph.paragraph_format.first_line_indent) == [10]
    assert {run.font.size for run in paragraph.runs} == {None}


def test_charts_are_pictures_that_say_what_they_show(report, content):
    pictures = [shape._inline for shape in report.inline_shapes]

    assert [picture.docPr.get("descr") for picture in pictures] == [
        spoken(chart) for chart in content.charts
    ]
    assert all(bar.text in spoken(chart) for chart in content.charts for bar in chart.bars)


def test_errata_stand_on_a_page_of_their_own_where_there_are_any(content, told):
    def apart(said: Content) -> list[bool | None]:
        paragraphs = Document(io.BytesIO(render_docx(said))).paragraphs
        return [
            paragraph.paragraph_format.page_break_before
            for paragraph in paragraphs
            if paragraph.text == "Phụ lục 16 (tiếp). Đính chính"
        ]

    assert apart(told) == [True]
    assert apart(content) == []
