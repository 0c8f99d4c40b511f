"""What stands behind one number, and the lines that `motcua explain` prints of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from motcua.explain.cells import TABLES, Cell


@dataclass(frozen=True, slots=True)
class Trace:
    """Where one dossier was read: file and line of a delivery, and the original's SHA-256."""

    dossier_code: str
    delivery_id: str
    source_file: str
    source_row: int
    original: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """All that stands behind one number; ``dossier_count`` comes from another query."""

    cell: Cell
    value: int
    row_count: int
    definitions: tuple[tuple[str, str], ...]
    sql: str
    dossier_count: int
    sample: tuple[str, ...]
    trace: Trace | None
    tests: tuple[tuple[str, str], ...]
    as_of_date: str
    is_simulated: bool

    @property
    def is_equal(self) -> bool:
        """Whether the dossiers found are as many as the cell says."""
        return self.value == self.dossier_count


def explain_in_lines(explanation: Explanation, out: Path | None) -> Iterator[str]:
    """Give the lines: number, definitions, SQL, dossiers, the source of one, tests."""
    cell = explanation.cell
    if explanation.is_simulated:
        yield "DỮ LIỆU MÔ PHỎNG – KHÔNG PHẢI SỐ LIỆU CHÍNH THỨC"
    keys = ", ".join(f"{name}={value}" for name, value in cell.keys.items())
    yield f"{cell.table} {cell.column} ({keys})"
    yield (
        f"= {explanation.value}, of {explanation.row_count} rows of the mart, "
        f"as of {explanation.as_of_date}"
    )
    for title, text in explanation.definitions:
        yield f"\n{title}\n  {text}"
    yield f"\nSQL of its {TABLES[cell.table].unit}\n{explanation.sql}"
    yield from _dossier_lines(explanation, out)
    yield f"\n{len(explanation.tests)} tests guard the table and its facts"
    for name, state in explanation.tests:
        yield f"  {state}  {name}"


def _dossier_lines(explanation: Explanation, out: Path | None) -> Iterator[str]:
    count = explanation.dossier_count
    unit = TABLES[explanation.cell.table].unit
    verdict = "equal to the cell" if explanation.is_equal else "NOT EQUAL to the cell"
    yield f"\n{count} {unit}, {verdict}"
    for code in explanation.sample:
        yield f"  {code}"
    if count > len(explanation.sample):
        yield f"  … and {count - len(explanation.sample)} more"
    if out:
        yield f"  all in {out}"
    trace = explanation.trace
    if trace:
        yield f"\n{trace.dossier_code} was read from {trace.source_file}, line {trace.source_row}"
        yield f"  delivery {trace.delivery_id}, original {trace.original}"
        yield f"  SHA-256 {trace.sha256}"
