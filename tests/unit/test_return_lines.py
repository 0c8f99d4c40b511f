"""Lines of a return are written as rows: what stands in a cell is read back from it."""

import datetime as dt
import io
import re
from decimal import Decimal

import openpyxl
import pytest
import xlsxwriter
from hypothesis import example, given, settings
from hypothesis import strategies as st
from openpyxl.utils.escape import unescape

from motcua.returns.lines import HEAD_ROW, TOLD, LineSheet, LineWriter, order_of
from motcua.returns.model import Cell, Column, Line, Sheet
from motcua.returns.styles import Styles
from motcua.returns.texts import cell_text

COLUMNS = tuple(
    Column(name, name, kind, {})
    for name, kind in (
        ("product", "string"),
        ("dossier_code", "string"),
        ("received_at", "timestamp"),
        ("valid_from", "date"),
        ("paid_amount", "decimal(18,2)"),
        ("year", "integer"),
    )
)
TEXTS = st.text(st.characters(exclude_categories=("C",)), max_size=40).map(str.strip)
SECONDS = st.datetimes(dt.datetime(1901, 1, 1), dt.datetime(2100, 1, 1)).map(
    lambda moment: moment.replace(microsecond=0)
)
VALUES = (
    TEXTS,
    TEXTS,
    SECONDS,
    st.dates(dt.date(1901, 1, 1), dt.date(2100, 1, 1)),
    st.integers(-(10**14), 10**14),
    st.integers(1, 9999),
)
LINES = st.tuples(*(st.none() | value for value in VALUES))
EMPTY = (None,) * len(COLUMNS)


def read_back(*lines: Line):
    """Write lines below a heading and give the rows that another library reads."""
    buffer = io.BytesIO()
    workbook = xlsxwriter.Workbook(buffer)
    sheet = workbook.add_worksheet("Lines", LineSheet)
    sheet.write_string(HEAD_ROW, 0, "TT")
    shown = Sheet("dossiers", "Lines", COLUMNS, 1, len(lines), len(lines), lines)
    writer = LineWriter(shown, Styles(workbook))
    rows = [writer.write(number, line) for number, line in enumerate(lines, 1)]
    sheet.add_rows(rows, HEAD_ROW + len(lines), len(TOLD) + len(COLUMNS) - 1)
    workbook.close()
    found = openpyxl.load_workbook(buffer)["Lines"]
    return [*found.iter_rows(min_row=HEAD_ROW + 2, max_col=len(TOLD) + len(COLUMNS))]


def line(values=EMPTY, faults=None, severity="critical", reason="Sai ngày", row=7):
    told = ("hồ sơ.csv", "", row, severity, (reason,), ("Sửa lại",))
    return Line(*told, values, faults or {})


def as_read(value):
    """Say how a value is read back: a text cleaned, a day as its midnight."""
    if isinstance(value, str):
        return cell_text(value)
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return dt.datetime(value.year, value.month, value.day)
    return value


@settings(max_examples=30, deadline=None)
@given(values=LINES, row=st.integers(1, 10**7))
@example(values=("_x0041_ & <b>", *EMPTY[1:]), row=1)
@example(values=("=1+1", '"a"', *EMPTY[2:]), row=1)
def test_every_value_of_a_line_is_read_back_from_its_cell(values, row):
    ((*found,),) = read_back(line(values, row=row))
    places = order_of(Sheet("dossiers", "Lines", COLUMNS, 1, 1, 1, ()))

    # openpyxl leaves such escapes to whoever asks, Excel reads them at once.
    read = [found[place].value for place in places]
    read = [unescape(value) if isinstance(value, str) else value for value in read]
    assert read == [as_read(value) for value in values]
    assert [found[place].value for place in (0, 2, 3, 4, 5, 7)] == [
        1, "Từ chối", "Sai ngày", "Sửa lại", "hồ sơ.csv", row
    ]  # fmt: skip
    assert all(found[place].data_type != "f" for place in range(len(found)))


def test_cells_are_marked_by_severity_and_foreign_text_stays_text():
    faults = {0: Cell("=A1", "warning"), 1: Cell("H01", "critical"), 2: Cell(None, "critical")}
    ((*found,),) = read_back(line(("a", "b", *EMPTY[2:]), faults))
    product, code, received = (found[place] for place in (8, 1, 9))

    assert (product.value, product.data_type, product.quotePrefix) == ("=A1", "s", True)
    assert product.fill.fgColor.rgb == "FFFFE699"
    assert code.fill.fgColor.rgb == "FFF8B4B4"
    assert received.value is None
    assert received.fill.fgColor.rgb == "FFF8B4B4"


@pytest.mark.parametrize(
    ("place", "value", "text"),
    [
        (2, dt.datetime(1899, 1, 2, 3, 4, 5), "02/01/1899 03:04:05"),
        (3, dt.date(24, 1, 2), "02/01/0024"),
        (4, Decimal("12345678901234567.25"), "12345678901234567,25"),
    ],
)
def test_what_no_spreadsheet_holds_is_a_text(place, value, text):
    values = (*EMPTY[:place], value, *EMPTY[place + 1 :])
    ((*found,),) = read_back(line(values))

    assert [cell.value for cell in found if cell.value is not None][-1] == text


def test_a_column_of_few_values_shows_each_of_them():
    lines = [line((None, f"H{number % 3}", *EMPTY[2:])) for number in range(6)]

    assert [row[1].value for row in read_back(*lines)] == ["H0", "H1", "H2"] * 2


def test_rows_follow_one_another_and_long_reasons_get_room():
    first, second = read_back(line(), line(severity="warning", reason="Rất dài. " * 40))

    assert [first[0].value, second[0].value] == [1, 2]
    assert [first[2].value, second[2].value] == ["Từ chối", "Cảnh báo"]
    sheet = first[0].parent
    assert sheet.row_dimensions[HEAD_ROW + 3].height > 5 * sheet.row_dimensions[HEAD_ROW + 2].height
    assert re.fullmatch(r"A\d+:M7", sheet.dimensions)
