"""Turn the cells of a sheet into header, data, and what the contract says is not data."""

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass

from motcua.contracts import Layout, fold
from motcua.intake.headers import join_header_rows

Cell = object
COLUMN_NUMBER = re.compile(r"^\(?[0-9]{1,3}\)?$|^\(?[A-Z]\)?$")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet read by its contract: header, data rows with their row number, rows left out."""

    headers: tuple[str, ...]
    rows: tuple[tuple[int, Sequence[Cell]], ...]
    left_out_count: int


def cell_text(cell: Cell) -> str | None:
    """Write a cell as text: whole numbers without decimals, dates as ISO, empty as null."""
    if cell is None or cell == "":
        return None
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    if isinstance(cell, dt.datetime):
        return cell.isoformat(sep=" ")
    if isinstance(cell, dt.date):
        return cell.isoformat()
    return str(cell)


def read_sheet(
    rows: Sequence[Sequence[Cell]],
    merged: Sequence[tuple[tuple[int, int], tuple[int, int]]],
    layout: Layout,
) -> Sheet:
    """Split the rows of a sheet by its layout.

    Args:
        rows: All rows of the sheet from its first cell.
        merged: Merged ranges, each as (row, column) of the first and the last cell, from 0.
        layout: The layout of the dataset.
    """
    first = layout.header_row - 1
    header_rows = [
        [_spread(rows, merged, row, place) for place in range(len(rows[row]))]
        for row in range(first, min(first + layout.header_rows, len(rows)))
    ]
    headers = join_header_rows(header_rows)
    words = tuple(fold(word) for word in layout.total_row_words)
    kept, left_out, is_first = [], 0, True
    for number, row in enumerate(
        rows[first + layout.header_rows :], first + layout.header_rows + 1
    ):
        cells = [text for text in map(cell_text, row) if text and text.strip()]
        if not cells:
            continue
        if is_column_numbers(cells, layout, is_first=is_first) or is_total(cells[0], words):
            left_out += 1
        else:
            kept.append((number, row))
        is_first = False
    return Sheet(headers, tuple(kept), left_out)


def is_column_numbers(cells: Sequence[str], layout: Layout, *, is_first: bool) -> bool:
    """Say whether the first row under the header only numbers the columns, as printed forms do."""
    return (
        layout.column_number_row
        and is_first
        and all(COLUMN_NUMBER.match(cell.strip()) for cell in cells)
    )


def is_total(first_cell: str, folded_words: Sequence[str]) -> bool:
    """Say whether a row is a total by the words that its first cell begins with."""
    return bool(folded_words) and fold(first_cell).startswith(tuple(folded_words))


def _spread(
    rows: Sequence[Sequence[Cell]],
    merged: Sequence[tuple[tuple[int, int], tuple[int, int]]],
    row: int,
    place: int,
) -> str:
    for (top, left), (bottom, right) in merged:
        if top <= row <= bottom and left <= place <= right:
            return cell_text(rows[top][left]) or ""
    return cell_text(rows[row][place]) or ""
