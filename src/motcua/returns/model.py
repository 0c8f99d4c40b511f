"""What a return holds, before it is laid out."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from motcua.receipts import Receipt
from motcua.returns.mark import Mark

Value = str | bool | int | Decimal | dt.date | dt.datetime | None
SEVERITIES = {"critical": "Từ chối", "warning": "Cảnh báo"}
WHOLE_DELIVERY = "Cả lần gửi"


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason in one dataset: lines now, and its codes against the delivery before."""

    dataset_code: str
    rule_code: str
    severity_code: str
    sentence: str
    mend: str | None
    line_count: int
    uncoded_count: int
    new_count: int
    still_count: int
    mended_count: int
    absent_count: int


@dataclass(frozen=True, slots=True)
class Before:
    """The delivery that a dataset's reasons are compared with."""

    delivery_id: str
    delivery_name: str
    exported_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Column:
    """A canonical column of a sheet: its heading, its SQL type, the words for its codes."""

    name: str
    heading: str
    type: str
    words: dict[str, str]


class Cell(NamedTuple):
    """A value to write, and the severity of what is wrong with it."""

    value: Value = None
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A line to mend: where it stands in the source, why, how, and what it holds."""

    source_file: str
    source_sheet: str
    source_row: int
    severity_code: str
    sentences: tuple[str, ...]
    mends: tuple[str, ...]
    values: Sequence[Value]
    """One a column, as DuckDB has it; null where there is none."""
    faults: Mapping[int, Cell]
    """By the column's number: what stands there instead, since something is wrong with it."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """The lines of a dataset, of which only some may be shown; they can be read once."""

    dataset_code: str
    name: str
    columns: tuple[Column, ...]
    key: int
    line_count: int
    shown_count: int
    lines: Iterable[Line]


@dataclass(frozen=True, slots=True)
class Return:
    """A return: the receipt it follows, how it marks itself, reasons, sheets of lines."""

    receipt: Receipt
    mark: Mark
    names: dict[str, str]
    """Name of each dataset, which is also its sheet's."""
    befores: dict[str, Before]
    """By dataset; one without is compared with nothing."""
    is_correction: bool
    reasons: tuple[Reason, ...]
    sheets: tuple[Sheet, ...]

    @property
    def arrived_at(self) -> dt.datetime:
        """Local civil time at which the delivery came."""
        return dt.datetime.fromisoformat(self.receipt.arrived_at)

    @property
    def is_correctable(self) -> bool:
        """Say whether the mended workbook can come back: not that of an export refused whole.

        Its faulty lines alone would pass for the export. What was a correction can be one again.
        """
        is_refused_export = self.receipt.state_code == "refused" and not self.is_correction
        return bool(self.sheets) and not is_refused_export
