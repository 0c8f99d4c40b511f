"""What every paper in the layout of Decree 30/2020/NĐ-CP shares: page, lines of the head, bytes."""

import io
import zipfile

from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.section import Section as WordSection
from docx.shared import Mm, Pt, RGBColor
from docx.table import Table as WordTable
from docx.text.paragraph import Paragraph as WordParagraph

from motcua.office import FONT
from motcua.snapshot.model import Header

BODY_SIZE = Pt(13)
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)


def set_up_text(document) -> None:
    """Set the font, language and spacing of a document's text."""
    style = document.styles["Normal"]
    style.font.name = FONT
    style.font.size = BODY_SIZE
    for script in ("w:eastAsia", "w:cs", "w:hAnsi"):
        style.element.rPr.rFonts.set(qn(script), FONT)
    style.element.rPr.append(parse_xml(f'<w:lang {nsdecls("w")} w:val="vi-VN"/>'))
    style.paragraph_format.space_after = Pt(6)
    style.paragraph_format.line_spacing = 1.15


def centred(
    cell, text: str, position: int, *, bold: bool = False, italic: bool = False, size: float = 13
) -> None:
    """Write a line of a cell, centred."""
    paragraph = cell.paragraphs[0] if position == 0 else cell.add_paragraph()
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    paragraph.paragraph_format.space_after = Pt(0)
    run = paragraph.add_run(text)
    run.bold, run.italic, run.font.size = bold, italic, Pt(size)


def two_columns(document, rows: int) -> WordTable:
    """Add the table without lines that sets two things side by side."""
    block = document.add_table(rows=rows, cols=2)
    block.autofit = False
    for column, width in zip(block.columns, (Mm(62), Mm(98)), strict=True):
        column.width = width
        for cell in column.cells:
            cell.width = width
    return block


def write_head(document, header: Header, kind: str) -> None:
    """Write issuer and motto side by side, number and date blank; ``kind`` stands in the number."""
    block = two_columns(document, rows=2)
    left, right = block.rows[0].cells
    for position, line in enumerate(header.issuer_lines):
        centred(left, line, position, bold=True, size=13)
    centred(left, "_______", len(header.issuer_lines), size=8)
    centred(right, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", 0, bold=True, size=12)
    centred(right, "Độc lập – Tự do – Hạnh phúc", 1, bold=True, size=13)
    centred(right, "______________________", 2, size=8)
    left, right = block.rows[1].cells
    centred(left, f"Số:          /{kind}-{header.issuer_abbreviation}", 0, size=13)
    centred(right, f"{header.place}, ngày      tháng      năm          ", 0, italic=True, size=13)


def write_signature(document, signatory_title: str) -> None:
    """Leave room for recipients and signature."""
    document.add_paragraph()
    left, right = two_columns(document, rows=1).rows[0].cells
    for position, line in enumerate(("Nơi nhận:", "- ……;", "- Lưu: VT, ….")):
        paragraph = left.paragraphs[0] if position == 0 else left.add_paragraph()
        run = paragraph.add_run(line)
        run.bold = run.italic = position == 0
        run.font.size = Pt(12 if position == 0 else 11)
        paragraph.paragraph_format.space_after = Pt(0)
    centred(right, signatory_title, 0, bold=True, size=13)
    centred(right, "(để trống)", 1, italic=True, size=12)


def banner_run(paragraph: WordParagraph, banner: str) -> None:
    """Write the banner of simulated figures."""
    run = paragraph.add_run(banner)
    run.bold = True
    run.font.size = Pt(11)
    run.font.color.rgb = RGBColor(0xB0, 0x00, 0x20)


def set_up_page(section: WordSection, *, is_first: bool) -> None:
    """A4 with the decree's margins; the side that is bound is the wider one."""
    short, long = Mm(210), Mm(297)
    section.page_width, section.page_height = (short, long) if is_first else (long, short)
    section.top_margin = section.bottom_margin = Mm(20)
    section.left_margin = Mm(30) if is_first else Mm(25)
    section.right_margin = Mm(20)
    section.header_distance = section.footer_distance = Mm(8)
    section.different_first_page_header_footer = is_first


def with_fixed_times(data: bytes) -> bytes:
    """Write the archive again with one time for all members: equal content, equal bytes."""
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as source,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in source.namelist():
            info = zipfile.ZipInfo(name, date_time=_ZIP_TIME)
            info.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(info, source.read(name))
    return buffer.getvalue()
