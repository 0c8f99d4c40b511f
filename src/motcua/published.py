"""What a published file says of itself: its dictionary."""

import contextlib
import io
from pathlib import Path
from typing import Any

import duckdb
import xlsxwriter

from motcua.errors import SettingsError
from motcua.files import write_whole
from motcua.office import FONT, PLAIN_STRINGS
from motcua.sql import quoted
from motcua.warehouse.edge import PUBLISHED_SCHEMAS

_SCHEMAS = f"({', '.join(map(quoted, PUBLISHED_SCHEMAS))})"
_SHEETS = {
    "Bảng": (
        ("Lược đồ", "Bảng", "Mỗi dòng là gì", "Số cột"),
        "select schema_name, table_name, comment, column_count "
        f"from duckdb_tables() where schema_name in {_SCHEMAS} union all "
        "select schema_name, view_name, comment, column_count "
        f"from duckdb_views() where schema_name in {_SCHEMAS} order by 1, 2",
    ),
    "Cột": (
        ("Lược đồ", "Bảng", "Cột", "Kiểu", "Ý nghĩa"),
        "select schema_name, table_name, column_name, lower(data_type), comment "
        f"from duckdb_columns() where schema_name in {_SCHEMAS} order by 1, 2, column_index",
    ),
    "Chỉ tiêu": (
        ("Mã", "Chỉ tiêu", "Tử số", "Mẫu số", "Định nghĩa"),
        "select metric_code, metric_name, numerator_name, denominator_name, definition "
        "from review.dim_metrics order by 1",
    ),
    "Quy tắc đếm": (
        ("Mã", "Quy tắc", "Phiên bản", "Nguồn", "Tử số", "Mẫu số", "Định nghĩa"),
        "select rule_code, rule_name, version, source, numerator_name, denominator_name, "
        "definition from review.dim_rules order by position_no",
    ),
    "Bộ chỉ số 766": (
        (
            *("Phiên bản", "Mã", "Thành phần", "Nhóm", "Điểm tối đa"),
            *("Tử số", "Mẫu số", "Công thức", "Nguồn"),
        ),
        "select version_code, component_code, component_name, group_name, "
        "cast(max_score as double), numerator_name, denominator_name, formula, source_document "
        "from review.dim_scorecard_components order by version_code, position_no",
    ),
}
_WIDTHS = {"Lược đồ": 10, "Mã": 26, "Kiểu": 14, "Số cột": 9, "Phiên bản": 12, "Điểm tối đa": 12}
_WIDE = {"Mỗi dòng là gì", "Ý nghĩa", "Định nghĩa", "Công thức"}


def write_dictionary(marts: Path, path: Path) -> Path:
    """Write the meaning of every published table, column, metric and rule into a workbook.

    Args:
        marts: A published file.
        path: The workbook, written over where it exists.

    Raises:
        SettingsError: There is no such file, or it is not one of ours.
    """
    with open_published(marts) as connection:
        sheets = {
            name: (heads, connection.execute(query).fetchall())
            for name, (heads, query) in _SHEETS.items()
        }
    return write_whole(path, _workbook_of(sheets))


def open_published(marts: Path) -> duckdb.DuckDBPyConnection:
    """Open a published file to read.

    Raises:
        SettingsError: There is no such file, or it is not one of ours.
    """
    try:
        with contextlib.ExitStack() as opened:
            connection = opened.enter_context(duckdb.connect(str(marts), read_only=True))
            connection.execute("select 1 from review.dim_metrics limit 1").fetchall()
            opened.pop_all()
    except duckdb.Error as error:
        reason = f"{marts} is no published file: {str(error).splitlines()[0]}"
        raise SettingsError("published file", reason) from None
    return connection


def _workbook_of(sheets: dict[str, tuple[tuple[str, ...], list[tuple[Any, ...]]]]) -> bytes:
    buffer = io.BytesIO()
    workbook = xlsxwriter.Workbook(buffer, {**PLAIN_STRINGS, "in_memory": True})
    plain = {"font_name": FONT, "font_size": 11, "valign": "top", "border": 1, "text_wrap": True}
    cell = workbook.add_format(plain)
    text = workbook.add_format({**plain, "num_format": "@", "quote_prefix": True})
    head = workbook.add_format({**plain, "bold": True, "bg_color": "#E8EDF3"})
    for name, (heads, rows) in sheets.items():
        sheet = workbook.add_worksheet(name)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        for place, title in enumerate(heads):
            width = 90 if title in _WIDE else _WIDTHS.get(title, 34)
            sheet.set_column(place, place, width)
            sheet.write_string(0, place, title, head)
        for number, row in enumerate(rows, 1):
            for place, value in enumerate(row):
                if isinstance(value, str) or value is None:
                    sheet.write_string(number, place, value or "", text)
                else:
                    sheet.write_number(number, place, value, cell)
        sheet.autofilter(0, 0, max(len(rows), 1), len(heads) - 1)
        sheet.freeze_panes(1, 0)
        sheet.repeat_rows(0)
    workbook.close()
    return buffer.getvalue()
