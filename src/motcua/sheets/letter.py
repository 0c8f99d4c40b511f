"""The sheet of an agency on one page of A4: figures, what is overdue, room to explain and sign."""

import datetime
import io
from collections.abc import Sequence
from textwrap import shorten

from docx import Document
from docx.enum.table import WD_ROW_HEIGHT_RULE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docx.shared import Mm, Pt
from docx.text.paragraph import Paragraph as WordParagraph

from motcua.sheets.model import SHOWN_DOSSIERS, Overdue, Sheet
from motcua.shelf.states import Answer
from motcua.snapshot.decree import banner_run, centred, set_up_page, set_up_text, with_fixed_times
from motcua.snapshot.model import Header
from motcua.snapshot.numbers import format_count

NO_CONCLUSIONS = "Kết luận kỳ trước có liên quan: chưa có."
_TOLD_LINES, _TOLD_LENGTH = 3, 170
_CONCLUSION_LINES, _CONCLUSION_LETTERS = 3, 170
_HEADS = ("TT", "Chỉ tiêu", "Tử số/Mẫu số", "Kết quả", "Chung của cấp", "Chỉ tiêu giao", "Đạt")
_WIDTHS = (10, 43, 28, 18, 29, 36, 16)
_SIZE = Pt(9.5)
_TEXT_MM = 180
_BOX = Mm(32)


def render_letter(sheet: Sheet, header: Header, told: Sequence[str] = ()) -> bytes:
    """Write the sheet of an agency; ``told`` are lines on what it has explained of this review."""
    document = Document()
    properties = document.core_properties
    moment = datetime.datetime.fromisoformat(f"{header.as_of_date}T00:00:00+00:00")
    properties.created = properties.modified = moment
    properties.author = properties.last_modified_by = ""
    properties.title = f"Phiếu cơ quan – {sheet.name} – {header.pack_code}"
    properties.comments = header.banner
    properties.language = "vi-VN"
    set_up_text(document)
    normal = document.styles["Normal"].paragraph_format
    normal.line_spacing, normal.space_after = 1, Pt(3)
    page = document.sections[0]
    set_up_page(page, is_first=True)
    page.left_margin = page.right_margin = Mm(15)
    page.top_margin = page.bottom_margin = Mm(15)
    _write_head(document, page, sheet, header)
    _write_lines(document, sheet)
    for group in sheet.overdue:
        _text(document, _overdue_text(group))
    _text(document, _conclusions_text(sheet))
    for line in told:
        _text(document, line)
    _write_box(document)
    _write_signature(document)
    buffer = io.BytesIO()
    document.save(buffer)
    return with_fixed_times(buffer.getvalue())


def told_lines(answers: Sequence[Answer]) -> tuple[str, ...]:
    """Say what the agency has written back so far, in as many lines as leave it on one page."""
    lines = [
        f"Đã giải trình (bản {one.version:02d}) – {one.figure_name.rpartition(': ')[2]}: "
        + (f"số của cơ quan {one.claimed}; " if one.claimed else "")
        + one.text
        for one in answers
    ]
    shown = [
        line if len(line) <= _TOLD_LENGTH else f"{line[:_TOLD_LENGTH]}…"
        for line in lines[:_TOLD_LINES]
    ]
    left = len(lines) - len(shown)
    return (*shown, *([f"Còn {left} giải trình khác, xem phụ lục của báo cáo."] if left else []))


def _write_head(document, page, sheet: Sheet, header: Header) -> None:
    if header.banner:
        first = page.first_page_header.paragraphs[0]
        first.alignment = WD_ALIGN_PARAGRAPH.CENTER
        banner_run(first, header.banner)
    _centred(document, "PHIẾU CƠ QUAN", 14)
    _centred(document, sheet.name, 13)
    _centred(document, header.review_name, 11)
    frame = " · ".join((sheet.level_name, *header.frame))
    _text(document, frame, is_italic=True).alignment = WD_ALIGN_PARAGRAPH.CENTER


def _write_lines(document, sheet: Sheet) -> None:
    table = document.add_table(rows=1, cols=len(_HEADS))
    table.style = "Table Grid"
    table.autofit = False
    for column, width in zip(table.columns, _WIDTHS, strict=True):
        column.width = Mm(width)
    for cell, head, width in zip(table.rows[0].cells, _HEADS, _WIDTHS, strict=True):
        cell.width = Mm(width)
        centred(cell, head, 0, bold=True, size=9.5)
        shade = f'<w:shd {nsdecls("w")} w:val="clear" w:color="auto" w:fill="DDE5EE"/>'
        cell._tc.get_or_add_tcPr().append(parse_xml(shade))
    for number, line in enumerate(sheet.lines, start=1):
        level = f"{line.level_result} ({line.level_counts})"
        texts = (str(number), line.name, line.counts, line.result, level, line.target, line.state)
        for cell, text, width in zip(table.add_row().cells, texts, _WIDTHS, strict=True):
            cell.width = Mm(width)
            paragraph = cell.paragraphs[0]
            paragraph.paragraph_format.space_after = Pt(0)
            paragraph.add_run(text).font.size = _SIZE
    document.add_paragraph().paragraph_format.space_after = Pt(0)


def _overdue_text(group: Overdue) -> str:
    """Name the codes that fit, and say how many do not."""
    if not group.count:
        return f"{group.name}: không phát sinh."
    half = SHOWN_DOSSIERS // 2
    shown = group.dossiers[:half]
    left = group.count - len(shown)
    rest = f"; còn {format_count(left)} hồ sơ không nêu ở đây" if left else ""
    named = f" ({', '.join(shown)}{rest})" if shown else " (không có danh sách mã)"
    return f"{group.name}: {format_count(group.count)}{named}."


def _conclusions_text(sheet: Sheet) -> str:
    if not sheet.conclusions:
        return NO_CONCLUSIONS
    shown = [shorten(one, _CONCLUSION_LETTERS, placeholder="…") for one in sheet.conclusions]
    left = len(shown) - _CONCLUSION_LINES
    rest = f"; còn {format_count(left)} nội dung không nêu ở đây" if left > 0 else ""
    return f"Kết luận kỳ trước có liên quan: {'; '.join(shown[:_CONCLUSION_LINES])}{rest}."


def _write_box(document) -> None:
    table = document.add_table(rows=1, cols=1)
    table.style = "Table Grid"
    row = table.rows[0]
    row.height, row.height_rule = _BOX, WD_ROW_HEIGHT_RULE.AT_LEAST
    row.cells[0].width = Mm(_TEXT_MM)
    title = row.cells[0].paragraphs[0].add_run("Ý kiến giải trình của thủ trưởng cơ quan:")
    title.bold, title.font.size = True, Pt(10.5)


def _write_signature(document) -> None:
    table = document.add_table(rows=1, cols=2)
    left, right = table.rows[0].cells
    said = "Số liệu không đồng ý, giải trình chi tiết: điền vào tệp XLSX gửi kèm rồi gửi lại."
    centred(left, said, 0, italic=True, size=9.5)
    centred(right, "……, ngày      tháng      năm          ", 0, italic=True, size=11)
    centred(right, "THỦ TRƯỞNG CƠ QUAN", 1, bold=True, size=11)
    centred(right, "(để trống)", 2, italic=True, size=10)


def _centred(document, text: str, size: float) -> None:
    paragraph = document.add_paragraph()
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    paragraph.paragraph_format.space_after = Pt(2)
    run = paragraph.add_run(text)
    run.bold, run.font.size = True, Pt(size)


def _text(document, text: str, *, is_italic: bool = False) -> WordParagraph:
    paragraph = document.add_paragraph()
    run = paragraph.add_run(text)
    run.font.size, run.italic = _SIZE, is_italic
    return paragraph
