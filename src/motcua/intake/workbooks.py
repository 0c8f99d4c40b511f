"""Look at a workbook's own XML before a reader opens it: how large it is, what it hides.

A reader lays a sheet out as a full table, so that two cells far apart cost as much as all between
them. What is said here comes from the bytes alone, in one pass, and expands nothing.
"""

import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from motcua.intake.refusals import over

OLE_MARK = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP_MARK = b"PK\x03\x04"
_PIECE_BYTES = 8 << 20
_ATTRIBUTE = re.compile(rb"([\w:.-]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_SHEET = re.compile(rb"<(?:\w+:)?sheet\b([^>]*)>")
_RELATION = re.compile(rb"<(?:\w+:)?Relationship\b([^>]*)>")
_FROM_1904 = re.compile(rb"<(?:\w+:)?workbookPr\b[^>]*\bdate1904\s*=\s*[\"'](?:1|true|on)[\"']")
_ROW = re.compile(rb"<(?:\w+:)?row\b([^>]*)>")
_ROW_NUMBER = re.compile(rb"<(?:\w+:)?row\b[^>]*?\br=[\"'](\d{1,9})[\"']")
_CELL = re.compile(rb"<(?:\w+:)?c\b(?:[^>]*?\br=[\"']([A-Z]{1,4})\d)?")
_WIDE_CELL = re.compile(rb'<c r="([A-Z]{2,4})\d')
_ODD_CELL = re.compile(rb'<c r="(?![A-Z]{1,4}\d)')
"""A cell beyond Z as nearly every program writes it; found much faster than every cell is."""
_BARE_FORMULA = re.compile(
    rb"<(?:\w+:)?c\b[^>]*>\s*<(?:\w+:)?f\b[^>]*(?:/>|>[^<]*</(?:\w+:)?f>)\s*"
    rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>\s*)?</(?:\w+:)?c>"
)
_ODS_ROW = re.compile(rb"<table:table-row\b([^>]*)>")
_ODS_CELL = re.compile(rb"<table:(?:covered-)?table-cell\b([^>]*)>")


@dataclass(frozen=True, slots=True)
class SheetFacts:
    """What a sheet's XML says of itself: the table it spans, hidden rows, empty formulas."""

    row_count: int = 0
    column_count: int = 0
    hidden_rows: frozenset[int] = frozenset()
    bare_formula_count: int = 0
    is_from_1904: bool = False


def kind_of(head: bytes) -> str:
    """Say what a file that calls itself a workbook is: zip, xls, html or other."""
    if head.startswith(ZIP_MARK):
        return "zip"
    if head.startswith(OLE_MARK):
        return "xls"
    text = head.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").lower()
    return (
        "html" if text.startswith(b"<") and re.search(rb"<(html|table|meta)\b", text) else "other"
    )


def declares_entities(head: bytes) -> bool:
    """Say whether an XML file declares a document type, which no office program writes."""
    plain = head.replace(b"\0", b"").upper()
    return b"<!DOCTYPE" in plain or b"<!ENTITY" in plain


def sheet_paths(workbook: bytes, relations: bytes) -> dict[str, str]:
    """Give the member of an xlsx file that holds each sheet, by the sheet's name."""
    targets = {}
    for found in _RELATION.finditer(relations):
        attributes = _attributes(found[1])
        path = attributes.get("Target", "")
        targets[attributes.get("Id", "")] = path.lstrip("/") if path[:1] == "/" else f"xl/{path}"
    paths = {}
    for found in _SHEET.finditer(workbook):
        attributes = _attributes(found[1])
        key = next((value for name, value in attributes.items() if name.endswith(":id")), "")
        if key in targets:
            paths[attributes.get("name", "")] = targets[key]
    return paths


def counts_from_1904(workbook: bytes) -> bool:
    """Say whether a workbook counts days from 1904, as old ones of a Mac do."""
    return bool(_FROM_1904.search(workbook))


def facts_of_xlsx(blocks: Iterable[bytes]) -> SheetFacts:
    """Look through the XML of one sheet of an xlsx file."""
    rows, counted, columns, bare, hidden = 0, 0, 0, 0, set()
    for piece in _pieces(blocks, b"row>"):
        counted += len(_ROW.findall(piece))
        rows = max([rows, counted, *map(int, _ROW_NUMBER.findall(piece))])
        columns = max(columns, _width_of(piece))
        if b"hidden" in piece:
            hidden |= set(_hidden_of(piece))
        if b"<f" in piece or b":f" in piece:
            bare += len(_BARE_FORMULA.findall(piece))
    return SheetFacts(rows, columns, frozenset(hidden), bare)


def facts_of_ods(blocks: Iterable[bytes]) -> SheetFacts:
    """Look through the content of an ods file: the largest table that a valued cell ends."""
    row, rows, columns = 0, 0, 0
    for piece in _pieces(blocks, b"table:table-row>"):
        starts = [*_ODS_ROW.finditer(piece)]
        ends = [*(found.start() for found in starts), len(piece)]
        for found, end in zip(starts, ends[1:], strict=True):
            row += _repeated(found[1], b"rows")
            width = _ods_width(piece[found.end() : end])
            if width:
                rows, columns = max(rows, row), max(columns, width)
        if b"<table:table " in piece:
            row = 0 if piece.rfind(b"<table:table ") > piece.rfind(b"<table:table-row") else row
    return SheetFacts(rows, columns)


def _pieces(blocks: Iterable[bytes], end: bytes) -> Iterator[bytes]:
    """Cut a stream behind whole rows; a row beyond every measure is cut where it is."""
    rest = b""
    for block in blocks:
        data = rest + block
        cut = data.rfind(end) + len(end)
        if cut < len(end):
            if len(data) < _PIECE_BYTES:
                rest = data
                continue
            cut = len(data)
        yield data[:cut]
        rest = data[cut:]
    yield rest


def _width_of(piece: bytes) -> int:
    """Give the last column that a cell names; cells that name none stand side by side."""
    is_plain = (
        piece.count(b'<c r="') == piece.count(b"<c")
        and b":c" not in piece
        and not _ODD_CELL.search(piece)
    )
    # Beyond Z few cells are left to look at.
    found = (is_plain and _WIDE_CELL.findall(piece)) or _CELL.findall(piece)
    named = max((column_number(name) for name in set(found) if name), default=0)
    unnamed = found.count(b"")
    if unnamed:
        rows = re.split(rb"<(?:\w+:)?row\b", piece)
        unnamed = max(_CELL.findall(one).count(b"") for one in rows)
    return max(named, unnamed)


def column_number(letters: bytes) -> int:
    """Give the number of a column from its letters: A is 1."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _hidden_of(piece: bytes) -> Iterator[int]:
    for found in _ROW.finditer(piece):
        attributes = _attributes(found[1])
        if attributes.get("hidden") in ("1", "true") and attributes.get("r", "").isdecimal():
            yield int(attributes["r"])


def _ods_width(cells: bytes) -> int:
    place, width = 0, 0
    for found in _ODS_CELL.finditer(cells):
        place += _repeated(found[1], b"columns")
        has_value = b"value-type" in found[1] or (
            not found[1].endswith(b"/") and cells[found.end() : found.end() + 6] == b"<text:"
        )
        width = place if has_value else width
    return width


def _repeated(attributes: bytes, what: bytes) -> int:
    found = re.search(rb"number-" + what + rb"-repeated=[\"'](\d{1,9})", attributes)
    return int(found[1]) if found else 1


def _attributes(text: bytes) -> dict[str, str]:
    return {
        name.decode("utf-8", "replace"): html.unescape((one or other).decode("utf-8", "replace"))
        for name, one, other in _ATTRIBUTE.findall(text)
    }


def oversize(facts: SheetFacts, max_columns: int, max_cells: int) -> str | None:
    """Name the limit that a sheet breaks, for the sentence; nothing when it breaks none."""
    if facts.column_count > max_columns:
        return over("cột", max_columns, "MAX_COLUMNS")
    if facts.row_count * facts.column_count > max_cells:
        return over("ô", max_cells, "MAX_SHEET_CELLS")
    return None
