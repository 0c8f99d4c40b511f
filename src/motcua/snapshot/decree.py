"""What every paper in the layout of Decree 30/2020/NĐ-CP shares: page, lines of the head, bytes."""

import io
import zipfile

from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.section import Section as WordSection
from docx.shared import Mm, Pt, RGBColor
from docx.text.paragraph import Paragraph as WordParagraph

from motcua.office import FONT

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
