"""The lines of a return as rows of a sheet.

A province's year gives back a million and a half cells, and the library that lays out the rest of
the workbook takes a quarter of all of intake to write them one by one. So a line becomes one text
here, in the markup of a row (ECMA-376 part 1, 18.3.1.73), and the library puts it in its place.
"""

import datetime as dt
import html
import math
import re
from collections.abc import Callable, Iterable
from decimal import Decimal
from functools import lru_cache, partial

from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from motcua.returns.model import SEVERITIES, Column, Line, Sheet, Value
from motcua.returns.styles import Styles
from motcua.returns.texts import shower_of

HEAD_ROW = 4
"""Row of the headings in a sheet of lines, from 0; the contract says it from 1."""
TOLD = ("TT", "Xử lý", "Lý do", "Cách sửa", "Tệp nguồn", "Trang tính nguồn", "Dòng nguồn")
"""Headings of what is told about a line; the code stands behind the first, values at the end."""
TOLD_WIDTHS = (5, 10, 38, 46, 18, 14, 9)
_FIRST_YEAR = 1901
"""Of a date before, spreadsheets disagree: it is written as a text."""
_EPOCH = dt.date(1899, 12, 30).toordinal()
_DAY_SECONDS = 86_400
_LARGEST_NUMBER = 10**15
_ESCAPES = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
"""A spreadsheet reads such a text as the character of that number."""
_KEPT_VALUES = 2_000
_LINE_HEIGHT = 15
_LETTERS = 1.05
"""Letters of the font in the width of one digit of the default font."""


class LineSheet(Worksheet):
    """A sheet that takes rows as texts, below those that were written cell by cell."""

    rows: Iterable[str] = ()

    def add_rows(self, rows: Iterable[str], last_row: int, last_column: int) -> None:
        """Take rows down to a place, from 0; they are read once, when the workbook is closed."""
        self.rows = rows
        self.dim_rowmax = max(self.dim_rowmax, last_row)
        self.dim_colmax = max(self.dim_colmax, last_column)

    def _write_rows(self) -> None:
        super()._write_rows()
        self.fh.writelines(self.rows)


class LineWriter:
    """Writes the lines of a sheet, the first below the headings."""

    def __init__(self, sheet: Sheet, styles: Styles) -> None:
        order = order_of(sheet)
        kinds = [kind_of(column) for column in sheet.columns]
        self._names = [xl_col_to_name(place) for place in order]
        self._told = [xl_col_to_name(told_place(number)) for number in range(len(TOLD))]
        self._key = sheet.key
        # The library numbers formats when it begins to close a workbook: rows come after that.
        self._boxed, self._number, self._count = map(
            _index_of, (styles.boxed, styles.number, styles.count)
        )
        self._styles = {
            (kind, severity): _index_of(styles.value(kind, severity))
            for kind in sorted({*kinds, "string"})
            for severity in ("", *SEVERITIES)
        }
        self._kinds = kinds
        # Most columns have few values: what stands in a cell is written once for each.
        self._contents = [
            lru_cache(_KEPT_VALUES, typed=True)(partial(self._sound, kind, shower_of(column)))
            for kind, column in zip(kinds, sheet.columns, strict=True)
        ]

    def write(self, number: int, line: Line) -> str:
        """Give the line of this number, from 1, as a row."""
        row = HEAD_ROW + 1 + number
        sentences, mends = "\n".join(line.sentences), "\n".join(line.mends)
        height = height_of((sentences, TOLD_WIDTHS[2]), (mends, TOLD_WIDTHS[3]))
        severity = SEVERITIES[line.severity_code]
        texts = (severity, sentences, mends, line.source_file, line.source_sheet)
        first, *middle, last = self._told
        contents = [
            None if value is None else content(value)
            for content, value in zip(self._contents, line.values, strict=True)
        ]
        for column, cell in line.faults.items():
            contents[column] = self._content(self._kinds[column], *cell)
        key, contents[self._key] = contents[self._key], None
        # Cells stand in the order of their places: the key second, the others behind what is told.
        cells = [
            f'<c r="{first}{row}"{_number(self._number, number)}',
            f'<c r="{self._names[self._key]}{row}"{key}' if key else "",
            *[
                f'<c r="{name}{row}"{_text(self._boxed, text)}'
                for name, text in zip(middle, texts, strict=True)
            ],
            f'<c r="{last}{row}"{_number(self._count, line.source_row)}',
            *[
                f'<c r="{name}{row}"{content}'
                for name, content in zip(self._names, contents, strict=True)
                if content
            ],
        ]
        return f'<row r="{row}" ht="{height:g}" customHeight="1">{"".join(cells)}</row>'

    def _sound(self, kind: str, show: Callable[[Value], Value], value: Value) -> str:
        return self._content(kind, show(value), "")

    def _content(self, kind: str, value: Value, severity: str) -> str:
        """Write a value as its type where Excel can hold it, else as text; nothing as a blank."""
        if isinstance(value, str):  # most of them
            return _text(self._styles["string", severity], value)
        style = self._styles[kind, severity]
        if value is None:
            return f' s="{style}"/>'
        number = _serial(value) if isinstance(value, dt.date) else value
        if number is not None and abs(number) < _LARGEST_NUMBER:
            return _number(style, number)
        return _text(self._styles["string", severity], _written(value))


def _index_of(style: Format) -> int:
    return style._get_xf_index()


def _number(style: int, number: float | Decimal) -> str:
    return f' s="{style}"><v>{number:.16G}</v></c>'


def _text(style: int, text: str) -> str:
    return f' s="{style}" t="inlineStr"><is><t>{_markup(text)}</t></is></c>'


@lru_cache(maxsize=20_000)
def _markup(text: str) -> str:
    """Write a text so that it is read back as it is, also one that looks like an escape."""
    return html.escape(_ESCAPES.sub("_x005F_", text), quote=False)


def _serial(value: dt.date) -> float | None:
    """Give a day or moment as days since the epoch of spreadsheets; none where they disagree."""
    if value.year < _FIRST_YEAR:
        return None
    days = value.toordinal() - _EPOCH
    if not isinstance(value, dt.datetime):
        return days
    return days + (value.hour * 3600 + value.minute * 60 + value.second) / _DAY_SECONDS


def _written(value: dt.date | int | Decimal) -> str:
    """Write as text what no number of a spreadsheet holds."""
    if not isinstance(value, dt.date):
        return f"{value}".replace(".", ",")
    clock = f" {value:%H:%M:%S}" if isinstance(value, dt.datetime) else ""
    return f"{value.day:02}/{value.month:02}/{value.year:04}{clock}"


def order_of(lines: Sheet) -> list[int]:
    """Give the place of each column of the sheet: the code stands second, the others at the end."""
    places = []
    following = len(TOLD) + 1
    for number in range(len(lines.columns)):
        if number == lines.key:
            places.append(1)
        else:
            places.append(following)
            following += 1
    return places


def told_place(number: int) -> int:
    """Give the place of a heading of ``TOLD``: the code stands behind the first."""
    return number if number == 0 else number + 1


def kind_of(column: Column) -> str:
    """Name how a column's values are written: by its type, a year without separators."""
    return "year" if column.name == "year" else column.type


@lru_cache(maxsize=2_000)
def height_of(*texts: tuple[str, int]) -> float:
    """Give a row the height of its longest text, each wrapped in the width of its column."""
    lines = [
        sum(math.ceil(max(len(part), 1) / (width * _LETTERS)) for part in text.split("\n"))
        for text, width in texts
    ]
    return min(_LINE_HEIGHT * max(*lines, 1) + 3, 400)
