"""What stands behind one number, and the lines that `motcua explain` prints of it."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from motcua.explain.cells import Cell

Number = int | float | Decimal


@dataclass(frozen=True, slots=True)
class Counts:
    """The cell and what was found of it by another query.

    Attributes:
        value: what the mart says; None where it has no figure.
        row_count: how many rows of the mart it adds.
        found_count: how many dossiers, or other things, were found.
        measured: what they come to; mostly their number.
    """

    value: Number | None
    row_count: int
    found_count: int
    measured: Number | None

    @property
    def is_equal(self) -> bool:
        """Whether what was found comes to what the cell says."""
        if self.value is None or self.measured is None:
            return self.value is self.measured
        return math.isclose(self.value, self.measured, rel_tol=1e-9, abs_tol=1e-6)


@dataclass(frozen=True, slots=True)
class Trace:
    """Where one thing was read: file and line of a delivery, and the original's SHA-256."""

    code: str
    delivery_id: str
    source_file: str
    source_row: int
    original: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """All that stands behind one number."""

    cell: Cell
    counts: Counts
    definitions: tuple[tuple[str, str], ...]
    sql: str
    sample: tuple[str, ...]
    trace: Trace | None
    tests: tuple[tuple[str, str], ...]
    as_of_date: str
    is_simulated: bool


def explain_in_lines(explanation: Explanation, out: Path | None) -> Iterator[str]:
    """Give the lines: number, definitions, SQL, dossiers, the source of one, tests."""
    cell, counts = explanation.cell, explanation.counts
    if explanation.is_simulated:
        yield "DỮ LIỆU MÔ PHỎNG – KHÔNG PHẢI SỐ LIỆU CHÍNH THỨC"
    keys = ", ".join(f"{name}={value}" for name, value in cell.all_keys.items())
    yield f"{cell.table} {cell.column} ({keys})"
    value = "no figure" if counts.value is None else f"{counts.value}"
    yield f"= {value}, of {counts.row_count} rows of the mart, as of {explanation.as_of_date}"
    for title, text in explanation.definitions:
        yield f"\n{title}\n  {text}"
    yield f"\nSQL of its {cell.population.unit}\n{explanation.sql}"
    yield from _found_lines(explanation, out)
    yield f"\n{len(explanation.tests)} tests guard the table and its facts"
    for name, state in explanation.tests:
        yield f"  {state}  {name}"


def _found_lines(explanation: Explanation, out: Path | None) -> Iterator[str]:
    cell, counts = explanation.cell, explanation.counts
    found = f"{counts.found_count} {cell.population.unit}"
    if cell.measure != "count(*)":
        found += f", {cell.measure} = {counts.measured}"
    verdict = "equal to the cell" if counts.is_equal else "NOT EQUAL to the cell"
    yield f"\n{found}, {verdict}"
    for code in explanation.sample:
        yield f"  {code}"
    if counts.found_count > len(explanation.sample):
        yield f"  … and {counts.found_count - len(explanation.sample)} more"
    if out:
        yield f"  all in {out}"
    trace = explanation.trace
    if trace:
        yield f"\n{trace.code} was read from {trace.source_file}, line {trace.source_row}"
        yield f"  delivery {trace.delivery_id}, original {trace.original}"
        yield f"  SHA-256 {trace.sha256}"
