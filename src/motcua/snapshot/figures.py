"""The figures that sentences stand on, each with its code and its cell."""

from collections.abc import Iterator, Mapping, Sequence

from motcua.snapshot import numbers, scorecard
from motcua.snapshot.handling import MEASURE_COLUMNS, measure_cells
from motcua.snapshot.headlines import Counts, Indicator
from motcua.snapshot.marts import Marts, Record
from motcua.snapshot.model import Cell, Figure, count_cell, share_cell

_TOP = 3
RANKED_FROM = 30
"""Fewer dossiers than these are not ranked."""


def figures(marts: Marts, found: Sequence[Indicator]) -> dict[str, Figure]:
    """Work out every figure by its code."""
    every = (
        *_handling_figures(marts),
        *_indicator_figures(found),
        *_services_figures(marts.services),
        *_plan_figures(marts.plan_tasks),
        *_overdue_figures(marts.handling_by_field),
        *scorecard.figures(marts.scorecard_groups, marts.scorecard_components),
    )
    return {figure.code: figure for figure in every}


def ranked(records: Sequence[Record], measure: str, limit: int) -> list[Record]:
    """Rank lines by a count, most first; those of fewer than thirty resolved are left out."""
    able = [r for r in records if r["resolved_count"] >= RANKED_FROM and r[measure] > 0]
    return sorted(able, key=lambda record: -record[measure])[:limit]


def _handling_figures(marts: Marts) -> Iterator[Figure]:
    totals = {record["period_role"]: record for record in marts.handling_totals}
    now = totals.get("current")
    if now is None:
        return
    for column, cell in zip(MEASURE_COLUMNS[:-1], measure_cells([now]), strict=False):
        code = column.code.removesuffix("_count")
        yield Figure(code, f"{column.group}: {column.title}".removeprefix(": "), cell)
    received = now["received_in_period_count"]
    yield Figure("received_in_period", "Tiếp nhận trong kỳ", count_cell(received))
    online = share_cell(now["received_online_count"], received)
    yield Figure("received_online_share", "Tỷ lệ tiếp nhận trực tuyến", online)
    in_time = now["resolved_early_count"] + now["resolved_on_time_count"]
    yield Figure("resolved_in_time", "Giải quyết trước và đúng hạn", count_cell(in_time))
    share = share_cell(in_time, now["resolved_count"])
    yield Figure("resolved_in_time_share", "Tỷ lệ trước và đúng hạn", share)
    yield from _growth_figures(received, totals.get("same"))


def _growth_figures(received: int, same: Record | None) -> Iterator[Figure]:
    if same is None:
        return
    before = same["received_in_period_count"]
    growth = numbers.format_growth(received, before)
    yield Figure("same_received_in_period", "Tiếp nhận cùng kỳ", count_cell(before))
    yield Figure("same_received_growth", "Tăng, giảm tiếp nhận", Cell("text", growth, growth))


def _indicator_figures(found: Sequence[Indicator]) -> Iterator[Figure]:
    for indicator in found:
        counts: Counts | None = indicator.counts.get("current")
        if counts is not None and counts.is_data:
            name = indicator.name
            yield Figure(f"{indicator.code}_numerator", name, count_cell(counts.numerator))
            yield Figure(f"{indicator.code}_denominator", name, count_cell(counts.denominator))
            yield Figure(f"{indicator.code}_share", name, counts.cell)
            if counts.unknown:
                yield Figure(f"{indicator.code}_unknown", name, count_cell(counts.unknown))


def _services_figures(services: Sequence[Record]) -> Iterator[Figure]:
    grades: Mapping[str, int] = _sums_by_grade(services)
    if not grades:
        return
    yield Figure("procedures", "Tổng số TTHC", count_cell(sum(grades.values())))
    for grade in ("full", "partial", "information"):
        count = grades.get(grade, 0)
        yield Figure(f"services_{grade}", f"Số TTHC mức {grade}", count_cell(count))
    online = grades.get("full", 0) + grades.get("partial", 0)
    yield Figure("online_services", "Tổng số dịch vụ công trực tuyến", count_cell(online))


def _sums_by_grade(services: Sequence[Record]) -> dict[str, int]:
    grades: dict[str, int] = {}
    for record in services:
        if record["period_role"] == "current":
            grade = record["service_grade_code"]
            grades[grade] = grades.get(grade, 0) + record["procedure_count"]
    return grades


def _plan_figures(tasks: Sequence[Record]) -> Iterator[Figure]:
    current = [record for record in tasks if record["period_role"] == "current"]
    if not current:
        return
    done = sum(record["numerator_count"] for record in current)
    total = sum(record["denominator_count"] for record in current)
    overdue = sum(record["overdue_count"] for record in current)
    yield Figure("plan_done", "Nhiệm vụ đã hoàn thành", count_cell(done))
    yield Figure("plan_total", "Nhiệm vụ của kế hoạch", count_cell(total))
    yield Figure("plan_share", "Tỷ lệ hoàn thành", share_cell(done, total))
    yield Figure("plan_overdue", "Nhiệm vụ quá hạn", count_cell(overdue))


def _overdue_figures(fields: Sequence[Record]) -> Iterator[Figure]:
    total = sum(record["resolved_overdue_count"] for record in fields)
    for position, record in enumerate(ranked(fields, "resolved_overdue_count", _TOP), start=1):
        count = record["resolved_overdue_count"]
        name = record["field_name"]
        code = f"overdue_field_{position}"
        yield Figure(code, f"Quá hạn: {name}", count_cell(count))
        yield Figure(f"{code}_share", f"Tỷ trọng quá hạn: {name}", share_cell(count, total))
