"""The workbook on paper: every sheet is one A4 page wide and can be read without a glass."""

import io

import openpyxl
import pytest

from motcua.snapshot.edge import read_content
from motcua.snapshot.workbook import render_xlsx

A4_LONG_INCHES = 11.69
PIXELS_PER_INCH = 96
LEGIBLE_POINTS = 8


PIXELS_PER_DIGIT = 7
"""Of the default font; the width of a column in the file counts its margins in."""


@pytest.fixture
def book(content) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(render_xlsx(content)))


def test_every_table_prints_in_letters_of_eight_points_or_more(content, book):
    for table in content.tables:
        if table.rows:
            sheet = book[table.sheet]
            spans = sheet.column_dimensions.values()
            wide = sum((span.max - span.min + 1) * span.width for span in spans) * PIXELS_PER_DIGIT
            margins = sheet.page_margins
            room = (A4_LONG_INCHES - margins.left - margins.right) * PIXELS_PER_INCH
            head = 5 + any(column.group for column in table.columns)
            size = sheet.cell(row=head, column=2).font.size * min(room / wide, 1)
            assert sheet.page_setup.orientation == "landscape"
            assert sheet.sheet_properties.pageSetUpPr.fitToPage
            assert sheet.page_setup.fitToWidth in (None, 1)
            assert sheet.page_setup.fitToHeight == 0
            assert size >= LEGIBLE_POINTS, (table.code, round(size, 1))


def test_line_is_as_high_as_its_longest_words(marts):
    marts.execute(
        "update core.dim_agencies set agency_name = 'Ban Quản lý dự án đầu tư xây dựng các công "
        "trình giao thông và nông nghiệp tỉnh' where agency_code = 'H01.02'"
    )
    sheet = openpyxl.load_workbook(io.BytesIO(render_xlsx(read_content(marts, "2024-CY-H01"))))[
        "II.06 cơ quan"
    ]
    rows = {row[1].value: sheet.row_dimensions[row[1].row].height for row in sheet if row[1].value}

    (long_name,) = [name for name in rows if str(name).startswith("Ban Quản lý dự án")]
    assert rows[long_name] > 2 * rows["Cấp tỉnh"]


def test_heads_are_repeated_on_every_page(content, book):
    for table in content.tables:
        if table.rows:
            first, last = (
                int(part.strip("$")) for part in book[table.sheet].print_title_rows.split(":")
            )
            assert first == 5
            assert last >= 5 + any(column.group for column in table.columns)


def test_largest_province_fits_its_columns(content):
    """A digit of the font is half as wide as it is high, a point a quarter: 12.345.678 hồ sơ."""
    table = content.table("ii06_agencies")
    wide = {"received", "received_online", "received_other", "resolved", "resolved_early"}
    pixels = (8 * 0.5 + 2 * 0.25) * 11 / 72 * PIXELS_PER_INCH

    for column in table.columns:
        if column.code.removesuffix("_count") in wide:
            assert column.width * PIXELS_PER_DIGIT >= pixels
