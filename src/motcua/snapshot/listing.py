"""Every figure that a content shows, by its code: those of sentences, those of tables' cells.

The code of a cell is made from its table, the words of its row and its column, so that it is the
same in another version and in a file that staff edited, however rows have moved.
"""

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from motcua.snapshot.model import HISTORY, Cell, Column, Content, Table

_LABELS = 2
"""Columns at the left that name a row: its number, its words."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A figure as it is read; ``table_code`` is empty for one of the sentences."""

    code: str
    name: str
    text: str
    table_code: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """A figure that differs between two contents; None where one does not have it."""

    code: str
    name: str
    table_code: str
    before: str | None
    after: str | None


def shown_figures(content: Content) -> dict[str, Shown]:
    """Give every figure of a content by its code, in the order that they are read."""
    found = {
        code: Shown(code, figure.name, figure.cell.text) for code, figure in content.figures.items()
    }
    for table in content.tables:
        found |= _cells(table)
    return found


def cell_codes(table: Table) -> list[tuple[str, ...]]:
    """Give the code of each cell of a table, row by row; empty where it shows no figure."""
    if table.code in HISTORY:
        return [("",) * len(table.columns)] * len(table.rows)
    return [
        tuple(
            _code(table.code, label, column.code) if _is_figure(position, cell) else ""
            for position, (column, cell) in enumerate(zip(table.columns, row.cells, strict=True))
        )
        for label, row in zip(row_labels(table), table.rows, strict=True)
    ]


def row_labels(table: Table) -> list[str]:
    """Name each row by its words: its group's, its own, and which of equal ones it is."""
    seen: Counter[str] = Counter()
    labels: list[str] = []
    group = ""
    for row in table.rows:
        own = row.cells[1].text
        if row.kind == "group":
            group = own
        label = f"{group}, {own}" if row.kind == "body" and group else own
        seen[label] += 1
        labels.append(label if seen[label] == 1 else f"{label} ({seen[label]})")
    return labels


def changes(before: Content, after: Content) -> tuple[Change, ...]:
    """Give every figure that is not the same in two contents."""
    return compare(shown_figures(before), shown_figures(after))


def compare(before: Mapping[str, Shown], after: Mapping[str, Shown]) -> tuple[Change, ...]:
    """Give every figure that is not the same in two lists, in their order."""
    found = []
    for code in dict.fromkeys((*before, *after)):
        old, new = before.get(code), after.get(code)
        known = new or old
        if known and (old and old.text) != (new and new.text):
            found.append(
                Change(code, known.name, known.table_code, old and old.text, new and new.text)
            )
    return tuple(found)


def _cells(table: Table) -> dict[str, Shown]:
    rows = zip(row_labels(table), cell_codes(table), table.rows, strict=True)
    return {
        code: Shown(code, f"{table.title}: {label}, {_title(column)}", cell.text, table.code)
        for label, codes, row in rows
        for code, column, cell in zip(codes, table.columns, row.cells, strict=True)
        if code
    }


def _title(column: Column) -> str:
    return f"{column.group} – {column.title}" if column.group else column.title


def _is_figure(position: int, cell: Cell) -> bool:
    if position < _LABELS:
        return False
    return cell.kind != "text" or any(letter.isdigit() for letter in cell.text)


def _code(table_code: str, label: str, column_code: str) -> str:
    words = "\n".join((table_code, label, column_code))
    return hashlib.sha256(words.encode()).hexdigest()[:16]
