"""Empty cells of an xlsx workbook in its own XML: the row, the cell and its style stay."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping

from motcua.intake.workbooks import column_number

_ROW = re.compile(rb"<(?:\w+:)?row\b([^>]*?)(?:/>|>(.*?)</(?:\w+:)?row>)", re.DOTALL)
_CELL = re.compile(rb"<((?:\w+:)?c)\b([^>]*?)(?:/>|>(.*?)</(?:\w+:)?c>)", re.DOTALL)
_NUMBER = re.compile(rb"\br=[\"'](\d{1,9})[\"']")
_PLACE = re.compile(rb"\br=[\"']([A-Z]{1,4})\d{1,9}[\"']")
_KIND = re.compile(rb"\s+t=[\"'](\w+)[\"']")
_VALUE = re.compile(rb"<(?:\w+:)?v\b[^>]*>\s*(\d+)\s*<")
_STRING = re.compile(rb"<((?:\w+:)?)si\b[^>]*?(?:/>|>(.*?)</(?:\w+:)?si>)", re.DOTALL)
_FORMULA = re.compile(rb"<(?:\w+:)?f\b")


class FormulaError(Exception):
    """A cell to empty is a formula, on which other cells may lean."""


def emptied_sheet(xml: bytes, places: Mapping[int, Collection[int]]) -> tuple[bytes, int]:
    """Empty cells of a sheet.

    Args:
        xml: The sheet's part.
        places: Columns by row, both counted from 1.

    Returns:
        The part, and how many cells held something.

    Raises:
        FormulaError: One of the cells is a formula.
    """
    pieces, end, count = [], 0, 0
    for number, start, content in _rows(xml):
        if number not in places:
            continue
        changed, row_count = _emptied_row(content, places[number])
        pieces += [xml[end:start], changed]
        end, count = start + len(content), count + row_count
    return b"".join([*pieces, xml[end:]]), count


def string_numbers(xml: bytes) -> set[int]:
    """Give the numbers of the shared strings that the cells of a sheet show."""
    return {
        int(value[1])
        for _, _, content in _rows(xml)
        for cell in _CELL.finditer(content)
        if (kind := _KIND.search(cell[2]))
        and kind[1] == b"s"
        and (value := _VALUE.search(cell[3] or b""))
    }


def emptied_strings(xml: bytes, numbers: Collection[int]) -> bytes:
    """Empty shared strings by their numbers; the others keep theirs."""
    pieces, end = [], 0
    for number, found in enumerate(_STRING.finditer(xml)):
        if number in numbers:
            empty = b"<%(p)bsi><%(p)bt/></%(p)bsi>" % {b"p": found[1]}
            pieces += [xml[end : found.start()], empty]
            end = found.end()
    return b"".join([*pieces, xml[end:]])


def _rows(xml: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Give each row that has cells: its number, where its content begins, and that content."""
    number = 0
    for found in _ROW.finditer(xml):
        named = _NUMBER.search(found[1])
        number = int(named[1]) if named else number + 1
        if found[2] is not None:
            yield number, found.start(2), found[2]


def _emptied_row(content: bytes, columns: Collection[int]) -> tuple[bytes, int]:
    pieces, end, count = [], 0, 0
    for column, found in _numbered(_CELL.finditer(content)):
        if column not in columns or not found[3]:
            continue
        if _FORMULA.search(found[3]):
            raise FormulaError
        pieces += [content[end : found.start()], _empty_cell(found)]
        end, count = found.end(), count + 1
    return b"".join([*pieces, content[end:]]), count


def _empty_cell(found: re.Match[bytes]) -> bytes:
    return b"<" + found[1] + _KIND.sub(b"", found[2]).rstrip() + b"/>"


def _numbered(cells: Iterable[re.Match[bytes]]) -> Iterator[tuple[int, re.Match[bytes]]]:
    """Give each cell with its column; one that names none stands right of the one before."""
    column = 0
    for found in cells:
        named = _PLACE.search(found[2])
        column = column_number(named[1]) if named else column + 1
        yield column, found
