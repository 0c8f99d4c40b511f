"""Lay a return out as a workbook: summary, reasons, a sheet of lines a dataset.

Foreign text is written as text only, marked as text (Excel's quote prefix) so that no cell becomes
a formula, now or when it is edited. Equal returns give equal bytes.
"""

import io
import itertools
from collections.abc import Sequence
from typing import TypeVar

import xlsxwriter
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from motcua.office import PLAIN_STRINGS
from motcua.returns import mark
from motcua.returns.lines import (
    HEAD_ROW,
    TOLD,
    TOLD_WIDTHS,
    LineSheet,
    LineWriter,
    height_of,
    kind_of,
    order_of,
    told_place,
)
from motcua.returns.model import (
    SEVERITIES,
    WHOLE_DELIVERY,
    Column,
    Reason,
    Return,
    Sheet,
)
from motcua.returns.styles import Styles
from motcua.returns.texts import cell_text
from motcua.snapshot.model import SIMULATED_BANNER
from motcua.snapshot.numbers import format_count, format_moment

MadeAs = TypeVar("MadeAs", bound=Worksheet)
REASONS_SHEET = "Lý do"
_WIDTHS = {"timestamp": 18, "date": 12, "boolean": 11, "integer": 11, "string": 18}
_NAME_WIDTH = 32
_SENTENCE_WIDTH = 52
_BEFORE_WIDTH = 26
_MATCHING = (
    "Cách so: mỗi lý do của một dòng được nhận lại theo tập dữ liệu, điều kiện và mã của dòng "
    "(mã hồ sơ, nếu không có thì mã riêng của tập dữ liệu), đếm theo mã khác nhau.",
    "Mới: mã có lý do này lần này, lần trước không. Vẫn còn: cả hai lần đều có. "
    "Đã sửa: lần trước có, lần này mã được gửi lại và không còn lý do này. "
    "Không gửi lại: lần trước có, lần này mã không có trong dữ liệu gửi.",
    "Dòng không có mã được đếm ở cột số dòng nhưng không so được với lần trước.",
)


def render_workbook(one: Return, scratch: str) -> bytes:
    """Write the workbook of a return; long sheets grow in files of a scratch folder."""
    buffer = io.BytesIO()
    options = {**PLAIN_STRINGS, "constant_memory": False, "tmpdir": scratch}
    workbook = xlsxwriter.Workbook(buffer, options)
    workbook.set_properties(
        {
            "title": f"Trả lại dữ liệu – {one.receipt.locality_name}",
            "comments": SIMULATED_BANNER if one.mark.is_simulated else "",
            "created": one.mark.exported_at.replace(microsecond=0),
        }
    )
    styles = Styles(workbook)
    _write_summary(_add_sheet(workbook, mark.SHEET, one), one, styles)
    _write_reasons(_add_sheet(workbook, REASONS_SHEET, one), one, styles)
    for sheet in one.sheets:
        _write_lines(_add_sheet(workbook, sheet.name, one, LineSheet), sheet, one, styles)
    workbook.close()
    return buffer.getvalue()


def _add_sheet(
    workbook: Workbook, name: str, one: Return, made_as: type[MadeAs] = Worksheet
) -> MadeAs:
    sheet = workbook.add_worksheet(name, made_as)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.set_margins(left=0.4, right=0.4, top=0.7, bottom=0.6)
    left = f"Trả lại dữ liệu – {one.receipt.locality_name}"
    banner = f"{SIMULATED_BANNER} · " if one.mark.is_simulated else ""
    sheet.set_header(f"&L&9 {_printed(banner + left)}&R&9 {_printed(name)}")
    sheet.set_footer("&R&9 Trang &P/&N")
    return sheet


def _printed(text: str) -> str:
    return text.replace("&", "&&")[:120]


def _write_head(sheet: Worksheet, one: Return, title: str, note: str, styles: Styles) -> None:
    """Write the three lines on top: banner, title, note."""
    sheet.write_string(0, 0, SIMULATED_BANNER if one.mark.is_simulated else "", styles.banner)
    sheet.set_row(1, 22)
    sheet.write_string(1, 0, title, styles.title)
    sheet.write_string(2, 0, note, styles.note)


# Summary


def _write_summary(sheet: Worksheet, one: Return, styles: Styles) -> None:
    widths = (30, 22, 16, 16, 16)
    for place, width in enumerate(widths):
        sheet.set_column(place, place, width)
    _write_head(sheet, one, mark.TITLE, "", styles)
    row = 2
    for label, text in _summary_lines(one):
        sheet.set_row(row, height_of((text, sum(widths[1:]))))
        sheet.write_string(row, 0, label, styles.label)
        sheet.merge_range(row, 1, row, len(widths) - 1, "", styles.boxed)
        sheet.write_string(row, 1, text, styles.boxed)
        row += 1
    row += 1
    heads = ("Tập dữ liệu", "Số dòng nhận được", "Tiếp nhận", "Từ chối", "Cảnh báo")
    for place, head in enumerate(heads):
        sheet.write_string(row, place, head, styles.head)
    for dataset in one.receipt.datasets:
        row += 1
        sheet.write_string(row, 0, one.names[dataset.dataset_code], styles.boxed)
        counts = (
            dataset.source_count,
            dataset.accepted_count,
            dataset.refused_count,
            dataset.warned_count,
        )
        for place, count in enumerate(counts, 1):
            sheet.write_number(row, place, count, styles.count)
    row += 1
    for place, line in enumerate(_what_to_do(one)):
        sheet.write_string(row + 1 + place, 0, line, styles.note)
    sheet.fit_to_pages(1, 0)


def _summary_lines(one: Return) -> list[tuple[str, str]]:
    receipt = one.receipt
    states = {
        "accepted": "Được tiếp nhận, có cảnh báo",
        "accepted_in_part": "Được tiếp nhận một phần",
        "refused": "Không được tiếp nhận (cả lần gửi)",
    }
    lines = [
        ("Địa phương", receipt.locality_name),
        *one.mark.lines(),
        ("Tên lần gửi", receipt.delivery_name),
        ("Tệp đã gửi", ", ".join(file.file_name for file in receipt.files)),
        ("Kết quả", states[receipt.state_code]),
    ]
    if receipt.refusal_sentence:
        lines.append(("Lý do không tiếp nhận", receipt.refusal_sentence))
    return [(label, cell_text(text)) for label, text in lines]


def _what_to_do(one: Return) -> tuple[str, ...]:
    if one.receipt.state_code == "refused" and not one.is_correctable:
        return (
            "Lần gửi này không được tiếp nhận. Hãy sửa tại phần mềm nguồn và gửi lại toàn bộ; "
            "không gửi lại tệp này.",
        )
    if not one.is_correctable:
        return ()
    return (
        "Cách sửa: sửa các ô tô màu ngay trong tệp này (đỏ: bị từ chối; vàng: đã nhận, có cảnh "
        "báo), lưu dạng .xlsx và đặt vào hộp thư gửi số liệu của địa phương.",
        "Giữ nguyên trang «Tổng hợp», tên trang tính và dòng tiêu đề. Ghi đúng tình trạng tại thời "
        "điểm kết xuất; dòng không cần sửa có thể xóa. Dòng chưa sửa đúng sẽ bị từ chối lại.",
        "Hãy sửa cả tại phần mềm nguồn, nếu không lần gửi sau sẽ mắc lại.",
    )


# Reasons


def _write_reasons(sheet: Worksheet, one: Return, styles: Styles) -> None:
    heads = (
        ("Tập dữ liệu", 20),
        ("Lý do", _SENTENCE_WIDTH),
        ("Xử lý", 11),
        ("Số dòng lần này", 10),
        ("Trong đó không có mã", 11),
        ("Mới", 9),
        ("Vẫn còn", 9),
        ("Đã sửa", 9),
        ("Không gửi lại", 10),
        ("So với lần gửi trước", _BEFORE_WIDTH),
    )
    _write_head(sheet, one, "Lý do, so với lần gửi trước đó có cùng tập dữ liệu", "", styles)
    sheet.set_row(3, 48)
    for place, (head, width) in enumerate(heads):
        sheet.set_column(place, place, width)
        sheet.write_string(3, place, head, styles.head)
    row = 4
    for reason in _all_reasons(one):
        _write_reason(sheet, row, reason, one, styles)
        row += 1
    sheet.autofilter(3, 0, max(row - 1, 4), len(heads) - 1)
    sheet.freeze_panes(4, 0)
    sheet.repeat_rows(3)
    for place, line in enumerate(_MATCHING):
        sheet.write_string(row + 1 + place, 0, line, styles.note)
    sheet.fit_to_pages(1, 0)


def _all_reasons(one: Return) -> list[Reason]:
    receipt = one.receipt
    whole = []
    if receipt.refusal_code and receipt.refusal_sentence:
        counts = (0,) * 6
        words = (receipt.refusal_code, "critical", receipt.refusal_sentence, None)
        whole.append(Reason("", *words, *counts))
    return [*whole, *one.reasons]


def _write_reason(sheet: Worksheet, row: int, reason: Reason, one: Return, styles: Styles) -> None:
    before = one.befores.get(reason.dataset_code)
    told = f"{before.delivery_name}, {format_moment(before.exported_at)}" if before else "–"
    sentence = cell_text(reason.sentence)
    sheet.set_row(row, height_of((sentence, _SENTENCE_WIDTH), (told, _BEFORE_WIDTH)))
    name = one.names.get(reason.dataset_code, WHOLE_DELIVERY)
    for place, text in ((0, name), (1, sentence), (2, SEVERITIES[reason.severity_code])):
        sheet.write_string(row, place, text, styles.boxed)
    counts = (
        reason.line_count,
        reason.uncoded_count,
        reason.new_count,
        reason.still_count,
        reason.mended_count,
        reason.absent_count,
    )
    for place, count in enumerate(counts, 3):
        if reason.dataset_code:
            sheet.write_number(row, place, count, styles.count)
        else:
            sheet.write_string(row, place, "–", styles.count)
    sheet.write_string(row, 9, cell_text(told), styles.boxed)


# Lines


def _write_lines(sheet: LineSheet, lines: Sheet, one: Return, styles: Styles) -> None:
    count = format_count(lines.line_count)
    _write_head(
        sheet,
        one,
        f"{lines.name}: {count} dòng bị từ chối hoặc cảnh báo",
        "Sửa ô tô màu đỏ (bị từ chối) hoặc vàng (cảnh báo). Không đổi tên cột và tên trang tính.",
        styles,
    )
    more = lines.line_count - lines.shown_count
    if more:
        limit = format_count(lines.shown_count)
        text = (
            f"Còn {format_count(more)} dòng nữa không ghi ở đây (ghi nhiều nhất {limit} dòng, "
            "thiết lập MOTCUA_MAX_RETURN_LINES): hãy sửa tại nguồn và gửi lại."
        )
        sheet.write_string(3, 0, text, styles.banner)
    _write_headings(sheet, lines, order_of(lines), styles)
    writer = LineWriter(lines, styles)
    rows = itertools.starmap(writer.write, enumerate(lines.lines, 1))
    table = (HEAD_ROW, 0, HEAD_ROW + max(lines.shown_count, 1), len(TOLD) + len(lines.columns) - 1)
    sheet.add_rows(rows, *table[2:])
    sheet.autofilter(*table)
    sheet.conditional_format(*table, {"type": "blanks", "format": styles.frame})
    sheet.freeze_panes(HEAD_ROW + 1, 2)
    sheet.repeat_rows(HEAD_ROW)
    sheet.repeat_columns(0, 1)
    sheet.set_print_scale(62)
    sheet.print_across()


def _write_headings(sheet: Worksheet, lines: Sheet, order: Sequence[int], styles: Styles) -> None:
    sheet.set_row(HEAD_ROW, 48)
    told = [
        (told_place(number), head, width)
        for number, (head, width) in enumerate(zip(TOLD, TOLD_WIDTHS, strict=True))
    ]
    values = [
        (place, column.heading, _width(column))
        for place, column in zip(order, lines.columns, strict=True)
    ]
    kinds = {place: kind_of(column) for place, column in zip(order, lines.columns, strict=True)}
    for place, head, width in sorted([*told, *values]):
        # What is typed into an empty cell is taken as its column is: a code stays a text.
        sheet.set_column(place, place, width, styles.empty(kinds.get(place, "string")))
        sheet.write_string(HEAD_ROW, place, head, styles.head)


def _width(column: Column) -> int:
    is_name = column.name.endswith("_name") or column.name in ("product", "source_document")
    if is_name:
        return _NAME_WIDTH
    return 24 if column.name == "dossier_code" else _WIDTHS.get(column.type, 16)
