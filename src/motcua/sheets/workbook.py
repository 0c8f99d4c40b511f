"""The workbook in which an agency writes back: figures that it contests, and why things are so.

Foreign text is written as text only. Names of sheets and headings are those that ``answers`` reads.
"""

import datetime
import io
from collections.abc import Sequence

import xlsxwriter
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from motcua.office import FONT, PLAIN_STRINGS
from motcua.sheets.model import Sheet
from motcua.snapshot.model import Header

MARK, FIGURES, GROUPS, DOSSIERS = "Phiếu", "Số liệu", "Nhóm quá hạn", "Mã hồ sơ"
"""The sheets; the mark says of which version and of which agency the workbook is."""
MARK_LINES = (
    ("pack_code", "Mã bộ tài liệu"),
    ("version", "Phiên bản"),
    ("agency_code", "Mã cơ quan"),
    ("agency_name", "Cơ quan"),
)
FIGURE_HEADS = ("TT", "Số liệu", "Số của kho", "Số của cơ quan", "Lý do, giải trình", "Mã số liệu")
GROUP_HEADS = ("TT", "Nhóm hồ sơ", "Số hồ sơ", "Nguyên nhân, giải trình", "Mã nhóm")
HEAD_ROW = 3
"""Row of the headings, from 0."""
_TOLD = (
    "Chỉ điền ô nền vàng. Số liệu không đồng ý: ghi số của cơ quan và lý do; đồng ý thì để trống.",
    "Không ghi tên, số điện thoại, số định danh của người nộp hồ sơ. Điền xong gửi lại tệp này.",
)
_FIGURE_WIDTHS = (6, 62, 16, 18, 60, 22)
_GROUP_WIDTHS = (6, 44, 14, 80, 26)


class _Styles:
    """The formats of a workbook."""

    def __init__(self, workbook: Workbook) -> None:
        base = {"font_name": FONT, "font_size": 11, "valign": "top", "text_wrap": True}
        text = {**base, "border": 1, "num_format": "@", "quote_prefix": True}
        self.title = workbook.add_format({**base, "bold": True, "text_wrap": False})
        self.note = workbook.add_format({**base, "italic": True, "text_wrap": False})
        self.head = workbook.add_format({**base, "bold": True, "border": 1, "bg_color": "#DDE5EE"})
        self.text = workbook.add_format(text)
        self.filled = workbook.add_format({**text, "bg_color": "#FFF2CC", "locked": False})


def render_workbook(sheet: Sheet, header: Header) -> bytes:
    """Write the workbook of an agency; equal sheets give equal bytes."""
    buffer = io.BytesIO()
    workbook = xlsxwriter.Workbook(buffer, {**PLAIN_STRINGS, "in_memory": True})
    moment = datetime.datetime.fromisoformat(f"{header.as_of_date}T00:00:00")
    workbook.set_properties({"title": f"Giải trình – {sheet.name}", "created": moment})
    styles = _Styles(workbook)
    _write_mark(workbook.add_worksheet(MARK), sheet, header, styles)
    _write_table(
        workbook.add_worksheet(FIGURES),
        header,
        (FIGURE_HEADS, _FIGURE_WIDTHS, (3, 4)),
        [
            (str(number), figure.name, figure.text, "", "", figure.code)
            for number, figure in enumerate(sheet.figures, start=1)
        ],
        styles,
    )
    _write_table(
        workbook.add_worksheet(GROUPS),
        header,
        (GROUP_HEADS, _GROUP_WIDTHS, (3,)),
        [
            (str(number), group.name, group.text, "", group.code)
            for number, group in enumerate(sheet.overdue, start=1)
        ],
        styles,
    )
    _write_dossiers(workbook.add_worksheet(DOSSIERS), sheet, header, styles)
    workbook.close()
    return buffer.getvalue()


def _write_mark(page: Worksheet, sheet: Sheet, header: Header, styles: _Styles) -> None:
    page.set_column(0, 0, 24)
    page.set_column(1, 1, 60)
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    values = (header.pack_code, str(header.version), sheet.agency_code, sheet.name)
    for row, ((_, label), value) in enumerate(zip(MARK_LINES, values, strict=True)):
        page.write_string(row, 0, label, styles.head)
        page.write_string(row, 1, value, styles.text)
    for row, line in enumerate((header.banner, *header.frame, *_TOLD), start=len(MARK_LINES) + 1):
        page.write_string(row, 0, line, styles.note)


def _write_table(
    page: Worksheet,
    header: Header,
    layout: tuple[Sequence[str], Sequence[int], Sequence[int]],
    rows: Sequence[Sequence[str]],
    styles: _Styles,
) -> None:
    """Write a table: its headings, widths and which columns are to be filled; then its rows."""
    heads, widths, filled = layout
    page.set_landscape()
    page.set_paper(9)
    page.write_string(0, 0, header.banner, styles.title)
    page.write_string(1, 0, _TOLD[0], styles.note)
    for place, (head, width) in enumerate(zip(heads, widths, strict=True)):
        page.set_column(place, place, width)
        page.write_string(HEAD_ROW, place, head, styles.head)
    for number, row in enumerate(rows, start=HEAD_ROW + 1):
        for place, text in enumerate(row):
            page.write_string(
                number, place, text, styles.filled if place in filled else styles.text
            )
    page.freeze_panes(HEAD_ROW + 1, 2)
    page.repeat_rows(HEAD_ROW)
    page.fit_to_pages(1, 0)


def _write_dossiers(page: Worksheet, sheet: Sheet, header: Header, styles: _Styles) -> None:
    rows = [
        (str(number), group.name, code)
        for group in sheet.overdue
        for number, code in enumerate(group.dossiers, start=1)
    ]
    rows += [
        ("", group.name, f"còn {group.count - len(group.dossiers)} hồ sơ không có trong danh sách")
        for group in sheet.overdue
        if group.count > len(group.dossiers)
    ]
    _write_table(page, header, (("TT", "Nhóm hồ sơ", "Mã hồ sơ"), (8, 44, 40), ()), rows, styles)
