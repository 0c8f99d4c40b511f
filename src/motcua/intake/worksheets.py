"""Turn the cells of a sheet into header, data, and what is not data."""

import datetime as dt
import itertools
import math
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from motcua.contracts import Layout, fold
from motcua.intake import encodings
from motcua.intake.casting import NATIVE_END
from motcua.intake.headers import join_header_rows

Cell = object
Merged = Sequence[tuple[tuple[int, int], tuple[int, int]]]
COLUMN_NUMBER = re.compile(r"^\(?[0-9]{1,3}\)?$|^\(?[A-Z]\)?$")
NUMBERED = re.compile(r"^\((\d{1,3})\)(\s*=.*)?$|^(\d{1,3})$")
"""A cell of a row that numbers the columns, with a formula behind it or without."""
TOTAL_WORDS = ("Tổng cộng", "Tổng số", "Cộng:")
"""What total rows begin with where a contract does not say it."""
SECTION = re.compile(r"^([IVXLC]+|[A-ZĐ]|\d+(\.\d+)*)\s*[.)/-]\s*\D")
DAYS_TO_1904 = 1462
BARE_DAYS = re.compile(r"\d{5}([.,]\d+)?")
HEADER_SEARCH_ROWS = 60
FONT_SAMPLE_ROWS = 300
LEAST_NUMBERED = 3


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet read by its contract: header, data rows with their row number, rows left out.

    ``left_out`` counts the rows that are no data by the code of their rescue; ``header_shift``
    says how many rows below its place in the contract the header stands; ``titles`` is what the
    rows above the header say, by canonical column.
    """

    headers: tuple[str, ...]
    rows: tuple[tuple[int, Sequence[Cell]], ...]
    left_out: Mapping[str, int] = field(default_factory=dict)
    header_shift: int = 0
    titles: Mapping[str, str] = field(default_factory=dict)

    @property
    def left_out_count(self) -> int:
        """Rows that are no data."""
        return sum(self.left_out.values())


def cell_text(cell: Cell, decimal_mark: str = ".") -> str | None:
    """Write a cell as text: whole numbers without decimals, dates as ISO, empty as null."""
    if isinstance(cell, str):
        return cell or None
    if cell is None:
        return None
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return _number_text(cell, decimal_mark)
    if isinstance(cell, dt.datetime):
        return cell.isoformat(sep=" ")
    if isinstance(cell, dt.date):
        return cell.isoformat()
    return str(cell)


def number_text(cell: Cell, decimal_mark: str = ".") -> str | None:
    """Write a cell as text, a number with decimals as one that says nothing of marks."""
    if isinstance(cell, float) and math.isfinite(cell) and not cell.is_integer():
        return f"{Decimal(repr(cell)):f}{NATIVE_END}"
    return cell_text(cell, decimal_mark)


def _number_text(cell: float, decimal_mark: str) -> str:
    if cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    text = repr(cell)
    whole, _, decimals = text.partition(".")
    if len(decimals) == 3 and decimals.isdecimal():
        # Three decimals of a number look like grouped thousands once they are text.
        decimals += "0"
    return f"{whole}{decimal_mark}{decimals}" if decimals else text


def read_sheet(
    rows: Sequence[Sequence[Cell]],
    merged: Merged,
    layout: Layout,
    fits: Callable[[Sequence[str]], int] | None = None,
) -> Sheet:
    """Split the rows of a sheet by its layout.

    Args:
        rows: All rows of the sheet from its first cell.
        merged: Merged ranges, each as (row, column) of the first and the last cell, from 0.
        layout: The layout of the dataset.
        fits: Says how many columns of the layout a header has; when given, a header that stands
            elsewhere than the contract says is looked for.
    """
    first, headers = _find_header(rows, merged, layout, fits)
    words = tuple(fold(word) for word in (*layout.total_row_words, *TOTAL_WORDS))
    wide = _wide_rows(merged, len(headers))
    keys, numbered = key_places(headers, layout), _numbered_places(headers, layout)
    again = [text for text in map(fold, headers) if text]
    kept, left_out, is_first = [], dict[str, int](), True
    body = first + layout.header_rows
    for number, row in enumerate(rows[body:], body + 1):
        if is_blank(row):
            continue
        texts = (text for text in map(cell_text, row) if text and text.strip())
        # A row of data is known by two cells; the others are looked at where these may mean more.
        cells = [*itertools.islice(texts, 2)]
        if not cells:
            continue
        if is_first or [fold(cells[0])] == again[:1]:
            cells += texts
        code = _no_data(cells, layout, words, is_first=is_first)
        code = code or _no_figures(row, numbered, words)
        if code is None and len(cells) <= 1:
            code = _section(row, cells[0], keys, is_wide=number - 1 in wide)
        if code is None and layout.header_rows == 1 and [fold(cell) for cell in cells] == again:
            code = "repeated_header"
        if code:
            left_out[code] = left_out.get(code, 0) + 1
        else:
            kept.append((number, row))
        is_first = False
    shift = first - (layout.header_row - 1)
    return Sheet(headers, tuple(kept), left_out, shift, read_titles(rows[:first], layout.titles))


def read_titles(
    rows: Sequence[Sequence[Cell]], titles: Mapping[str, Mapping[str, str]]
) -> dict[str, str]:
    """Give what the rows above a header say: by canonical column, of the first pattern found."""
    lines = [" ".join(map(cell_text, filter(None, row))) for row in rows if titles]
    lines = [" ".join(unicodedata.normalize("NFC", line).split()) for line in lines]
    found = {}
    for column, patterns in titles.items():
        matches = (
            match.expand(written)
            for pattern, written in patterns.items()
            for line in lines
            if (match := re.search(pattern, line, re.IGNORECASE))
        )
        if text := next(matches, None):
            found[column] = text
    return found


def is_blank(row: Sequence[Cell]) -> bool:
    """Say quickly whether a row has no cell with content; one with spaces only is not found."""
    return row.count("") == len(row)


def is_column_numbers(cells: Sequence[str], layout: Layout, *, is_first: bool) -> bool:
    """Say whether the first row under the header only numbers the columns, as printed forms do."""
    if not is_first:
        return False
    if layout.column_number_row and all(COLUMN_NUMBER.match(cell.strip()) for cell in cells):
        return True
    return is_numbering(cells)


def is_numbering(cells: Sequence[str]) -> bool:
    """Say whether the cells count 1, 2, 3 … or (1), (2), (3) …, whatever the contract says."""
    found = [NUMBERED.match(cell.strip()) for cell in cells]
    if len(cells) < LEAST_NUMBERED or not all(found):
        return False
    return [int(one[1] or one[3]) for one in found if one] == list(range(1, len(cells) + 1))


def is_total(first_cell: str, folded_words: Sequence[str]) -> bool:
    """Say whether a row is a total by the words that its first cell begins with."""
    return bool(folded_words) and fold(first_cell).startswith(tuple(folded_words))


def in_unicode(rows: Sequence[Sequence[Cell]]) -> tuple[Sequence[Sequence[Cell]], str | None, int]:
    """Give the rows in Unicode, the font of before it that they were in, how many cells it held."""
    filled = itertools.islice((row for row in rows if not is_blank(row)), FONT_SAMPLE_ROWS)
    sample = [cell for row in filled for cell in row if isinstance(cell, str)]
    font = encodings.font_of(sample)
    if font is None:
        return rows, None, 0
    count = 0
    changed = []
    for row in rows:
        new = [
            encodings.to_unicode(cell, font) if isinstance(cell, str) and _is_latin(cell) else cell
            for cell in row
        ]
        count += sum(one is not other and one != other for one, other in zip(new, row, strict=True))
        changed.append(new)
    return changed, font, count


def counted_from_1900(
    rows: Sequence[tuple[int, Sequence[Cell]]], place: int
) -> tuple[tuple[tuple[int, Sequence[Cell]], ...], int]:
    """Turn day counts of a column from 1904 into those from 1900; how many dates it holds.

    A cell that is formatted as a date has been read rightly; a bare number says nothing of where
    its workbook counts from.
    """
    changed, count = [], 0
    for number, row in rows:
        cell = row[place] if place < len(row) else None
        if isinstance(cell, float) or (isinstance(cell, str) and BARE_DAYS.fullmatch(cell.strip())):
            days = float(cell.strip().replace(",", ".") if isinstance(cell, str) else cell)
            row = [*row[:place], days + DAYS_TO_1904, *row[place + 1 :]]
            count += 1
        count += isinstance(cell, dt.date)
        changed.append((number, row))
    return tuple(changed), count


def decomposed_count(rows: Sequence[Sequence[Cell]]) -> int:
    """Count the cells whose letters and accents are apart."""
    count = 0
    for row in rows:
        texts = [cell for cell in row if isinstance(cell, str)]
        if not unicodedata.is_normalized("NFC", "\n".join(texts)):
            count += sum(not unicodedata.is_normalized("NFC", text) for text in texts)
    return count


def _is_latin(cell: str) -> bool:
    return not cell.isascii() and max(cell) <= "\xff"


def _find_header(
    rows: Sequence[Sequence[Cell]],
    merged: Merged,
    layout: Layout,
    fits: Callable[[Sequence[str]], int] | None,
) -> tuple[int, tuple[str, ...]]:
    """Give the header's first row (from 0) and its names: the contract's, else the best fitting."""
    declared = layout.header_row - 1
    headers = headers_at(rows, merged, declared, layout.header_rows)
    if fits is None or fits(headers) * 2 >= layout.header_count():
        return declared, headers
    found = [
        (fits(names), -place, names)
        for place in range(min(len(rows), HEADER_SEARCH_ROWS))
        if (names := headers_at(rows, merged, place, layout.header_rows))
    ]
    best = max(found, default=(0, 0, headers))
    return (-best[1], best[2]) if best[0] * 2 >= layout.header_count() else (declared, headers)


def headers_at(
    rows: Sequence[Sequence[Cell]], merged: Merged, first: int, count: int
) -> tuple[str, ...]:
    """Give the names that so many header rows make, from the row ``first`` (from 0)."""
    last = min(first + count, len(rows))
    near = [one for one in merged if one[0][0] < last and one[1][0] >= first]
    return join_header_rows(
        [
            [_spread(rows, near, row, place) for place in range(len(rows[row]))]
            for row in range(first, last)
        ]
    )


def _no_data(
    cells: Sequence[str], layout: Layout, words: Sequence[str], *, is_first: bool
) -> str | None:
    if is_column_numbers(cells, layout, is_first=is_first):
        return "column_number_row"
    return "total_row" if is_total(cells[0], words) else None


def _section(row: Sequence[Cell], cell: str, keys: frozenset[int], *, is_wide: bool) -> str | None:
    """Know a row that names a section: one cell alone, merged or numbered or beside the key."""
    has_key = any(place < len(row) and cell_text(row[place]) for place in keys)
    is_section = is_wide or not has_key or bool(SECTION.match(cell.strip()))
    return "section_row" if is_section and keys and len(row) > LEAST_NUMBERED else None


def is_section(row: Sequence[Cell], keys: frozenset[int]) -> bool:
    """Say whether a row of a text file names a section: it has no merged cells to tell by."""
    cells = [text for text in map(cell_text, row) if text and text.strip()]
    return len(cells) == 1 and _section(row, cells[0], keys, is_wide=False) is not None


def is_section_line(line: str, delimiter: str) -> bool:
    """Say whether a line of a text file is one cell alone that is numbered as a section is."""
    return delimiter not in line and bool(SECTION.match(line.strip().strip('"')))


def _no_figures(row: Sequence[Cell], numbered: frozenset[int], words: Sequence[str]) -> str | None:
    """Know the rows of a form that hold no figure of their own.

    Names of groups and signatures, which may stand under numbered columns, have no cell there
    without a letter. The names of sums stand in any column that is not numbered.
    """
    if not numbered:
        return None
    filled = [(place, text) for place, cell in enumerate(row) if (text := _content(cell))]
    if all(place not in numbered or any(map(str.isalpha, text)) for place, text in filled):
        return "section_row"
    names = [text for place, text in filled if place not in numbered]
    return "total_row" if any(is_total(name, words) for name in names) else None


def _content(cell: Cell) -> str:
    return (cell_text(cell) or "").strip()


def _numbered_places(headers: Sequence[str], layout: Layout) -> frozenset[int]:
    """Give the places of the numbered columns of a form."""
    names = set(map(fold, layout.unpivot.columns)) if layout.unpivot else set()
    return frozenset(place for place, name in enumerate(headers) if fold(name) in names)


def key_places(headers: Sequence[str], layout: Layout) -> frozenset[int]:
    """Give the places of the columns that a row's code can stand in."""
    codes = {
        fold(source)
        for source, targets in layout.columns.items()
        if any(target.endswith("_code") for target in targets)
    }
    return frozenset(place for place, name in enumerate(headers) if fold(name) in codes)


def _wide_rows(merged: Merged, width: int) -> frozenset[int]:
    """Give the rows of which one cell covers the larger half."""
    return frozenset(
        top
        for (top, left), (bottom, right) in merged
        if top == bottom and right - left >= width / 2
    )


def _spread(rows: Sequence[Sequence[Cell]], merged: Merged, row: int, place: int) -> str:
    for (top, left), (bottom, right) in merged:
        if top <= row <= bottom and left <= place <= right:
            return cell_text(rows[top][left]) or ""
    return cell_text(rows[row][place]) or ""
