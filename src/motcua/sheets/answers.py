"""Read what an agency wrote into its workbook: rows, or sentences that say which cell is wrong.

The workbook is somebody else's: every value is text of bounded length, and nothing is kept of one
that has a fault.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from motcua.contracts import fold
from motcua.returns.texts import PERSONAL
from motcua.sheets.model import Sheet
from motcua.sheets.workbook import FIGURE_HEADS, FIGURES, GROUP_HEADS, GROUPS, MARK_LINES

LONGEST = 2_000
"""Characters of one explanation: a page."""

Rows = Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class Mark:
    """Of which version and of which agency a workbook says it is."""

    pack_code: str
    version: int
    agency_code: str


@dataclass(frozen=True, slots=True)
class Filled:
    """What an agency says of a figure or a group; ``claimed`` is empty where it only explains."""

    code: str
    name: str
    printed: str
    claimed: str
    text: str
    sheet: str
    row: int


def read_mark(rows: Rows) -> Mark | None:
    """Find the mark in the cells of its sheet; None where one of its lines is not there."""
    told = {fold(row[0]): row[1] for row in rows if len(row) > 1}
    values = {code: told.get(fold(label), "") for code, label in MARK_LINES}
    if not values["version"].isdecimal() or not all(values.values()):
        return None
    return Mark(values["pack_code"], int(values["version"]), values["agency_code"])


def read_filled(sheets: Mapping[str, Rows], sheet: Sheet) -> tuple[list[Filled], list[str]]:
    """Give what is filled in, and what is wrong with it.

    Args:
        sheets: cells of the workbook as text, by name of sheet.
        sheet: what the agency was sent.
    """
    figures = {one.code: (one.name, one.text) for one in sheet.figures}
    groups = {one.code: (one.name, one.text) for one in sheet.overdue}
    found, faults = [], []
    for name, heads, known in ((FIGURES, FIGURE_HEADS, figures), (GROUPS, GROUP_HEADS, groups)):
        head = _head_row(sheets.get(name, ()), heads)
        if head is None:
            faults.append(f"trang «{name}»: không có dòng tiêu đề như tệp đã gửi")
            continue
        lines = list(_lines(name, heads, sheets[name], head))
        found += [_named(line, known) for line in lines if line.code in known]
        faults += [fault for line in lines for fault in _faults(line, known, heads)]
    return found, faults


def _head_row(rows: Rows, heads: Sequence[str]) -> int | None:
    wanted = [fold(head) for head in heads]
    for number, row in enumerate(rows):
        if [fold(cell) for cell in row[: len(heads)]] == wanted:
            return number
    return None


def _lines(name: str, heads: Sequence[str], rows: Rows, head: int) -> Iterator[Filled]:
    """Give the lines below the headings in which anything is filled."""
    for number, row in enumerate(rows[head + 1 :], start=head + 2):
        cells = [*row, *[""] * len(heads)][: len(heads)]
        claimed = cells[3] if heads is FIGURE_HEADS else ""
        text, code = cells[-2], cells[-1]
        if claimed or text:
            yield Filled(code, "", "", claimed, text, name, number)


def _named(line: Filled, known: Mapping[str, tuple[str, str]]) -> Filled:
    """Give a line as it was sent: what was typed over name and figure counts for nothing."""
    name, printed = known[line.code]
    return Filled(line.code, name, printed, line.claimed, line.text, line.sheet, line.row)


def _faults(
    line: Filled, known: Mapping[str, tuple[str, str]], heads: Sequence[str]
) -> Iterator[str]:
    def at(column: str) -> str:
        return f"trang «{line.sheet}», dòng {line.row}, cột «{column}»"

    if line.code not in known:
        yield f"{at(heads[-1])}: mã không có trong phiếu của cơ quan"
    if line.claimed and not line.text:
        yield f"{at(heads[-2])}: ghi số khác mà không nêu lý do"
    for column, value in ((heads[3], line.claimed), (heads[-2], line.text)):
        if len(value) > LONGEST:
            yield f"{at(column)}: dài quá {LONGEST} ký tự"
        if PERSONAL.search(value):
            yield f"{at(column)}: có số định danh, số điện thoại hoặc địa chỉ thư, hãy bỏ đi"
