"""The workbook in which staff write what the meeting concluded, as it is laid out and read back."""

import datetime
import io
from collections.abc import Sequence

import xlsxwriter
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from motcua.office import FONT, PLAIN_STRINGS
from motcua.snapshot.model import Content, Member

SHEET, AGENCIES, METRICS = "Kết luận", "Cơ quan", "Chỉ tiêu"
BETWEEN = " – "
"""Between a code and its name in a cell of the drop-downs."""
REVIEW_CELL, DATE_CELL = (2, 1), (3, 1)
"""Row and column, from 0, of the review's code and of the day of the notice."""
HEAD_ROW = 7
LINES = 40
"""Lines under the head that staff may fill."""
TITLES = (
    "TT",
    "Nội dung kết luận",
    "Cơ quan chủ trì",
    "Cơ quan phối hợp",
    "Chỉ tiêu đo",
    "Giá trị giao (%)",
    "Hạn",
)
CONTENT, AGENCY, COORDINATING, METRIC, TARGET, DUE = range(1, 7)
_WIDTHS = (6, 60, 38, 32, 44, 14, 14)
_HOW = (
    "Mỗi nội dung một dòng. Cơ quan chủ trì và chỉ tiêu chọn ở danh sách; để trống chỉ tiêu nếu "
    "nội dung không đo bằng số. Không ghi tên người.",
    "Giá trị giao ghi phần trăm: 98,5 là 98,5 %. Ghi xong chạy: motcua conclusions TỆP, rồi "
    "motcua build; kỳ họp sau bộ tài liệu nêu đạt, chưa đạt hay không đo được.",
)


def book_name(review_code: str) -> str:
    """Name the workbook of a review."""
    return f"ket_luan_{review_code}.xlsx"


def render_book(content: Content) -> bytes:
    """Write the workbook with the pack's matters in it; the rest is left for staff."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {**PLAIN_STRINGS, "in_memory": True})
    header = content.header
    created = datetime.datetime.fromisoformat(header.as_of_date)
    title = f"Kết luận – {header.review_code}"
    book.set_properties({"title": title, "comments": header.banner, "created": created})
    sheet = book.add_worksheet(SHEET)
    agencies = _agencies(content)
    _write_list(book, AGENCIES, agencies)
    _write_list(book, METRICS, content.goals)
    _write_frame(book, sheet, content)
    _write_lines(book, sheet, content, {member.code: member for member in content.goals})
    _add_rules(sheet, len(agencies), len(content.goals))
    book.close()
    return buffer.getvalue()


def _agencies(content: Content) -> tuple[Member, ...]:
    """Give the province, then the agencies that the pack counts, whom a matter may be given to."""
    header = content.header
    found = content.cube.dimensions[0] if content.cube else ()
    others = (m for m in found if m.code not in {"unknown", header.province_code})
    return (Member(header.province_code, f"{header.province_name} (giao chung)"), *others)


def _choice(member: Member) -> str:
    return f"{member.code}{BETWEEN}{member.name}"


def _write_list(book: Workbook, name: str, members: Sequence[Member]) -> None:
    sheet = book.add_worksheet(name)
    sheet.set_column(0, 0, 80)
    sheet.write_string(0, 0, name, book.add_format({"font_name": FONT, "bold": True}))
    plain = book.add_format({"font_name": FONT})
    for row, member in enumerate(members, start=1):
        sheet.write_string(row, 0, _choice(member), plain)


def _write_frame(book: Workbook, sheet: Worksheet, content: Content) -> None:
    header = content.header
    bold = book.add_format({"font_name": FONT, "bold": True, "font_size": 14})
    plain = book.add_format({"font_name": FONT, "font_size": 11})
    warned = book.add_format({"font_name": FONT, "bold": True, "font_color": "#B00020"})
    day = book.add_format({"font_name": FONT, "num_format": "dd/mm/yyyy", "border": 1})
    for column, width in enumerate(_WIDTHS):
        sheet.set_column(column, column, width)
    sheet.write_string(0, 0, f"KẾT LUẬN – {header.review_name}", bold)
    sheet.write_string(1, 0, header.banner, warned)
    sheet.write_string(REVIEW_CELL[0], 0, "Mã họp", plain)
    sheet.write_string(*REVIEW_CELL, header.review_code, plain)
    sheet.write_string(DATE_CELL[0], 0, "Ngày", plain)
    sheet.write_blank(*DATE_CELL, None, day)
    sheet.write_string(DATE_CELL[0], 2, "← ngày của thông báo kết luận, như 17/03/2025", plain)
    for row, line in enumerate(_HOW, start=DATE_CELL[0] + 1):
        sheet.write_string(row, 0, line, plain)
    head = book.add_format(
        {
            "font_name": FONT,
            "bold": True,
            "border": 1,
            "align": "center",
            "text_wrap": True,
            "bg_color": "#1F3A5F",
            "font_color": "white",
        }
    )
    for column, title in enumerate(TITLES):
        sheet.write_string(HEAD_ROW, column, title, head)
    sheet.freeze_panes(HEAD_ROW + 1, 2)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(HEAD_ROW)


def _write_lines(
    book: Workbook, sheet: Worksheet, content: Content, goals: dict[str, Member]
) -> None:
    ruled = {"font_name": FONT, "border": 1, "text_wrap": True, "valign": "top"}
    cell = book.add_format(ruled)
    number = book.add_format({**ruled, "num_format": "0.##"})
    day = book.add_format({**ruled, "num_format": "dd/mm/yyyy"})
    formats = (cell, cell, cell, cell, cell, number, day)
    for line in range(LINES):
        for column, style in enumerate(formats):
            sheet.write_blank(HEAD_ROW + 1 + line, column, None, style)
    for line, matter in enumerate(content.matters, start=1):
        row = HEAD_ROW + line
        sheet.write_number(row, 0, line, cell)
        sheet.write_string(row, CONTENT, matter.text, cell)
        if matter.agency_code:
            agency = Member(matter.agency_code, matter.agency_name)
            sheet.write_string(row, AGENCY, _choice(agency), cell)
        if matter.metric_code in goals:
            sheet.write_string(row, METRIC, _choice(goals[matter.metric_code]), cell)


def _add_rules(sheet: Worksheet, agency_count: int, metric_count: int) -> None:
    """Offer the lists, ask for percents and days; reading tells what is written otherwise."""
    first, last = HEAD_ROW + 1, HEAD_ROW + LINES
    for column, name, count in ((AGENCY, AGENCIES, agency_count), (METRIC, METRICS, metric_count)):
        if count:
            source = f"='{name}'!$A$2:$A${count + 1}"
            rule = {"validate": "list", "source": source, "error_type": "warning"}
            sheet.data_validation(first, column, last, column, rule)
    percent = {
        "validate": "decimal",
        "criteria": "between",
        "minimum": 0,
        "maximum": 100,
        "error_type": "warning",
        "error_message": "Ghi phần trăm từ 0 đến 100, như 98,5.",
    }
    sheet.data_validation(first, TARGET, last, TARGET, percent)
    date = {
        "validate": "date",
        "criteria": ">",
        "value": datetime.date(2000, 1, 1),
        "error_type": "warning",
        "error_message": "Ghi ngày, như 30/06/2025.",
    }
    sheet.data_validation(first, DUE, last, DUE, date)
    sheet.data_validation(*DATE_CELL, *DATE_CELL, date)
