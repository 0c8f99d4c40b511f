"""Identities of a form's columns, as its table prints them: (3)=(4)+(5)+(6)."""

from collections.abc import Iterator

from motcua.forms import identity_sides
from motcua.snapshot.listing import row_labels
from motcua.snapshot.model import Table


def breaks(table: Table) -> Iterator[str]:
    """Say which line does not keep which identity, with both sums; an empty cell adds nothing."""
    numbers = [column.number.strip("()") for column in table.columns]
    wanted = [sides for column in table.columns if (sides := identity_sides(column.formula))]
    if not wanted:
        return
    for label, row in zip(row_labels(table), table.rows, strict=True):
        values = {
            number: cell.value if isinstance(cell.value, int) else 0
            for number, cell in zip(numbers, row.cells, strict=True)
        }
        for whole, *others in wanted:
            for parts in others:
                total, parted = (sum(values[n] for n in side) for side in (whole, parts))
                if total != parted:
                    yield f"{label}: {_said(whole)} = {total}, {_said(parts)} = {parted}"


def _said(numbers: tuple[str, ...]) -> str:
    return "+".join(f"({number})" for number in numbers)
