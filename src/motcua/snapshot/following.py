"""What became of the conclusions of the review before: each as its metric tells, or not at all."""

import dataclasses
from collections.abc import Iterator, Mapping

from motcua.snapshot.lines import ORDER
from motcua.snapshot.marts import Record, Records
from motcua.snapshot.model import (
    Cell,
    Column,
    Figure,
    Paragraph,
    Row,
    Table,
    absent_cell,
    count_cell,
    date_cell,
    share_cell,
    text_cell,
)
from motcua.snapshot.numbers import NO_DATA, NOT_COMPARABLE, format_date, format_decimal
from motcua.snapshot.sentences import fill, say

TABLE = "conclusions"
_SLIDE_LINES, _SLIDE_LETTERS = 6, 90
_SLIDE_COLUMNS = ("order", "content", "result", "state")
_STATES = {"reached": "đạt", "not_reached": "chưa đạt", "not_measured": "không đo được"}
_GOALS = {"at_least": "từ", "at_most": "không quá"}
_EMPTY = f"Thông báo kết luận kỳ trước: {NO_DATA}."
_SENTENCE = (
    "Thông báo kết luận kỳ trước (ngày {day}): {conclusions_all} nội dung, đạt "
    "{conclusions_reached}, chưa đạt {conclusions_not_reached}, không đo được "
    "{conclusions_not_measured}."
)


def figures(conclusions: Records) -> Iterator[Figure]:
    """Count the conclusions by what became of them."""
    if not conclusions:
        return
    yield Figure("conclusions_all", "Nội dung kết luận kỳ trước", count_cell(len(conclusions)))
    for code, name in _STATES.items():
        count = sum(record["state_code"] == code for record in conclusions)
        yield Figure(f"conclusions_{code}", f"Nội dung kết luận {name}", count_cell(count))


def sentence(known: Mapping[str, Figure], conclusions: Records) -> Paragraph:
    """Say how many conclusions were reached, not reached and not measurable; none: no data."""
    if not conclusions:
        return say(TABLE, _EMPTY)
    day = format_date(max(record["concluded_date"] for record in conclusions))
    return fill(TABLE, _SENTENCE, known, day=day)


def table(conclusions: Records) -> Table:
    """Lay out each conclusion with its metric, what was asked, both counts and what became."""
    return Table(
        code=TABLE,
        title="Thực hiện Thông báo kết luận kỳ trước",
        sheet="Kết luận kỳ trước",
        unit="Tử số, mẫu số: theo từng chỉ tiêu, của cơ quan chủ trì trong kỳ này",
        columns=(
            ORDER,
            Column("content", "Nội dung", kind="text", width=30),
            Column("agency", "Cơ quan chủ trì", kind="text", width=18),
            Column("metric", "Chỉ tiêu, giá trị giao", kind="text", width=22),
            Column("numerator", "Tử số", "Kết quả đo", width=12),
            Column("denominator", "Mẫu số", "Kết quả đo", width=12),
            Column("result", "Tỷ lệ", "Kết quả đo", kind="share", width=14),
            Column("due", "Hạn", kind="date", width=18),
            Column("state", "Đạt hay chưa", kind="text", width=12),
        ),
        rows=tuple(_row(number, record) for number, record in enumerate(conclusions, start=1)),
        notes=(
            "Không đo được: nội dung không có chỉ tiêu, không có giá trị giao, hoặc cơ quan chủ "
            "trì không có số liệu của chỉ tiêu trong kỳ; không được tính là đạt hay chưa đạt.",
            "Đo ở kỳ số liệu này, dù hạn ở trong hay sau kỳ.",
        ),
        empty_sentence=_EMPTY,
    )


def _row(number: int, record: Record) -> Row:
    return Row(
        "body",
        (
            text_cell(number),
            text_cell(record["content"]),
            text_cell(record["agency_name"]),
            text_cell(_asked(record)),
            *_measured(record),
            date_cell(record["due_date"]),
            text_cell(record["state_name"]),
        ),
        of=(("agency", record["lead_agency_code"]),),
    )


def _asked(record: Record) -> str:
    """Name the metric and the value asked, read the way in which the metric gets better."""
    name = record["metric_name"]
    if not name:
        return NOT_COMPARABLE
    if record["target_percent"] is None or not record["goal_code"]:
        return f"{name}: chưa giao"
    return f"{name}: {_GOALS[record['goal_code']]} {format_decimal(record['target_percent'])} %"


def _measured(record: Record) -> tuple[Cell, ...]:
    numerator, denominator = record["numerator_count"], record["denominator_count"]
    if not denominator:
        return (count_cell(None), count_cell(None), absent_cell())
    share = share_cell(numerator, denominator)
    return (count_cell(numerator), count_cell(denominator), share)


def on_slide(whole: Table) -> Table | None:
    """Give the first lines of the table with the columns that a slide has room for."""
    if not whole.rows:
        return None
    places = [n for n, column in enumerate(whole.columns) if column.code in _SLIDE_COLUMNS]
    rows = tuple(
        dataclasses.replace(row, cells=tuple(_short(row.cells[place]) for place in places))
        for row in whole.rows[:_SLIDE_LINES]
    )
    columns = tuple(whole.columns[place] for place in places)
    return dataclasses.replace(whole, columns=columns, rows=rows)


def _short(cell: Cell) -> Cell:
    """Cut words that are too long for a slide; figures never."""
    if cell.kind != "text" or len(cell.text) <= _SLIDE_LETTERS:
        return cell
    return text_cell(f"{cell.text[:_SLIDE_LETTERS].rstrip()}…")
