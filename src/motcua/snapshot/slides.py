"""Lay the deck of a content out as a PPTX whose charts and tables can be edited."""

import datetime
import io
import textwrap
from collections.abc import Sequence

import xlsxwriter
from pptx import Presentation
from pptx.chart.chart import Chart as SlideChart
from pptx.chart.data import CategoryChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import XL_CHART_TYPE, XL_LABEL_POSITION, XL_TICK_LABEL_POSITION
from pptx.enum.lang import MSO_LANGUAGE_ID
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.slide import Slide as PptxSlide
from pptx.text.text import TextFrame
from pptx.util import Emu, Inches, Pt

from motcua.office import PLAIN_STRINGS
from motcua.snapshot.deck import Slide, deck
from motcua.snapshot.decree import with_fixed_times
from motcua.snapshot.model import Chart, Content, Header, Table

FONT = "Arial"
_WIDTH, _HEIGHT = Inches(13.333), Inches(7.5)
_MARGIN = Inches(0.5)
_INNER = Emu(_WIDTH - 2 * _MARGIN)
_TOP, _BOTTOM = Inches(1.75), Inches(6.65)
_NOTE = Inches(0.5)
_TITLE_ONLY = 5
_SIDE, _ABOVE = Inches(0.06), Inches(0.03)
"""Room beside and above the words of a table's cell."""
_LINE = Inches(0.42)
"""How high a table's line is where there is room."""
_TABLE_SIZES = (13, 12, 11, 10, 9)
_LETTER, _LEADING = 0.5, 1.2
"""How wide a letter is and how high a line, in sizes of letters."""
_STRONG, _ALARM, _SOFT = (
    RGBColor(0x1F, 0x3A, 0x5F),
    RGBColor(0xA3, 0, 0x1B),
    RGBColor(0x44, 0x4E, 0x59),
)
_EDITING = (
    "Biểu đồ sửa được: nhấn chuột phải, chọn sửa dữ liệu. Nhãn ở đầu thanh là chữ, giữ đúng số của "
    "bộ tài liệu; sửa dữ liệu thì sửa cả nhãn."
)


def render_pptx(content: Content) -> bytes:
    """Write the slides of a content; dated by its as-of date, so the same bytes each time."""
    presentation = Presentation()
    presentation.slide_width, presentation.slide_height = _WIDTH, _HEIGHT
    _set_properties(presentation.core_properties, content.header)
    slides = deck(content)
    for number, said in enumerate(slides, start=1):
        slide = presentation.slides.add_slide(presentation.slide_layouts[_TITLE_ONLY])
        _write_frame(slide, content.header, f"{number}/{len(slides)}")
        _write_message(slide, said)
        _write_body(slide, said, content.header)
    buffer = io.BytesIO()
    presentation.save(buffer)
    return with_fixed_times(buffer.getvalue())


def _set_properties(properties, header: Header) -> None:
    moment = datetime.datetime.fromisoformat(header.as_of_date)
    properties.title = f"{header.title} – {header.pack_code}"
    properties.comments = header.banner
    properties.author = properties.last_modified_by = ""
    properties.language = "vi-VN"
    properties.created = properties.modified = moment


def _write_frame(slide: PptxSlide, header: Header, number: str) -> None:
    """Put the banner above, and period, as-of, version, rule and number below."""
    if header.banner:
        _text_box(
            slide, "Lưu ý", header.banner, (Inches(0.12), Inches(0.35)), 14, _ALARM, bold=True
        )
    frame = " · ".join((header.period_name, *header.frame, number))
    _text_box(slide, "Khung", frame, (Inches(6.95), Inches(0.45)), 11, _SOFT)


def _text_box(
    slide: PptxSlide,
    name: str,
    text: str,
    place: tuple[Emu, Emu],
    size: float,
    colour: RGBColor,
    *,
    bold: bool = False,
) -> None:
    """Write one centred line over the width of the slide; ``place``: its top and its height."""
    box = slide.shapes.add_textbox(_MARGIN, place[0], _INNER, place[1])
    box.name = name
    box.text_frame.word_wrap = True
    _write_line(box.text_frame, 0, text, size, colour, bold=bold)
    box.text_frame.paragraphs[0].alignment = PP_ALIGN.CENTER


def _write_line(
    frame: TextFrame, position: int, text: str, size: float, colour: RGBColor, *, bold: bool = False
) -> None:
    paragraph = frame.paragraphs[0] if position == 0 else frame.add_paragraph()
    paragraph.space_after = Pt(size * 0.5)
    run = paragraph.add_run()
    run.text = text
    _style(run.font, size, colour, bold=bold)


def _style(font, size: float, colour: RGBColor, *, bold: bool = False) -> None:
    font.name, font.size, font.bold = FONT, Pt(size), bold
    font.color.rgb = colour
    font.language_id = MSO_LANGUAGE_ID.VIETNAMESE


def _write_message(slide: PptxSlide, said: Slide) -> None:
    title = slide.shapes.title
    is_cover = said.code == "cover"
    title.left, title.width = _MARGIN, _INNER
    title.top, title.height = (Inches(2.2), Inches(1.4)) if is_cover else (Inches(0.55), Inches(1))
    title.text_frame.word_wrap = True
    title.text_frame.vertical_anchor = MSO_ANCHOR.MIDDLE
    _write_line(title.text_frame, 0, said.message.text, 36 if is_cover else 30, _STRONG, bold=True)
    alignment = PP_ALIGN.CENTER if is_cover else PP_ALIGN.LEFT
    title.text_frame.paragraphs[0].alignment = alignment


def _write_body(slide: PptxSlide, said: Slide, header: Header) -> None:
    is_beside = said.chart is not None or (said.table is not None and bool(said.lines))
    if said.lines:
        _write_lines(slide, said, is_beside=is_beside)
    left = Inches(5.6) if said.lines else _MARGIN
    bottom = Emu(_BOTTOM - _NOTE) if said.notes else _BOTTOM
    place = (left, _TOP, Emu(_WIDTH - left - _MARGIN), Emu(bottom - _TOP))
    for note in said.notes:
        _text_box(slide, "Ghi chú", note.text, (bottom, _NOTE), 12, _SOFT)
    if said.chart:
        _write_chart(slide, said.chart, place, header)
    if said.table:
        _write_table(slide, said.table, place)


def _write_lines(slide: PptxSlide, said: Slide, *, is_beside: bool) -> None:
    is_cover = said.code == "cover"
    top = Inches(3.8) if is_cover else _TOP
    width = Inches(4.9) if is_beside else _INNER
    box = slide.shapes.add_textbox(_MARGIN, top, width, Emu(_BOTTOM - top))
    box.name = "Nội dung"
    box.text_frame.word_wrap = True
    size = _text_size(said, is_beside=is_beside)
    for position, line in enumerate(said.lines):
        _write_line(box.text_frame, position, line.text, size, RGBColor(0, 0, 0))
        if is_cover:
            box.text_frame.paragraphs[position].alignment = PP_ALIGN.CENTER


_ROOM = {
    True: ((20, 380), (18, 470), (16, 600), (14, 1000)),
    False: ((24, 600), (20, 1100), (18, 1400), (16, 1800)),
}
"""How many letters fit at a size of letters in points, beside a chart and alone."""


def _text_size(said: Slide, *, is_beside: bool) -> float:
    letters = sum(len(line.text) + 40 for line in said.lines)
    return next((size for size, room in _ROOM[is_beside] if letters <= room), 12)


def _write_chart(
    slide: PptxSlide, chart: Chart, place: tuple[Emu, Emu, Emu, Emu], header: Header
) -> None:
    data = CategoryChartData()
    data.categories = [bar.label for bar in chart.bars]
    data.add_series(chart.title, [bar.value for bar in chart.bars])
    frame = slide.shapes.add_chart(XL_CHART_TYPE.BAR_CLUSTERED, *place, data)
    frame.name = chart.title
    _describe(frame, f"{chart.title}. {chart.caption} {_read_out(chart)}")
    drawn = frame.chart
    drawn.part.chart_workbook.update_from_xlsx_blob(_chart_book(chart, header))
    _style_chart(drawn, chart)
    slide.notes_slide.notes_text_frame.text = f"{chart.caption} {_EDITING}"


def _read_out(chart: Chart) -> str:
    return "; ".join(f"{bar.label}: {bar.text}" for bar in chart.bars)


def _describe(frame, text: str) -> None:
    """Say what a chart or table shows to who cannot see it."""
    frame._element.nvGraphicFramePr.cNvPr.set("descr", text)


def _chart_book(chart: Chart, header: Header) -> bytes:
    """Write the workbook behind a chart, as python-pptx lays it out, dated by the pack."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {**PLAIN_STRINGS, "in_memory": True})
    book.set_properties({"created": datetime.datetime.fromisoformat(header.as_of_date)})
    sheet = book.add_worksheet("Sheet1")
    sheet.write_row(0, 1, (chart.title, "Nhãn"))
    for row, bar in enumerate(chart.bars, start=1):
        sheet.write_string(row, 0, bar.label)
        sheet.write_number(row, 1, bar.value)
        sheet.write_string(row, 2, bar.text)
    book.close()
    return buffer.getvalue()


def _style_chart(drawn: SlideChart, chart: Chart) -> None:
    drawn.has_legend = False
    drawn.has_title = True
    _write_line(drawn.chart_title.text_frame, 0, chart.title, 14, RGBColor(0, 0, 0), bold=True)
    _style(drawn.font, 12, RGBColor(0, 0, 0))
    drawn.category_axis.reverse_order = True
    drawn.category_axis.has_major_gridlines = False
    drawn.value_axis.visible = False
    drawn.value_axis.has_major_gridlines = False
    drawn.value_axis.minimum_scale = 0
    longest = chart.full_value or max((bar.value for bar in chart.bars), default=1.0) or 1.0
    drawn.value_axis.maximum_scale = longest * 1.45
    drawn.category_axis.tick_label_position = XL_TICK_LABEL_POSITION.LOW
    (plot,) = drawn.plots
    plot.gap_width = 60
    (series,) = plot.series
    series.format.fill.solid()
    series.format.fill.fore_color.rgb = _STRONG
    for position, bar in enumerate(chart.bars):
        label = series.points[position].data_label
        _write_line(label.text_frame, 0, bar.text, 12, RGBColor(0, 0, 0))
        label.position = XL_LABEL_POSITION.OUTSIDE_END


def _write_table(slide: PptxSlide, table: Table, place: tuple[Emu, Emu, Emu, Emu]) -> None:
    total = sum(column.width for column in table.columns)
    widths = [Emu(int(place[2] * column.width / total)) for column in table.columns]
    size, heights = _table_fit(table, widths, place[3])
    frame = (*place[:3], Emu(sum(heights)))
    shape = slide.shapes.add_table(len(table.rows) + 1, len(table.columns), *frame)
    shape.name = table.title
    _describe(shape, f"{table.title}. {table.unit}.")
    drawn = shape.table
    for line, height in zip(drawn.rows, heights, strict=True):
        line.height = height
    for position, (column, width) in enumerate(zip(table.columns, widths, strict=True)):
        drawn.columns[position].width = width
        _write_cell(drawn.cell(0, position), column.title, size, is_head=True, is_number=False)
    for number, row in enumerate(table.rows, start=1):
        for position, cell in enumerate(row.cells):
            place_in = drawn.cell(number, position)
            _write_cell(place_in, cell.text, size, is_head=False, is_number=cell.kind != "text")


def _table_fit(table: Table, widths: Sequence[Emu], room: Emu) -> tuple[float, list[Emu]]:
    """Give the largest letters at which a table ends above the foot, and how high its lines are."""
    titles = [column.title for column in table.columns]
    lines = [titles, *([cell.text for cell in row.cells] for row in table.rows)]
    for size in _TABLE_SIZES:
        heights = [_line_height(texts, widths, size) for texts in lines]
        if sum(heights) <= room.pt:
            break
    wanted = min(room.pt, _LINE.pt * len(lines))
    spare = max(wanted - sum(heights), 0) / len(lines)
    return size, [Emu(Pt(height + spare)) for height in heights]


def _line_height(texts: Sequence[str], widths: Sequence[Emu], size: float) -> float:
    """Give the height of a table's line in points, its words wrapped in their columns."""
    rows = max(
        len(textwrap.wrap(text, max(1, int((width.pt - 2 * _SIDE.pt) / (size * _LETTER)))))
        for text, width in zip(texts, widths, strict=True)
    )
    return max(rows, 1) * size * _LEADING + 2 * _ABOVE.pt


def _write_cell(cell, text: str, size: float, *, is_head: bool, is_number: bool) -> None:
    cell.margin_left = cell.margin_right = _SIDE
    cell.margin_top = cell.margin_bottom = _ABOVE
    cell.vertical_anchor = MSO_ANCHOR.MIDDLE
    colour = RGBColor(0xFF, 0xFF, 0xFF) if is_head else RGBColor(0, 0, 0)
    _write_line(cell.text_frame, 0, text, size, colour, bold=is_head)
    paragraph = cell.text_frame.paragraphs[0]
    paragraph.space_after = Pt(0)
    paragraph.alignment = PP_ALIGN.RIGHT if is_number else PP_ALIGN.LEFT
    if is_head:
        cell.fill.solid()
        cell.fill.fore_color.rgb = _STRONG
