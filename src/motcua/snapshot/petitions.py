"""Petitions (phản ánh, kiến nghị) by kind, by source and by agency."""

from collections.abc import Iterator, Mapping

from motcua.snapshot.handling import flat_rows, grouped_rows
from motcua.snapshot.lines import ORDER, Measure, cells, columns, summed
from motcua.snapshot.marts import Records
from motcua.snapshot.model import Column, Figure, Paragraph, Table, count_cell, share_cell
from motcua.snapshot.numbers import NO_DATA, NOTHING_HAPPENED
from motcua.snapshot.sentences import fill, say

_NAME = "Phản ánh, kiến nghị"
_MEASURES = (
    Measure("petition_received_count", "Tiếp nhận trong kỳ", width=10),
    Measure("petition_answered_count", "Tổng số", group="Đã trả lời", width=9),
    Measure("petition_on_time_count", "Đúng hạn", group="Đã trả lời", width=9),
    Measure("petition_late_count", "Quá hạn", group="Đã trả lời", width=9),
    Measure("petition_pending_count", "Tổng số", group="Chưa trả lời", width=9),
    Measure("petition_overdue_count", "Quá hạn", group="Chưa trả lời", width=9),
    Measure("numerator_count", "Tử số", group="Trả lời đúng hạn", width=9),
    Measure("denominator_count", "Mẫu số", group="Trả lời đúng hạn", width=9),
    Measure(
        "numerator_count",
        "Tỷ lệ",
        "denominator_count",
        "unknown_count",
        group="Trả lời đúng hạn",
        width=10,
    ),
    Measure("petition_satisfied_count", "Hài lòng", group="Có đánh giá", width=9),
    Measure("petition_rated_count", "Lượt", group="Có đánh giá", width=9),
    Measure(
        "petition_satisfied_count", "Tỷ lệ", "petition_rated_count", group="Có đánh giá", width=10
    ),
)
_SHORT = tuple(
    measure
    for measure in _MEASURES
    if measure.count not in {"petition_on_time_count", "petition_late_count"}
)
"""On a page that stands upright; on time is the numerator."""
_UNIT = "Đơn vị tính: phản ánh, kiến nghị"
_EMPTY = f"{_NAME}: {NO_DATA}."
_RECEIVED = (
    "Phản ánh, kiến nghị: tiếp nhận trong kỳ {petitions_received}, đã trả lời "
    "{petitions_answered}, chưa trả lời {petitions_pending} (quá hạn {petitions_overdue})."
)
_ON_TIME = (
    "Trả lời đúng hạn {petitions_on_time_share} "
    "({petitions_on_time_numerator}/{petitions_on_time_denominator} phản ánh, kiến nghị có hạn, đã "
    "trả lời hoặc đã quá hạn)."
)
_SATISFIED = (
    "Người gửi hài lòng về việc xử lý {petitions_satisfied_share} "
    "({petitions_satisfied}/{petitions_rated} lượt có đánh giá)."
)


def figures(kinds: Records) -> Iterator[Figure]:
    """Give the sums of all petitions; none where there are none."""
    if not kinds:
        return
    names = {
        "received": "tiếp nhận trong kỳ",
        "answered": "đã trả lời",
        "pending": "chưa trả lời",
        "overdue": "chưa trả lời, quá hạn",
        "rated": "có đánh giá",
        "satisfied": "hài lòng",
    }
    for code, name in names.items():
        count = count_cell(summed(kinds, f"petition_{code}_count"))
        yield Figure(f"petitions_{code}", f"{_NAME}: {name}", count)
    satisfied = summed(kinds, "petition_satisfied_count")
    share = share_cell(satisfied, summed(kinds, "petition_rated_count"))
    yield Figure("petitions_satisfied_share", f"{_NAME}: tỷ lệ hài lòng", share)


def sentences(known: Mapping[str, Figure], components: Records) -> tuple[Paragraph, ...]:
    """Say what came, how much was answered in time and whether people were content."""
    if "petitions_received" not in known:
        states = {record["component_code"]: record["state_code"] for record in components}
        is_none = states.get("petitions_on_time") == "by_zero_rule"
        return (say("petitions", f"{_NAME}: {NOTHING_HAPPENED if is_none else NO_DATA}."),)
    told = [fill("petitions", _RECEIVED, known)]
    rates = (
        ("petitions_on_time", "petitions_on_time_denominator", _ON_TIME, "Trả lời đúng hạn"),
        ("petitions_satisfied", "petitions_rated", _SATISFIED, "Đánh giá của người gửi"),
    )
    for code, denominator, template, name in rates:
        if denominator in known and known[denominator].cell.value:
            told.append(fill(code, template, known))
        else:
            told.append(say(code, f"{name}: {NOTHING_HAPPENED}."))
    return tuple(told)


def kinds_table(kinds: Records) -> Table:
    """Lay petitions out by kind."""
    return _flat("petitions_kinds", "loại", kinds)


def sources_table(sources: Records) -> Table:
    """Lay petitions out by where they came from."""
    return _flat("petitions_sources", "nguồn", sources)


def _flat(code: str, by: str, records: Records) -> Table:
    return Table(
        code=code,
        title=f"{_NAME} theo {by}",
        sheet=f"PAKN theo {by}",
        unit=_UNIT,
        columns=(
            ORDER,
            Column("name", by.capitalize(), kind="text", width=26),
            *columns(_SHORT),
        ),
        rows=flat_rows(records, "code_name", lambda members: cells(members, _SHORT)),
        empty_sentence=_EMPTY,
    )


def agencies_table(agencies: Records) -> Table:
    """Lay petitions out by agency."""
    return Table(
        code="petitions",
        title=f"{_NAME} theo cơ quan",
        sheet="PAKN theo cơ quan",
        unit=_UNIT,
        columns=(
            ORDER,
            Column("agency", "Cơ quan trả lời", kind="text", width=36),
            *columns(_MEASURES),
        ),
        rows=grouped_rows(agencies, lambda members: cells(members, _MEASURES)),
        notes=(
            "Tỷ lệ đúng hạn: trên phản ánh, kiến nghị có hạn, đã trả lời trong kỳ hoặc quá hạn ở "
            "cuối kỳ; tỷ lệ hài lòng: trên lượt có đánh giá.",
        ),
        empty_sentence=_EMPTY,
    )
