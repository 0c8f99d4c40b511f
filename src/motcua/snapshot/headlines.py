"""The headline indicators: two counts, the result, and the results of two earlier periods."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from motcua.snapshot import likeness, numbers
from motcua.snapshot.marts import Marts, Record
from motcua.snapshot.model import (
    Cell,
    Column,
    Headline,
    Row,
    Table,
    absent_cell,
    count_cell,
    share_cell,
    text_cell,
)
from motcua.snapshot.parts import (
    ACROSS,
    DIGITISATION,
    GRADES,
    LATE_RECEPTION,
    ONLINE,
    PAID,
    PARTIAL_ONLINE,
    PETITIONS_ON_TIME,
    POSTAL,
    metric_name,
)

ROLES = ("current", "previous", "same")
RATES = (
    *(*ONLINE, PARTIAL_ONLINE, LATE_RECEPTION, *POSTAL, *PAID, *ACROSS, *DIGITISATION),
    PETITIONS_ON_TIME,
)
"""The metrics that marts of rates give, in the order of the summary."""
_METRIC_CODES = {"plan_tasks": "plan_tasks_done"}


@dataclass(frozen=True, slots=True)
class Counts:
    """Two counts of a rate, and how many dossiers do not say."""

    numerator: int
    denominator: int
    unknown: int = 0

    @property
    def rate(self) -> Decimal | None:
        """The rate, None on a zero denominator."""
        return Decimal(self.numerator) / Decimal(self.denominator) if self.denominator else None

    @property
    def cell(self) -> Cell:
        """The rate as a cell."""
        return share_cell(self.numerator, self.denominator, self.unknown)

    @property
    def is_data(self) -> bool:
        """Whether there is anything to show: 0/0 because nobody said is no data."""
        return bool(self.denominator) or not self.unknown


@dataclass(frozen=True, slots=True)
class Indicator:
    """One indicator with its counts in each period that has any."""

    code: str
    name: str
    counts: Mapping[str, Counts]
    definition: str = ""


def indicators(marts: Marts) -> tuple[Indicator, ...]:
    """Work out every indicator in the order of the summary, with data or without."""
    metrics = {record["metric_code"]: record for record in marts.metrics}
    handling = {record["period_role"]: record for record in marts.handling_totals}
    found = (
        *_handling_indicators(handling),
        *_rate_indicators(marts.rates, metrics),
        *_service_indicators(marts.services),
        _plan_indicator(marts.plan_tasks),
    )
    return tuple(_described(indicator, metrics) for indicator in found)


def headlines(found: Sequence[Indicator]) -> tuple[Headline, ...]:
    """Lay out the indicators that there is data for in this period."""
    return tuple(_headline(indicator) for indicator in found if _has_data(indicator))


def missing_sentence(found: Sequence[Indicator]) -> str:
    """Name, in one line, the indicators that there is no data for."""
    names = [indicator.name for indicator in found if not _has_data(indicator)]
    return f"{numbers.NO_DATA.capitalize()}: {'; '.join(names)}." if names else ""


def summary_table(rows: Sequence[Headline], missing: str, periods: Record) -> Table:
    """Lay the headline indicators out as the summary's table."""
    previous = f"Kỳ trước ({periods['previous_period_name'] or 'không có'})"
    same = f"Cùng kỳ ({periods['same_period_name'] or 'không có'})"
    body = tuple(
        Row(
            "body",
            (
                text_cell(number),
                text_cell(line.name),
                line.numerator,
                line.denominator,
                line.result,
                line.previous,
                text_cell(line.previous_change),
                line.same,
                text_cell(line.same_change),
            ),
        )
        for number, line in enumerate(rows, start=1)
    )
    return Table(
        code="summary",
        title="Chỉ tiêu tổng hợp",
        sheet="Tổng hợp",
        unit="Tử số, mẫu số: hồ sơ, thủ tục hoặc nhiệm vụ, theo từng chỉ tiêu",
        columns=(
            Column("order", "TT", kind="text", width=8),
            Column("name", "Chỉ tiêu", kind="text", width=32),
            Column("numerator", "Tử số", "Kỳ này", width=15),
            Column("denominator", "Mẫu số", "Kỳ này", width=15),
            Column("result", "Kết quả", "Kỳ này", kind="share", width=16),
            Column("previous", "Kết quả", previous, kind="share", width=16),
            Column("previous_change", "Tăng, giảm", previous, kind="text", width=22),
            Column("same", "Kết quả", same, kind="share", width=16),
            Column("same_change", "Tăng, giảm", same, kind="text", width=22),
        ),
        rows=body,
        notes=tuple(
            line for line in (likeness.sentence(periods), _unknown_sentence(rows), missing) if line
        ),
        empty_sentence=f"Chỉ tiêu tổng hợp: {numbers.NO_DATA}.",
    )


def _unknown_sentence(rows: Sequence[Headline]) -> str:
    """Say, in one line, how many dossiers stand outside a rate because their source did not say."""
    named = [f"{line.name} {line.unknown.text}" for line in rows if line.unknown.value]
    if not named:
        return ""
    return f"Hồ sơ mà nguồn không gửi thông tin, ngoài cả tử số và mẫu số: {'; '.join(named)}."


def _has_data(indicator: Indicator) -> bool:
    counts = indicator.counts.get("current")
    return counts is not None and counts.is_data


def _headline(indicator: Indicator) -> Headline:
    now = indicator.counts["current"]
    before = indicator.counts.get("previous")
    same = indicator.counts.get("same")
    return Headline(
        code=indicator.code,
        name=indicator.name,
        numerator=count_cell(now.numerator),
        denominator=count_cell(now.denominator),
        result=now.cell,
        unknown=count_cell(now.unknown),
        previous=before.cell if before else absent_cell(numbers.NO_DATA),
        previous_change=_change(now, before),
        same=same.cell if same else absent_cell(numbers.NO_DATA),
        same_change=_change(now, same),
        definition=indicator.definition,
    )


def _change(now: Counts, before: Counts | None) -> str:
    if before is None or now.rate is None or before.rate is None:
        return numbers.NOT_COMPARABLE
    return numbers.format_points_between(now.rate, before.rate)


def _described(indicator: Indicator, metrics: Mapping[str, Record]) -> Indicator:
    record = metrics.get(_METRIC_CODES.get(indicator.code, indicator.code))
    definition = (record and record["definition"]) or indicator.definition
    return Indicator(indicator.code, indicator.name, indicator.counts, definition)


def _handling_indicators(handling: Mapping[str, Record]) -> Iterator[Indicator]:
    yield Indicator(
        "resolved_in_time",
        "Giải quyết trước và đúng hạn",
        {
            role: Counts(
                record["resolved_early_count"] + record["resolved_on_time_count"],
                record["resolved_count"],
            )
            for role, record in handling.items()
        },
        "(Trước hạn + đúng hạn) trên đã giải quyết trong kỳ; so ngày, không so giờ.",
    )
    yield Indicator(
        "pending_overdue",
        "Đang giải quyết quá hạn",
        {
            role: Counts(record["pending_overdue_count"], record["pending_count"])
            for role, record in handling.items()
        },
        "Hồ sơ đang giải quyết có ngày hẹn trả trước ngày cuối kỳ và không tạm dừng, "
        "trên đang giải quyết.",
    )


def _rate_indicators(rates: Sequence[Record], metrics: Mapping[str, Record]) -> Iterator[Indicator]:
    for metric in RATES:
        yield Indicator(
            metric,
            metric_name(metric, metrics),
            {
                record["period_role"]: Counts(
                    record["numerator_count"],
                    record["denominator_count"],
                    record["unknown_count"],
                )
                for record in rates
                if record["metric_code"] == metric
            },
        )


def _service_indicators(services: Sequence[Record]) -> Iterator[Indicator]:
    for grade, name in GRADES.items():
        yield Indicator(
            f"services_{grade}",
            f"TTHC {name[0].lower()}{name[1:]}",
            {
                role: Counts(
                    _procedures(services, role, grade),
                    _procedures(services, role, None),
                )
                for role in ROLES
                if any(record["period_role"] == role for record in services)
            },
            f"Số TTHC ở mức {name[0].lower()}{name[1:]} trên tổng số TTHC tại ngày cuối kỳ.",
        )


def _procedures(services: Sequence[Record], role: str, grade: str | None) -> int:
    return sum(
        record["procedure_count"]
        for record in services
        if record["period_role"] == role and grade in (None, record["service_grade_code"])
    )


def _plan_indicator(tasks: Sequence[Record]) -> Indicator:
    years = {record["period_role"]: record["year"] for record in tasks}
    counts = {
        role: Counts(
            sum(r["numerator_count"] for r in tasks if r["period_role"] == role),
            sum(r["denominator_count"] for r in tasks if r["period_role"] == role),
        )
        for role, year in years.items()
        if role == "current" or year != years.get("current")
    }
    return Indicator(
        "plan_tasks",
        "Hoàn thành nhiệm vụ kế hoạch CCHC",
        counts,
        "Nhiệm vụ đã hoàn thành trên nhiệm vụ của kế hoạch năm.",
    )
