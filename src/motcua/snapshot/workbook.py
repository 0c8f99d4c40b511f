"""Lay a content out as a workbook: cover, contents, one table a sheet, definitions."""

import datetime
import io
import textwrap
from collections.abc import Iterator, Sequence
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from motcua.office import FONT, PLAIN_STRINGS
from motcua.snapshot.model import Cell, Column, Content, Note, Row, Table

_NUMBER_FORMATS = {
    "count": "#,##0",
    "share": "0.00%",
    "score": "#,##0.00",
    "days": "#,##0.0",
    "date": "dd/mm/yyyy",
}
_FILLS = {"body": None, "group": "#E8EDF3", "total": "#D5DEE9"}
_OPTIONS = {**PLAIN_STRINGS, "in_memory": True}
_HEAD_LINES = 4
"""Lines above a sheet's table: banner, title, frame, unit."""


class _Styles:
    """The formats of a workbook, made once each."""

    def __init__(self, workbook: Workbook) -> None:
        self._workbook = workbook
        self._made: dict[tuple[tuple[str, Any], ...], Format] = {}

    def __call__(self, **properties: Any) -> Format:
        wanted = {"font_name": FONT, "font_size": 11, "valign": "vcenter", **properties}
        key = tuple(sorted(wanted.items()))
        if key not in self._made:
            self._made[key] = self._workbook.add_format(wanted)
        return self._made[key]

    @property
    def banner(self) -> Format:
        return self(bold=True, font_color="#B00020", font_size=12)

    @property
    def title(self) -> Format:
        return self(bold=True, font_size=14)

    @property
    def frame(self) -> Format:
        return self(italic=True, font_color="#444444")

    @property
    def head(self) -> Format:
        return self(
            bold=True,
            border=1,
            align="center",
            text_wrap=True,
            bg_color="#1F3A5F",
            font_color="white",
        )

    @property
    def head_note(self) -> Format:
        return self(
            italic=True, border=1, align="center", text_wrap=True, font_size=9, bg_color="#F2F2F2"
        )

    @property
    def wrapped(self) -> Format:
        return self(text_wrap=True, valign="top")

    @property
    def term(self) -> Format:
        return self(text_wrap=True, valign="top", bold=True)

    def cell(self, cell: Cell, row: Row) -> Format:
        """The format of a table's cell, by its kind and its line's."""
        properties: dict[str, Any] = {"border": 1, "text_wrap": True}
        if cell.kind == "text":
            properties["indent"] = 1
        else:
            properties["align"] = "right"
        if cell.kind in _NUMBER_FORMATS and cell.value is not None:
            properties["num_format"] = _NUMBER_FORMATS[cell.kind]
        if cell.value is None:
            properties["font_color"] = "#595959"
        fill = _FILLS[row.kind]
        if fill:
            properties |= {"bold": True, "bg_color": fill}
        return self(**properties)


def render_xlsx(content: Content) -> bytes:
    """Write the workbook of a content."""
    buffer = io.BytesIO()
    workbook = xlsxwriter.Workbook(buffer, _OPTIONS)
    header = content.header
    as_of = datetime.datetime.fromisoformat(header.as_of_date)
    workbook.set_properties(
        {
            "title": f"{header.title} – {header.pack_code}",
            "comments": header.banner,
            "created": as_of,
        }
    )
    styles = _Styles(workbook)
    _write_cover(workbook.add_worksheet("Bìa"), content, styles)
    contents = workbook.add_worksheet("Mục lục")
    for table in content.tables:
        _write_table(workbook.add_worksheet(table.sheet), content, table, styles)
    _write_notes(workbook.add_worksheet("Định nghĩa, ghi chú"), content, styles)
    _write_contents(contents, content, styles)
    for sheet in workbook.worksheets():
        _set_up_print(sheet, content)
    workbook.close()
    return buffer.getvalue()


def _write_cover(sheet: Worksheet, content: Content, styles: _Styles) -> None:
    header = content.header
    sheet.set_column(0, 0, 4)
    sheet.set_column(1, 1, 110)
    sheet.hide_gridlines(2)
    centred = {"align": "center", "text_wrap": True}
    lines: list[tuple[str, Format, int]] = [
        (header.banner, styles(bold=True, font_color="#B00020", font_size=14, **centred), 26),
        *((line, styles(bold=True, font_size=13, **centred), 22) for line in header.issuer_lines),
        ("", styles(), 30),
        (header.title, styles(bold=True, font_size=20, **centred), 60),
        (header.review_name, styles(bold=True, font_size=16, **centred), 30),
        ("", styles(), 16),
        *((line, styles(font_size=13, **centred), 22) for line in header.frame),
        ("", styles(), 16),
        (f"Độ phủ: {content.coverage.sentence}", styles(font_size=13, border=1, **centred), 44),
    ]
    for position, (text, style, height) in enumerate(lines):
        sheet.set_row(position, height)
        sheet.write_string(position, 1, text, style)


def _write_contents(sheet: Worksheet, content: Content, styles: _Styles) -> None:
    _write_head(sheet, content, "Mục lục", "", styles)
    sheet.set_column(0, 0, 6)
    sheet.set_column(1, 1, 28)
    sheet.set_column(2, 2, 90)
    sheet.set_column(3, 3, 16)
    for column, title in enumerate(("TT", "Trang tính", "Nội dung", "Nơi in")):
        sheet.write_string(_HEAD_LINES, column, title, styles.head)
    places = _places(content)
    lines = [(t.sheet, t.title, places.get(t.code, "")) for t in content.tables]
    notes = next((f"Phụ lục {a.number}" for a in content.annexes if a.holds_definitions), "")
    lines.append(("Định nghĩa, ghi chú", "Định nghĩa chỉ tiêu và quy tắc đếm", notes))
    bordered = styles(border=1, text_wrap=True)
    link = styles(border=1, font_color="#1F3A5F", underline=1)
    for number, (name, title, place) in enumerate(lines, start=1):
        row = _HEAD_LINES + number
        sheet.write_number(row, 0, number, bordered)
        sheet.write_url(row, 1, f"internal:'{name}'!A1", link, name)
        sheet.write_string(row, 2, title, bordered)
        sheet.write_string(row, 3, place, bordered)


def _places(content: Content) -> dict[str, str]:
    """Say where each table stands on paper: a part of the report, else an annex."""
    places = {code: f"Phụ lục {a.number}" for a in content.annexes for code in a.table_codes}
    within = ""
    for section in content.sections:
        within = section.number if section.level == 1 else within
        number = within if section.level == 1 else f"{within}.{section.number}"
        places |= dict.fromkeys(section.table_codes, f"Mục {number}")
    return places | {"ten": "Tóm tắt"}


def _write_head(sheet: Worksheet, content: Content, title: str, unit: str, styles: _Styles) -> None:
    header = content.header
    sheet.write_string(0, 0, header.banner, styles.banner)
    sheet.write_string(
        1, 0, f"{title} – {header.agency_name or header.province_name}", styles.title
    )
    sheet.write_string(2, 0, " · ".join((header.period_name, *header.frame)), styles.frame)
    sheet.write_string(3, 0, unit, styles.frame)
    sheet.set_row(1, 22)


def _write_table(sheet: Worksheet, content: Content, table: Table, styles: _Styles) -> None:
    _write_head(sheet, content, table.title, table.unit, styles)
    row = _HEAD_LINES
    notes = (*table.notes, *_summary_lines(content)) if table.code == "ten" else table.notes
    if not table.rows:
        sheet.write_string(row, 0, table.empty_sentence, styles())
        _write_lines(sheet, row + 2, notes, styles)
        return
    widths = [_width(table, position) for position in range(len(table.columns))]
    for position, width in enumerate(widths):
        sheet.set_column(position, position, width)
    row = _write_column_heads(sheet, row, table.columns, widths, styles)
    sheet.freeze_panes(row, 2)
    sheet.repeat_rows(_HEAD_LINES, row - 1)
    first = row
    for line in table.rows:
        texts = [cell.text if cell.kind == "text" else "" for cell in line.cells]
        sheet.set_row(row, _height(list(zip(texts, widths, strict=True))))
        for position, cell in enumerate(line.cells):
            _write_cell(sheet, row, position, cell, styles.cell(cell, line))
        row += 1
    body_end = row - 1 - (table.rows[-1].kind == "total")
    sheet.autofilter(first - 1, 0, max(body_end, first), len(table.columns) - 1)
    _write_lines(sheet, row + 1, notes, styles)


def _summary_lines(content: Content) -> Iterator[str]:
    """Give the sentences of the first page, each under its title."""
    yield f"Độ phủ: {content.coverage.sentence}"
    for section in content.first_page:
        yield f"{section.title}:"
        yield from (f"– {paragraph.text}" for paragraph in section.paragraphs)


def _write_lines(sheet: Worksheet, row: int, lines: tuple[str, ...], styles: _Styles) -> None:
    for position, line in enumerate(lines):
        sheet.write_string(row + position, 0, line, styles.frame)


def _width(table: Table, position: int) -> int:
    """Give a column the width that it asks for, or that of its longest figure: else it is ####."""
    figures = [row.cells[position] for row in table.rows if row.cells[position].kind != "text"]
    longest = max((len(cell.text) for cell in figures if cell.value is not None), default=0)
    return max(table.columns[position].width, longest + _ROOM)


def _write_column_heads(
    sheet: Worksheet,
    row: int,
    columns: tuple[Column, ...],
    widths: Sequence[int],
    styles: _Styles,
) -> int:
    """Write group headings, headings, and the lines of numbers and formulas; give the next row."""
    if any(column.group for column in columns):
        _write_groups(sheet, row, columns, widths, styles)
        row += 1
    titles = [column.title for column in columns]
    sheet.set_row(row, _height(list(zip(titles, widths, strict=True))))
    for position, column in enumerate(columns):
        sheet.write_string(row, position, column.title, styles.head)
    row += 1
    for values in ([c.number for c in columns], [c.formula for c in columns]):
        if any(values):
            for position, value in enumerate(values):
                sheet.write_string(row, position, value, styles.head_note)
            sheet.set_row(row, 40 if max(map(len, values)) > _ONE_LINE else 15)
            row += 1
    return row


_ROOM = 2
"""Width beside a figure, in digits."""
_ONE_LINE = 12
_LINE_HEIGHT = 15
_LETTERS = 1.1
"""Letters of the font in the width of one digit of the default font."""


def _write_groups(
    sheet: Worksheet,
    row: int,
    columns: tuple[Column, ...],
    widths: Sequence[int],
    styles: _Styles,
) -> None:
    start = 0
    spans: list[tuple[str, int]] = []
    while start < len(columns):
        end = start
        group = columns[start].group
        while group and end + 1 < len(columns) and columns[end + 1].group == group:
            end += 1
        if end > start:
            sheet.merge_range(row, start, row, end, "", styles.head)
        sheet.write_string(row, start, group, styles.head)
        spans.append((group, sum(widths[start : end + 1])))
        start = end + 1
    sheet.set_row(row, _height(spans))


def _height(titles: Sequence[tuple[str, int]]) -> float:
    """Give a row the height of its longest text, each wrapped in the width of its columns."""
    lines = [len(textwrap.wrap(title, round(width * _LETTERS))) for title, width in titles]
    return _LINE_HEIGHT * max(*lines, 1) + 2


def _write_cell(sheet: Worksheet, row: int, column: int, cell: Cell, style: Format) -> None:
    """Write a number as a number, a day as a day, everything else and what is absent as words."""
    if cell.kind == "text" or cell.value is None:
        sheet.write_string(row, column, cell.text, style)
    elif cell.kind == "date":
        day = datetime.datetime.fromisoformat(str(cell.value))
        sheet.write_datetime(row, column, day, style)
    else:
        sheet.write_number(row, column, cell.value, style)


def _write_notes(sheet: Worksheet, content: Content, styles: _Styles) -> None:
    _write_head(sheet, content, "Định nghĩa chỉ tiêu và quy tắc đếm", "", styles)
    sheet.set_column(0, 0, 44)
    sheet.set_column(1, 1, 110)
    row = _HEAD_LINES
    parts: dict[str, tuple[Note, ...]] = {
        "Định nghĩa chỉ tiêu": content.definitions,
        "Quy tắc đếm đã chọn, chờ tỉnh quyết định khác": content.decisions,
    }
    for title, notes in parts.items():
        sheet.write_string(row, 0, title, styles.title)
        for note in notes:
            row += 1
            sheet.write_string(row, 0, note.term, styles.term)
            sheet.write_string(row, 1, note.text, styles.wrapped)
        row += 2


def _set_up_print(sheet: Worksheet, content: Content) -> None:
    header = content.header
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=0.35, right=0.35, top=0.8, bottom=0.7)
    right = f"{header.pack_code} · {header.version_line}".replace("&", "&&")
    sheet.set_header(f'&L&"{FONT},Bold"&9 {header.banner}&R&9 {right}')
    sheet.set_footer(f"&L&9 {header.as_of_line.replace('&', '&&')}&R&9 Trang &P/&N")
