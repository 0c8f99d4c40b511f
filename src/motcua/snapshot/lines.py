"""Tables of counts: each column sums a count of the lines, or divides two such sums."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from motcua.snapshot.marts import Record, Records
from motcua.snapshot.model import (
    Cell,
    Column,
    Row,
    amount_cell,
    count_cell,
    share_cell,
    text_cell,
)

ORDER = Column("order", "TT", kind="text", width=7)


@dataclass(frozen=True, slots=True)
class Measure:
    """One column: the count that it sums and, of a rate, the counts that it is divided by.

    Attributes:
        count: name of the count, or of an amount in dong.
        title: heading.
        over: count that the sum is divided by; empty: it is no rate.
        unknown: count of what does not say, so that 0/0 is no data.
        group: heading above it.
        width: in digits.
    """

    count: str
    title: str
    over: str = ""
    unknown: str = ""
    group: str = ""
    width: int = 12

    @property
    def column(self) -> Column:
        """The column as a table has it."""
        code = f"{self.count}_rate" if self.over else self.count
        kind = "share" if self.over else "count"
        return Column(code, self.title, self.group, kind=kind, width=self.width)


def columns(measures: Sequence[Measure]) -> tuple[Column, ...]:
    """Give the columns of measures in order."""
    return tuple(measure.column for measure in measures)


def cells(members: Iterable[Record], measures: Sequence[Measure]) -> tuple[Cell, ...]:
    """Sum lines into one cell a measure."""
    found = tuple(members)
    return tuple(_cell(found, measure) for measure in measures)


def _cell(members: Sequence[Record], measure: Measure) -> Cell:
    total = summed(members, measure.count)
    if measure.over:
        unknown = summed(members, measure.unknown) if measure.unknown else 0
        return share_cell(total, summed(members, measure.over), unknown)
    return amount_cell(total) if measure.count.endswith("_amount") else count_cell(total)


def summed(members: Iterable[Record], name: str) -> int:
    """Sum a count of lines."""
    return sum(record[name] for record in members)


def numbered_rows(
    records: Iterable[Record], cells_of: Callable[[Record], tuple[Cell, ...]]
) -> tuple[Row, ...]:
    """Lay lines out in the order given, each with its number before its cells, without a total."""
    return tuple(
        Row("body", (text_cell(number), *cells_of(record)))
        for number, record in enumerate(records, start=1)
    )


def listed_rows(records: Records, name: str, measures: Sequence[Measure]) -> tuple[Row, ...]:
    """Lay lines out in the order given, without a total: what they count may overlap."""
    return numbered_rows(
        records, lambda record: (text_cell(record[name]), *cells([record], measures))
    )
