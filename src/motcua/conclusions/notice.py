"""The draft notice of conclusions in the layout of Decree 30/2020/NĐ-CP; staff write the rest."""

import datetime
import io

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Mm, Pt
from docx.text.paragraph import Paragraph as WordParagraph

from motcua.snapshot.decree import (
    banner_run,
    set_up_page,
    set_up_text,
    with_fixed_times,
    write_head,
    write_signature,
)
from motcua.snapshot.model import Column, Content, Row, Table, text_cell
from motcua.snapshot.word_table import table_element

_WIDTH_MM = 160.0
_HALF_POINTS = 22
_BLANK = "……"
_BLANK_LINES = 3


def notice_name(review_code: str) -> str:
    """Name the draft of a review's notice."""
    return f"thong_bao_ket_luan_{review_code}.docx"


def render_notice(content: Content) -> bytes:
    """Write the draft: what, who, with whom, by what measured, by when; number and day blank."""
    header = content.header
    document = Document()
    properties = document.core_properties
    moment = datetime.datetime.fromisoformat(f"{header.as_of_date}T00:00:00+00:00")
    properties.created = properties.modified = moment
    properties.author = properties.last_modified_by = ""
    properties.title = f"Dự thảo thông báo kết luận – {header.review_code}"
    properties.comments = header.banner
    set_up_text(document)
    section = document.sections[0]
    set_up_page(section, is_first=True)
    if header.banner:
        for part in (section.first_page_header, section.header):
            part.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.CENTER
            banner_run(part.paragraphs[0], header.banner)
    write_head(document, header, "TB")
    _centred(document, "THÔNG BÁO", 15, before=18)
    _centred(document, f"Kết luận tại {header.review_name}", 13)
    _centred(document, "(DỰ THẢO, máy lập từ số liệu; người soạn thảo sửa và bổ sung)", 12)
    for line in header.frame:
        _centred(document, line, 11.5, is_bold=False)
    _paragraph(document, f"Ngày {_BLANK}, tại {_BLANK}, {_BLANK} chủ trì {header.review_name}.")
    _paragraph(document, f"Độ phủ số liệu: {content.coverage.sentence}")
    _paragraph(document, "Sau khi nghe báo cáo và ý kiến các đại biểu, cuộc họp kết luận:")
    element = table_element(_table(content), _WIDTH_MM, _HALF_POINTS)
    document.add_paragraph()._p.addprevious(element)
    _paragraph(
        document,
        "Các cơ quan chủ trì báo cáo kết quả tại kỳ họp sau; kết quả đo bằng chỉ tiêu đã nêu.",
    )
    write_signature(document, header.signatory_title)
    buffer = io.BytesIO()
    document.save(buffer)
    return with_fixed_times(buffer.getvalue())


def _table(content: Content) -> Table:
    """Lay out the matters, then lines for what the meeting adds."""
    goals = {goal.code: goal.name for goal in content.goals}
    rows = [
        (matter.text, matter.agency_name, goals.get(matter.metric_code, ""))
        for matter in content.matters
    ]
    rows += [("", "", "")] * _BLANK_LINES
    return Table(
        code="notice",
        title="Nội dung kết luận",
        sheet="",
        unit="",
        columns=(
            Column("order", "TT", kind="text", width=8),
            Column("content", "Nội dung", kind="text", width=40),
            Column("lead", "Chủ trì", kind="text", width=24),
            Column("with", "Phối hợp", kind="text", width=18),
            Column("metric", "Chỉ tiêu đo, giá trị giao", kind="text", width=26),
            Column("due", "Hạn", kind="text", width=12),
        ),
        rows=tuple(
            Row(
                "body",
                tuple(
                    text_cell(text)
                    for text in (number, words, lead or _BLANK, _BLANK, metric or _BLANK, _BLANK)
                ),
            )
            for number, (words, lead, metric) in enumerate(rows, start=1)
        ),
    )


def _centred(
    document, text: str, size: float, *, before: float = 0, is_bold: bool = True
) -> WordParagraph:
    paragraph = document.add_paragraph()
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    paragraph.paragraph_format.space_before = Pt(before)
    paragraph.paragraph_format.space_after = Pt(2)
    run = paragraph.add_run(text)
    run.bold, run.italic, run.font.size = is_bold, not is_bold, Pt(size)
    return paragraph


def _paragraph(document, text: str) -> WordParagraph:
    paragraph = document.add_paragraph()
    paragraph.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
    paragraph.paragraph_format.first_line_indent = Mm(10)
    paragraph.add_run(text)
    return paragraph
