"""Read the filled workbook: conclusions, or every fault with its sheet, row and column."""

import datetime
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from motcua.conclusions.book import (
    AGENCY,
    BETWEEN,
    CONTENT,
    COORDINATING,
    DATE_CELL,
    DUE,
    HEAD_ROW,
    METRIC,
    REVIEW_CELL,
    SHEET,
    TARGET,
    TITLES,
)
from motcua.shelf.states import Conclusion
from motcua.snapshot.numbers import clean_text

Grid = Sequence[Sequence[Any]]
_LETTERS = 2_000
"""Letters that a content may have: a page."""
_PERCENT = re.compile(r"(\d{1,3})(?:[.,](\d{1,4}))?\s*%?")
_DAY = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
_HUNDRED = 100


@dataclass(frozen=True, slots=True)
class Known:
    """What the warehouse knows of a review: its period and province, agencies, metrics."""

    review_code: str
    period_code: str
    province_code: str
    agency_codes: Collection[str]
    metric_codes: Collection[str]


@dataclass(frozen=True, slots=True)
class Reading:
    """What a workbook says: conclusions, or faults in Vietnamese; never both."""

    conclusions: tuple[Conclusion, ...]
    faults: tuple[str, ...]


class _Unreadable(Exception):  # noqa: N818 - raised and caught here only
    """A cell that cannot be read; its text says what is wanted."""


def review_code_of(grid: Grid) -> str:
    """Give the review that a workbook names; empty where it names none."""
    return _text(_cell(grid, *REVIEW_CELL))


def read_book(grid: Grid, known: Known) -> Reading:
    """Read every line; one fault and nothing is taken."""
    faults = list(_head_faults(grid))
    concluded = None
    try:
        concluded = _day(_cell(grid, *DATE_CELL))
        if concluded is None:
            faults.append(_fault(*DATE_CELL, "ghi ngày của thông báo kết luận, như 17/03/2025"))
    except _Unreadable as error:
        faults.append(_fault(*DATE_CELL, str(error)))
    rows: list[dict[str, Any]] = []
    for row in range(HEAD_ROW + 1, len(grid)):
        if any(_text(_cell(grid, row, column)) for column in range(CONTENT, DUE + 1)):
            values, wrong = _read_line(grid, row, known, concluded)
            rows.append(values)
            faults += wrong
    if not rows:
        faults.append(_fault(HEAD_ROW + 1, CONTENT, "không có nội dung kết luận nào"))
    if faults or concluded is None:
        return Reading((), tuple(faults))
    return Reading(
        tuple(
            Conclusion(
                review_code=known.review_code,
                period_code=known.period_code,
                province_code=known.province_code,
                position_no=number,
                concluded_date=concluded.isoformat(),
                **values,
            )
            for number, values in enumerate(rows, start=1)
        ),
        (),
    )


def _head_faults(grid: Grid) -> Iterator[str]:
    for column, title in enumerate(TITLES):
        if _text(_cell(grid, HEAD_ROW, column)) != title:
            yield _fault(HEAD_ROW, column, f"tên cột phải là «{title}»")


def _read_line(
    grid: Grid, row: int, known: Known, concluded: datetime.date | None
) -> tuple[dict[str, Any], list[str]]:
    """Read one line: its values, and the faults of its cells."""
    readers: Mapping[int, Any] = {
        CONTENT: _content,
        AGENCY: lambda cell: _code(cell, known.agency_codes, "chọn một cơ quan ở danh sách", True),
        COORDINATING: lambda cell: _words(cell) or None,
        METRIC: lambda cell: _code(cell, known.metric_codes, "chọn một chỉ tiêu ở danh sách"),
        TARGET: _percent,
        DUE: _day,
    }
    found: dict[int, Any] = {}
    faults = []
    for column, read in readers.items():
        try:
            found[column] = read(_cell(grid, row, column))
        except _Unreadable as error:
            faults.append(_fault(row, column, str(error)))
    if found.get(TARGET) is not None and METRIC in found and found[METRIC] is None:
        faults.append(_fault(row, METRIC, "có giá trị giao thì phải có chỉ tiêu"))
    due = found.get(DUE)
    if due and concluded and due < concluded:
        faults.append(_fault(row, DUE, "hạn trước ngày của thông báo"))
    values = {
        "content": found.get(CONTENT),
        "lead_agency_code": found.get(AGENCY),
        "coordinating_agencies": found.get(COORDINATING),
        "metric_code": found.get(METRIC),
        "target_percent": found.get(TARGET),
        "due_date": due.isoformat() if due else None,
    }
    return values, faults


def _content(cell: Any) -> str:
    words = _words(cell)
    if not words:
        raise _Unreadable("thiếu nội dung kết luận")
    return words


def _words(cell: Any) -> str:
    words = _text(cell)
    if len(words) > _LETTERS:
        raise _Unreadable(f"dài quá {_LETTERS} chữ")
    return words


def _code(cell: Any, codes: Collection[str], wanted: str, is_needed: bool = False) -> str | None:
    code = _text(cell).split(BETWEEN, maxsplit=1)[0].strip()
    if not code and not is_needed:
        return None
    if code not in codes:
        raise _Unreadable(wanted)
    return code


def _percent(cell: Any) -> str | None:
    """Read a percent as a decimal; a bare number below one may be a cell formatted as percent."""
    if _text(cell) == "":
        return None
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        if 0 < cell < 1:
            raise _Unreadable("ghi 98 cho 98 %; dưới 1 % thì ghi bằng chữ, như 0,5 %")
        value = Decimal(repr(cell))
    else:
        match = _PERCENT.fullmatch(_text(cell))
        if match is None:
            raise _Unreadable("ghi phần trăm từ 0 đến 100, như 98,5")
        value = Decimal(f"{match[1]}.{match[2] or 0}")
    if not value.is_finite() or not 0 <= value <= _HUNDRED:
        raise _Unreadable("ghi phần trăm từ 0 đến 100, như 98,5")
    return str(value.quantize(Decimal("0.0001")))


def _day(cell: Any) -> datetime.date | None:
    if isinstance(cell, datetime.datetime):
        return cell.date()
    if isinstance(cell, datetime.date):
        return cell
    if _text(cell) == "":
        return None
    match = _DAY.fullmatch(_text(cell))
    try:
        if match:
            return datetime.date(int(match[3]), int(match[2]), int(match[1]))
    except ValueError as error:
        raise _Unreadable("ghi ngày có thật, như 30/06/2025") from error
    raise _Unreadable("ghi ngày, như 30/06/2025")


def _cell(grid: Grid, row: int, column: int) -> Any:
    return grid[row][column] if row < len(grid) and column < len(grid[row]) else ""


def _text(cell: Any) -> str:
    return "" if cell is None else clean_text(str(cell))


def _fault(row: int, column: int, wanted: str) -> str:
    place = f"Trang «{SHEET}», dòng {row + 1}, cột {chr(ord('A') + column)}"
    named = f" ({TITLES[column]})" if row >= HEAD_ROW else ""
    return f"{place}{named}: {wanted}."
