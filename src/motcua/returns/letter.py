"""The letter that goes with a return: one page in the layout of Decree 30/2020/NĐ-CP."""

import io
from collections.abc import Sequence

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docx.shared import Mm, Pt
from docx.text.paragraph import Paragraph as WordParagraph

from motcua.returns.model import Reason, Return
from motcua.returns.texts import cell_text
from motcua.snapshot.decree import banner_run, centred, set_up_page, set_up_text, with_fixed_times
from motcua.snapshot.model import SIMULATED_BANNER
from motcua.snapshot.numbers import format_count, format_date, format_moment

MOST_FREQUENT = 5
_NAME_LENGTH = 90
_TABLE_SIZE = Pt(11.5)


def render_letter(one: Return, workbook_name: str) -> bytes:
    """Write the letter of a return; number, date of signing and signature are left blank."""
    document = Document()
    properties = document.core_properties
    properties.created = properties.modified = one.mark.exported_at.replace(microsecond=0)
    properties.author = properties.last_modified_by = ""
    properties.title = f"Trả lại dữ liệu – {one.receipt.locality_name}"
    properties.comments = SIMULATED_BANNER if one.mark.is_simulated else ""
    properties.language = "vi-VN"
    set_up_text(document)
    document.styles["Normal"].paragraph_format.line_spacing = 1.05
    section = document.sections[0]
    set_up_page(section, is_first=True)
    if one.mark.is_simulated:
        paragraph = section.first_page_header.paragraphs[0]
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        banner_run(paragraph, SIMULATED_BANNER)
    _write_head(document, one)
    for text in _received(one):
        _paragraph(document, text)
    reasons = most_frequent(one.reasons)
    if reasons:
        _paragraph(document, "Các lý do từ chối nhiều nhất:").paragraph_format.keep_with_next = True
        _write_table(document, one, reasons)
    for text in _to_do(one, workbook_name):
        _paragraph(document, text)
    _write_signature(document)
    buffer = io.BytesIO()
    document.save(buffer)
    return with_fixed_times(buffer.getvalue())


def most_frequent(reasons: Sequence[Reason]) -> list[Reason]:
    """Choose the reasons that refused most lines, the first five of them."""
    refusing = [one for one in reasons if one.severity_code == "critical" and one.line_count]
    refusing.sort(key=lambda one: (-one.line_count, one.dataset_code, one.rule_code))
    return refusing[:MOST_FREQUENT]


def _write_head(document, one: Return) -> None:
    left, right = _two_columns(document)
    centred(left, "CƠ QUAN QUẢN LÝ", 0, bold=True, size=12)
    centred(left, "KHO DỮ LIỆU MỘT CỬA", 1, bold=True, size=12)
    centred(left, "_______", 2, size=8)
    centred(left, "Số:          /…", 3)
    centred(left, "V/v trả lại dữ liệu hồ sơ thủ tục hành chính", 4, size=12)
    centred(right, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", 0, bold=True, size=12)
    centred(right, "Độc lập – Tự do – Hạnh phúc", 1, bold=True)
    centred(right, "______________________", 2, size=8)
    centred(right, "……, ngày      tháng      năm          ", 3, italic=True)
    paragraph = document.add_paragraph()
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    paragraph.paragraph_format.space_before = Pt(14)
    paragraph.paragraph_format.space_after = Pt(10)
    paragraph.add_run(f"Kính gửi: {cell_text(one.receipt.locality_name)}")


def _received(one: Return) -> tuple[str, ...]:
    receipt = one.receipt
    name = cell_text(receipt.delivery_name)
    name = name if len(name) <= _NAME_LENGTH else f"{name[:_NAME_LENGTH]}…"
    said = f"lần gửi «{name}» (mã {receipt.delivery_id})"
    arrived = one.arrived_at
    got = (
        f"Kho dữ liệu một cửa đã nhận {said} ngày {format_date(arrived)}, "
        f"dữ liệu kết xuất lúc {format_moment(one.mark.exported_at)}."
    )
    if receipt.state_code == "refused":
        why = cell_text(receipt.refusal_sentence or "")
        return got, f"Cả lần gửi không được tiếp nhận. {why}"
    datasets = receipt.datasets
    counts = [
        format_count(sum(counted))
        for counted in (
            [dataset.source_count for dataset in datasets],
            [dataset.accepted_count for dataset in datasets],
            [dataset.refused_count for dataset in datasets],
            [dataset.warned_count for dataset in datasets],
        )
    ]
    return (
        got,
        f"Trong {counts[0]} dòng nhận được, {counts[1]} dòng được tiếp nhận (trong đó {counts[3]} "
        f"dòng có cảnh báo), {counts[2]} dòng bị từ chối.",
    )


def _to_do(one: Return, workbook_name: str) -> tuple[str, ...]:
    attached = f"Danh sách từng dòng, lý do và cách sửa ở tệp gửi kèm «{workbook_name}»."
    if not one.is_correctable:
        return (
            attached,
            "Đề nghị sửa tại phần mềm nguồn, kết xuất và gửi lại toàn bộ lần gửi này.",
        )
    return (
        attached,
        "Đề nghị sửa tại phần mềm nguồn. Có thể sửa ngay trong tệp gửi kèm (ô tô màu) rồi đặt tệp "
        "vào hộp thư gửi số liệu của địa phương: các dòng đã sửa đúng được tiếp nhận thay cho dòng "
        "cũ, dòng chưa đúng sẽ được trả lại lần nữa.",
    )


def _write_table(document, one: Return, reasons: Sequence[Reason]) -> None:
    table = document.add_table(rows=1, cols=3)
    table.style = "Table Grid"
    table.autofit = False
    widths = (Mm(32), Mm(108), Mm(20))
    for cell, head in zip(table.rows[0].cells, ("Tập dữ liệu", "Lý do", "Số dòng"), strict=True):
        centred(cell, head, 0, bold=True, size=11.5)
        shade = f'<w:shd {nsdecls("w")} w:val="clear" w:color="auto" w:fill="DDE5EE"/>'
        cell._tc.get_or_add_tcPr().append(parse_xml(shade))
    for reason in reasons:
        cells = table.add_row().cells
        name = one.names[reason.dataset_code]
        for cell, text in zip(cells, (name, cell_text(reason.sentence)), strict=False):
            _in_cell(cell, text)
        _in_cell(cells[2], format_count(reason.line_count)).alignment = WD_ALIGN_PARAGRAPH.RIGHT
    _set_widths(table, widths)
    document.add_paragraph().paragraph_format.space_after = Pt(0)


def _in_cell(cell, text: str) -> WordParagraph:
    paragraph = cell.paragraphs[0]
    paragraph.paragraph_format.space_after = Pt(2)
    paragraph.add_run(text).font.size = _TABLE_SIZE
    return paragraph


def _paragraph(document, text: str) -> WordParagraph:
    paragraph = document.add_paragraph()
    paragraph.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
    paragraph.paragraph_format.first_line_indent = Mm(10)
    paragraph.add_run(text)
    return paragraph


def _write_signature(document) -> None:
    left, right = _two_columns(document)
    for position, line in enumerate(("Nơi nhận:", "- Như trên;", "- Lưu: VT, ….")):
        paragraph = left.paragraphs[0] if position == 0 else left.add_paragraph()
        run = paragraph.add_run(line)
        run.bold = run.italic = position == 0
        run.font.size = Pt(12 if position == 0 else 11)
        paragraph.paragraph_format.space_after = Pt(0)
    centred(right, "QUYỀN HẠN, CHỨC VỤ CỦA NGƯỜI KÝ", 0, bold=True)
    centred(right, "(để trống)", 1, italic=True, size=12)


def _two_columns(document):
    block = document.add_table(rows=1, cols=2)
    block.autofit = False
    _set_widths(block, (Mm(62), Mm(98)))
    return block.rows[0].cells


def _set_widths(table, widths: Sequence[Mm]) -> None:
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
        for cell in column.cells:
            cell.width = width
