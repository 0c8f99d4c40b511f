"""The figures that sentences stand on, each with its code and its cell."""

from collections.abc import Iterator, Mapping, Sequence

from motcua.snapshot import (
    announcing,
    comparing,
    duplicates,
    following,
    incidents,
    numbers,
    overdue,
    payments,
    petitions,
    points,
    proposals,
    questions,
    reception,
    reconciling,
    reorganised,
    scorecard,
    self_reported,
    steps,
    targets,
    time_cuts,
    without_any,
)
from motcua.snapshot.handling import MEASURE_COLUMNS, by_level, measure_cells
from motcua.snapshot.headlines import Counts, Indicator
from motcua.snapshot.marts import Marts, Record
from motcua.snapshot.model import Figure, count_cell, days_cell, share_cell, text_cell
from motcua.snapshot.ranking import ranked

_TOP_OVERDUE = 3
_TOP_LEADING = 3
_DUE_SOON = (3, 5, 10)


def figures(marts: Marts, found: Sequence[Indicator]) -> dict[str, Figure]:
    """Work out every figure by its code."""
    every = (
        *_handling_figures(marts),
        *_channel_figures(marts.handling_by_channel),
        *_level_figures(marts.handling_by_agency),
        *_deadline_figures(marts.deadlines),
        *_due_soon_figures(marts.due_soon),
        *_help_figures(marts.submission_help),
        *_indicator_figures(found),
        *_services_figures(marts.services),
        *_plan_figures(marts.plan_tasks),
        *_field_figures(marts.handling_by_field),
        *overdue.figures(marts),
        *without_any.figures(marts.rates_by_agency),
        *reception.figures(marts),
        *time_cuts.figures(marts.time_cuts),
        *payments.figures(marts.payments),
        *incidents.figures(marts.incidents),
        *steps.figures(marts.steps),
        *petitions.figures(marts.petitions_by_kind),
        *self_reported.figures(marts),
        *targets.figures(marts.targets),
        *scorecard.figures(marts.scorecard_groups),
        *points.figures(marts),
        *following.figures(marts.conclusions),
        *announcing.figures(marts.announcements_by_field),
        *comparing.figures(marts.comparison),
        *reorganised.figures(marts.handling_maps),
        *duplicates.figures(marts.duplicates),
        *reconciling.figures(marts),
        *proposals.figures(marts),
        *questions.figures(marts),
    )
    return {figure.code: figure for figure in every}


def leading_fields(fields: Sequence[Record]) -> list[Record]:
    """Give the fields with most dossiers to handle, most first."""
    return ranked(fields, "received_count", _TOP_LEADING)


def overdue_fields(fields: Sequence[Record]) -> list[Record]:
    """Give the fields with most dossiers resolved overdue, most first."""
    return ranked(fields, "resolved_overdue_count", _TOP_OVERDUE)


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
    yield from _growth_figures(now, totals.get("same"))


def _growth_figures(now: Record, same: Record | None) -> Iterator[Figure]:
    """Compare counts that may be compared over periods: what was carried over is in neither."""
    if same is None:
        return
    names = {"received_in_period": "tiếp nhận trong kỳ", "resolved": "đã giải quyết"}
    for code, name in names.items():
        before = same[f"{code}_count"]
        yield Figure(f"same_{code}", f"Cùng kỳ: {name}", count_cell(before))
        growth = numbers.format_growth(now[f"{code}_count"], before)
        yield Figure(f"same_{code}_growth", f"Tăng, giảm: {name}", text_cell(growth))


def _channel_figures(channels: Sequence[Record]) -> Iterator[Figure]:
    """Count what was received by each channel; one without a name of its own is «otherwise»."""
    names = {
        "direct": "trực tiếp",
        "postal": "bưu chính công ích",
        "otherwise": "hình thức khác",
    }
    counts = dict.fromkeys(("online", *names), 0)
    for record in channels:
        code = record["channel_code"]
        counts[code if code in counts else "otherwise"] += record["received_in_period_count"]
    total = sum(counts.values())
    for code, name in names.items():
        title = f"Tiếp nhận trong kỳ, {name}"
        yield Figure(f"received_{code}", title, count_cell(counts[code]))
        yield Figure(f"received_{code}_share", title, share_cell(counts[code], total))


def _level_figures(agencies: Sequence[Record]) -> Iterator[Figure]:
    for name, members in by_level(tuple(agencies)):
        code = members[0]["level_code"] or "unknown"
        received = sum(record["received_in_period_count"] for record in members)
        resolved = sum(record["resolved_count"] for record in members)
        overdue = sum(record["resolved_overdue_count"] for record in members)
        yield Figure(f"level_{code}_received", f"{name}: tiếp nhận", count_cell(received))
        yield Figure(f"level_{code}_resolved", f"{name}: đã giải quyết", count_cell(resolved))
        share = share_cell(resolved - overdue, resolved)
        yield Figure(f"level_{code}_share", f"{name}: trước và đúng hạn", share)


def _deadline_figures(deadlines: Sequence[Record]) -> Iterator[Figure]:
    """Say how late the open dossiers are; nothing where not each one's days are known."""
    for record in deadlines:
        if record["overdue_count"] and record["overdue_count"] == record["overdue_dated_count"]:
            for code, name in (("median", "trung vị"), ("longest", "dài nhất")):
                cell = days_cell(record[f"overdue_{code}_days"])
                yield Figure(f"pending_overdue_{code}", f"Ngày làm việc quá hạn, {name}", cell)


def _due_soon_figures(fields: Sequence[Record]) -> Iterator[Figure]:
    """Count the open dossiers whose due date is near; nothing where nobody can say."""
    for days in _DUE_SOON if fields else ():
        count = sum(record[f"due_within_{days}_days_count"] for record in fields)
        name = f"Đến hạn trong {days} ngày làm việc"
        yield Figure(f"pending_due_{days}", name, count_cell(count))


def _help_figures(submissions: Sequence[Record]) -> Iterator[Figure]:
    """Count online dossiers by who sent them in; nothing where no source says."""
    names = {"self": "tự nộp", "assisted": "được hỗ trợ nộp", "unknown": "không rõ"}
    counts = dict.fromkeys(names, 0)
    for record in submissions:
        code = record["submission_help_code"]
        counts[code if code in counts else "unknown"] += record["dossier_count"]
    total = sum(counts.values())
    if total == counts["unknown"]:
        return
    yield Figure("submitted_online", "Hồ sơ trực tuyến", count_cell(total))
    for code, name in names.items():
        title = f"Hồ sơ trực tuyến {name}"
        yield Figure(f"submitted_{code}", title, count_cell(counts[code]))
        yield Figure(f"submitted_{code}_share", title, share_cell(counts[code], total))


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
            for role, title in (("same", "Cùng kỳ"), ("previous", "Kỳ trước")):
                yield from _points_figures(indicator, counts, role, title)


def _points_figures(indicator: Indicator, now: Counts, role: str, title: str) -> Iterator[Figure]:
    before = indicator.counts.get(role)
    if before is None or before.rate is None or now.rate is None:
        return
    points = numbers.format_points_between(now.rate, before.rate)
    code, name = f"{indicator.code}_{role}", indicator.name
    yield Figure(f"{code}_share", f"{title}: {name}", before.cell)
    yield Figure(f"{code}_points", f"Tăng, giảm so với {title.lower()}: {name}", text_cell(points))


def _services_figures(services: Sequence[Record]) -> Iterator[Figure]:
    current = [record for record in services if record["period_role"] == "current"]
    if not current:
        return
    grades: Mapping[str, int] = _sums_by_grade(current)
    yield Figure("procedures", "Tổng số TTHC", count_cell(sum(grades.values())))
    for grade in ("full", "partial", "information"):
        count = grades.get(grade, 0)
        yield Figure(f"services_{grade}", f"Số TTHC mức {grade}", count_cell(count))
    online = grades.get("full", 0) + grades.get("partial", 0)
    used = sum(
        record["with_dossier_count"]
        for record in current
        if record["service_grade_code"] in {"full", "partial"}
    )
    yield Figure("online_services", "Tổng số dịch vụ công trực tuyến", count_cell(online))
    name = "Dịch vụ công trực tuyến không phát sinh hồ sơ"
    yield Figure("online_services_idle", name, count_cell(online - used))
    yield Figure("online_services_idle_share", name, share_cell(online - used, online))


def _sums_by_grade(services: Sequence[Record]) -> dict[str, int]:
    grades: dict[str, int] = {}
    for record in services:
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


def _field_figures(fields: Sequence[Record]) -> Iterator[Figure]:
    rankings = (
        ("leading_field", "Tổng nhận", "received_count", leading_fields(fields)),
        ("overdue_field", "Quá hạn", "resolved_overdue_count", overdue_fields(fields)),
    )
    for prefix, title, measure, top in rankings:
        total = sum(record[measure] for record in fields)
        for position, record in enumerate(top, start=1):
            code, name = f"{prefix}_{position}", f"{title}: {record['field_name']}"
            yield Figure(code, name, count_cell(record[measure]))
            yield Figure(f"{code}_share", name, share_cell(record[measure], total))
