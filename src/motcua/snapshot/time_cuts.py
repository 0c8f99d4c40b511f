"""How far the time limits of procedures have been cut; days of one unit are never added to others'.

Rules: metrics time_cut (ratio of sums) and time_cut_mean (mean of procedures) of the marts.
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from motcua.snapshot.handling import by_level
from motcua.snapshot.lines import ORDER, Measure, cells, columns, numbered_rows, summed
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
    quantity_cell,
    rate_cell,
    share_cell,
    text_cell,
)
from motcua.snapshot.numbers import NO_DATA, NOTHING_HAPPENED, roman
from motcua.snapshot.sentences import fill, say

_UNITS = {"working_day": "ngày làm việc", "day": "ngày theo lịch"}
_UNKNOWN_UNIT = "chưa xác định"
_COUNTS = (
    Measure("procedure_count", "Số TTHC"),
    Measure("limit_count", "Có cả hai thời hạn"),
    Measure("cut_count", "Được cắt giảm"),
    Measure("cut_count", "Tỷ lệ", "limit_count"),
    Measure("cut_by_third_count", "Giảm từ 1/3"),
    Measure("cut_by_half_count", "Giảm từ 1/2"),
    Measure("lengthened_count", "Dài hơn quy định"),
)
_DAYS = (
    Column("legal_days", "Theo quy định", "Tổng số ngày", kind="score"),
    Column("committed_days", "Cam kết", "Tổng số ngày", kind="score"),
    Column("cut_days_rate", "Tỷ lệ giảm", "Tổng số ngày", kind="share"),
    Column("mean_rate", "Bình quân theo TTHC", kind="share"),
)
_EMPTY = f"Cắt giảm thời gian giải quyết: {NO_DATA}."
_CUT = (
    "{cut_procedures}/{cut_limits} thủ tục hành chính được cắt giảm thời gian giải quyết "
    "({cut_share}); {cut_by_third} thủ tục giảm từ một phần ba, {cut_by_half} thủ tục giảm từ một "
    "nửa; bình quân theo thủ tục giảm {cut_mean}."
)
_OF_UNIT = (
    " Tính theo {{unit_{code}}}: tổng theo quy định {{cut_legal_{code}}} ngày, cam kết "
    "{{cut_committed_{code}}} ngày, giảm {{cut_days_{code}}}."
)


def figures(cuts: Records) -> Iterator[Figure]:
    """Give the figures of all procedures, and the days of each unit."""
    if not cuts:
        return
    limits = summed(cuts, "limit_count")
    cut = summed(cuts, "cut_count")
    yield Figure("cut_limits", "TTHC có cả hai thời hạn", count_cell(limits))
    yield Figure("cut_procedures", "TTHC được cắt giảm", count_cell(cut))
    yield Figure("cut_share", "Tỷ lệ TTHC được cắt giảm", share_cell(cut, limits))
    third, half = summed(cuts, "cut_by_third_count"), summed(cuts, "cut_by_half_count")
    yield Figure("cut_by_third", "TTHC giảm từ một phần ba", count_cell(third))
    yield Figure("cut_by_half", "TTHC giảm từ một nửa", count_cell(half))
    yield Figure("cut_mean", "Tỷ lệ giảm bình quân theo TTHC", _mean_cell(cuts))
    for code, name in _UNITS.items():
        members = [record for record in cuts if record["time_unit_code"] == code]
        if summed(members, "limit_count"):
            legal, committed, rate, _ = _days_cells(members)
            yield Figure(f"cut_legal_{code}", f"Tổng thời hạn theo quy định, {name}", legal)
            yield Figure(f"cut_committed_{code}", f"Tổng thời hạn cam kết, {name}", committed)
            yield Figure(f"cut_days_{code}", f"Tỷ lệ giảm theo tổng, {name}", rate)


def sentence(known: Mapping[str, Figure]) -> Paragraph:
    """Say how many procedures were cut and by how much."""
    if "cut_limits" not in known:
        return say("time_cuts", _EMPTY)
    if not known["cut_limits"].cell.value:
        return say("time_cuts", f"Thủ tục hành chính có cả hai thời hạn: {NOTHING_HAPPENED}.")
    units = {code: name for code, name in _UNITS.items() if f"cut_legal_{code}" in known}
    template = _CUT + "".join(_OF_UNIT.format(code=code) for code in units)
    words = {f"unit_{code}": name for code, name in units.items()}
    return fill("time_cuts", template, known, **words)


def table(cuts: Records) -> Table:
    """Lay out fields below their level of competence, a line for each unit of time."""
    rows: list[Row] = []
    for position, (name, members) in enumerate(by_level(cuts), start=1):
        head = (text_cell(roman(position)), text_cell(name), text_cell(""))
        rows.append(Row("group", (*head, *_counts_and_days(members))))
        rows += numbered_rows(
            members,
            lambda record: (
                text_cell(record["field_name"]),
                text_cell(_UNITS.get(record["time_unit_code"], _UNKNOWN_UNIT)),
                *_counts_and_days([record]),
            ),
        )
    if rows:
        head = (text_cell(""), text_cell("Tổng cộng"), text_cell(""))
        rows.append(Row("total", (*head, *_counts_and_days(cuts))))
    return Table(
        code="time_cuts",
        title="Cắt giảm thời gian giải quyết thủ tục hành chính",
        sheet="Cắt giảm thời gian",
        unit="Đơn vị tính: thủ tục hành chính; ngày như ở cột đơn vị",
        columns=(
            ORDER,
            Column("field", "Cấp, lĩnh vực", kind="text", width=32),
            Column("unit", "Đơn vị thời hạn", kind="text", width=17),
            *columns(_COUNTS),
            *_DAYS,
        ),
        rows=tuple(rows),
        notes=(
            "Tám giờ làm việc là một ngày làm việc; ngày làm việc và ngày theo lịch không cộng với "
            "nhau: dòng có cả hai thì để trống số ngày.",
            "Tỷ lệ giảm = 1 − tổng cam kết / tổng theo quy định; bình quân theo TTHC là trung bình "
            "tỷ lệ giảm của từng thủ tục.",
        ),
        empty_sentence=_EMPTY,
    )


def _counts_and_days(members: Sequence[Record]) -> tuple[Cell, ...]:
    return (*cells(members, _COUNTS), *_days_cells(members))


def _days_cells(members: Sequence[Record]) -> tuple[Cell, ...]:
    """Give both sums of days, the cut between them and the mean; no sums over several units."""
    mean = _mean_cell(members)
    units = {record["time_unit_code"] for record in members if record["limit_count"]}
    if len(units) != 1:
        return (absent_cell(), absent_cell(), absent_cell(), mean)
    legal, committed = _decimals(members, "legal_days"), _decimals(members, "committed_days")
    cut = rate_cell(legal - committed, legal)
    return (quantity_cell(legal), quantity_cell(committed), cut, mean)


def _mean_cell(members: Sequence[Record]) -> Cell:
    limits = Decimal(summed(members, "limit_count"))
    return rate_cell(_decimals(members, "summed_cut_rate"), limits)


def _decimals(members: Sequence[Record], name: str) -> Decimal:
    return sum((Decimal(record[name]) for record in members), Decimal(0))
