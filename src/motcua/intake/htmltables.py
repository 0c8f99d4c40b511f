"""Read the tables of an HTML page that calls itself a workbook: text only, nothing is loaded."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

MAX_SPAN = 1_000
"""Cells that one cell may stand for; browsers have the same bound for columns."""

Merged = tuple[tuple[int, int], tuple[int, int]]


@dataclass(slots=True)
class Table:
    """Rows of texts, and merged ranges as (row, column) of the first and the last cell, from 0."""

    rows: list[list[str]] = field(default_factory=list)
    merged: list[Merged] = field(default_factory=list)


def read_tables(text: str) -> list[Table]:
    """Give the tables of a page; one inside another is text of the cell around it."""
    parser = _Tables()
    parser.feed(text)
    parser.close()
    parser.end_table()
    return parser.tables


class _Tables(HTMLParser):
    """Gathers tables; unclosed rows and cells end where the next one begins, as in browsers."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[Table] = []
        self._depth = 0
        self._table: Table | None = None
        self._row: list[str] | None = None
        self._cell: list[str] | None = None
        self._span = (1, 1)
        self._held: dict[int, int] = {}
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("script", "style"):
            self._silent += 1
        elif tag == "table":
            self._start_table()
        elif self._depth == 1 and tag == "tr":
            self._end_row()
            self._row = []
        elif self._depth == 1 and tag in ("td", "th"):
            self._start_cell(dict(attrs))
        elif tag == "br" and self._cell is not None:
            self._cell.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("script", "style"):
            self._silent = max(self._silent - 1, 0)
        elif tag == "table":
            self._depth = max(self._depth - 1, 0)
            if not self._depth:
                self.end_table()
        elif self._depth == 1 and tag == "tr":
            self._end_row()
        elif self._depth == 1 and tag in ("td", "th"):
            self._end_cell()

    def handle_data(self, data: str) -> None:
        if self._cell is not None and not self._silent:
            self._cell.append(data)

    def end_table(self) -> None:
        """Keep the table that is being read."""
        if self._table is not None:
            self._end_row()
            self.tables.append(self._table)
            self._table = None

    def _start_table(self) -> None:
        self._depth += 1
        if self._depth == 1:
            self.end_table()
            self._table, self._held = Table(), {}

    def _start_cell(self, attributes: dict[str, str | None]) -> None:
        self._end_cell()
        if self._row is None:
            self._row = []
        self._cell = []
        self._span = (_span(attributes.get("rowspan")), _span(attributes.get("colspan")))

    def _end_cell(self) -> None:
        if self._cell is None or self._row is None or self._table is None:
            return
        self._fill_held()
        top, left = len(self._table.rows), len(self._row)
        height, width = self._span
        self._row += [" ".join("".join(self._cell).split()), *[""] * (width - 1)]
        if height > 1 or width > 1:
            self._table.merged.append(((top, left), (top + height - 1, left + width - 1)))
            self._held |= dict.fromkeys(range(left, left + width), top + height - 1)
        self._cell = None

    def _fill_held(self) -> None:
        """Step over the places that a cell of a row above still covers."""
        if self._row is None or self._table is None:
            return
        while self._held.get(len(self._row), -1) >= len(self._table.rows):
            self._row.append("")

    def _end_row(self) -> None:
        self._end_cell()
        if self._row is not None and self._table is not None:
            self._fill_held()
            self._table.rows.append(self._row)
        self._row = None


def _span(text: str | None) -> int:
    digits = (text or "").strip()
    return min(max(int(digits), 1), MAX_SPAN) if digits.isdecimal() and len(digits) < 9 else 1
