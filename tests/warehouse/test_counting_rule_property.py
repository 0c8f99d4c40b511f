"""The counting rule ii06, stated again in plain Python, against what the marts count."""

import random
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import pytest

from warehouse.dbt_project_helpers import Delivery, Warehouse

AS_OF = date(2024, 4, 15)
REVIEWS = ("2023-Y", "2024-Q1", "2024-CH1", "2023-CH2", "2024-05-QN", "2024-Q2")
FIRST_DAY = date(2023, 1, 1)
EXPORTS = (
    datetime.fromisoformat("2023-07-01T07:30"),
    datetime.fromisoformat("2024-03-14T23:50"),
    datetime.fromisoformat("2024-04-10T18:00"),
    datetime.fromisoformat("2024-06-01T08:00"),
)
MEASURES = (
    "received_count",
    "received_in_period_count",
    "received_online_count",
    "received_other_count",
    "carried_over_count",
    "resolved_count",
    "resolved_early_count",
    "resolved_on_time_count",
    "resolved_overdue_count",
    "pending_count",
    "pending_in_due_count",
    "pending_overdue_count",
    "resolved_no_due_count",
    "resolved_withdrawn_count",
    "withdrawn_after_due_count",
    "pending_paused_count",
)
KEYS = (
    "period_code",
    "province_code",
    "agency_code",
    "field_code",
    "level_code",
    "channel_code",
)


@dataclass(frozen=True)
class Version:
    """A dossier as one export showed it."""

    row: dict
    exported_at: datetime


def _at(day: date, chance: random.Random) -> datetime:
    return datetime.combine(day, time(chance.randrange(24), chance.randrange(60)))


def _some_day(chance: random.Random) -> date:
    """Days near the edges of periods come often."""
    edges = [date(2023, 12, 15), date(2024, 3, 14), date(2024, 1, 1), date(2023, 12, 31), AS_OF]
    if chance.random() < 0.4:
        return chance.choice(edges) + timedelta(chance.randrange(-2, 3))
    return FIRST_DAY + timedelta(chance.randrange(500))


def _dossier_row(code: str, chance: random.Random) -> dict:
    status = chance.choice(["1", "2", "3", "4", "4", "5", "6", "7", "8", "9", "9", "9", "10", "10"])
    received = _some_day(chance)
    closed = received + timedelta(chance.choice([0, 1, 5, 30, 200]))
    is_closed = status in {"7", "9", "10"}
    has_finish = chance.random() < 0.8
    return {
        "dossier_code": code,
        "status_code": status,
        "received_at": None if chance.random() < 0.03 else _at(received, chance),
        "due_at": None
        if chance.random() < 0.15
        else _at(received + timedelta(chance.choice([0, 1, 4, 5, 6, 30, 90])), chance),
        "finished_at": _at(closed, chance)
        if has_finish and (is_closed or chance.random() < 0.1)
        else None,
        "returned_at": _at(closed + timedelta(chance.randrange(4)), chance) if is_closed else None,
        "channel_code": chance.choice(["online", "direct", "postal", "other", None]),
        "receiving_agency_code": chance.choice(["H01.01", "H01.02"]),
        "resolving_agency_code": chance.choice(["H01.03", None]),
        "field_code": chance.choice(["G01", "G02", None]),
        "level_code": chance.choice(["province", "district", None]),
    }


def _pause_rows(code: str, chance: random.Random) -> list[tuple[date, date | None]]:
    if chance.random() < 0.6:
        return []
    started = _some_day(chance)
    ended = None if chance.random() < 0.3 else started + timedelta(chance.choice([0, 1, 20, 120]))
    return [(started, ended)]


def _make(count: int, seed: int):
    """Give deliveries, and for each dossier its versions and its pauses with their exports."""
    chance = random.Random(seed)
    rows: list[dict[str, list[dict]]] = [
        {"dossiers": [], "supplements": [], "pauses": []} for _ in EXPORTS
    ]
    versions: dict[str, list[Version]] = {}
    pauses: dict[str, list[tuple[date, date | None, datetime]]] = {}
    for number in range(count):
        code = f"H01.01-240101-{number:05d}"
        for export in sorted(chance.sample(range(len(EXPORTS)), chance.choice([1, 1, 2, 3]))):
            row = _dossier_row(code, chance)
            rows[export]["dossiers"].append(row)
            versions.setdefault(code, []).append(Version(row, EXPORTS[export]))
            for started, ended in _pause_rows(code, chance):
                kind = chance.choice(["supplements", "pauses"])
                # A start that two exports share would be one pause, told twice: keep them apart.
                started_at = datetime.combine(started, time(8, export, number % 60))
                ended_at = ended and datetime.combine(ended, time(17))
                names = {"supplements": ("requested_at", "supplied_at")}.get(
                    kind, ("started_at", "ended_at")
                )
                rows[export][kind].append(
                    {"dossier_code": code, names[0]: started_at, names[1]: ended_at}
                )
                pauses.setdefault(code, []).append((started, ended, EXPORTS[export]))
    deliveries = [
        Delivery(f"{number:016x}", exported_at, rows[number])
        for number, exported_at in enumerate(EXPORTS)
    ]
    return deliveries, versions, pauses


def _counts_of(row, exported_at, pauses, start: date, end: date) -> dict[str, int]:
    """Say what one dossier is in one period, as the issue words the rule."""
    known_end = min(end, AS_OF)
    if row["status_code"] in {"1", "3"} or row["received_at"] is None:
        return {}
    received = row["received_at"].date()
    due = row["due_at"].date() if row["due_at"] else None
    closing = None
    if row["status_code"] in {"7", "9", "10"}:
        closing = (row["finished_at"] or row["returned_at"]).date()
    if received > known_end or (received < start and closing is not None and closing < start):
        return {}
    counts = dict.fromkeys(MEASURES, 0)
    counts["received_count"] = 1
    if received >= start:
        counts["received_in_period_count"] = 1
        online = row["channel_code"] == "online"
        counts["received_online_count" if online else "received_other_count"] = 1
    else:
        counts["carried_over_count"] = 1
    if closing is not None and closing <= known_end:
        _count_resolved(counts, row["status_code"] == "7", due, closing)
    else:
        dated = any(
            started <= known_end and (ended is None or ended > known_end)
            for started, ended, told_at in pauses
            if told_at.date() <= AS_OF
        )
        undated = row["status_code"] in {"5", "6", "8"} and exported_at.date() <= end
        _count_pending(counts, due is not None and due < known_end, dated or undated)
    return counts


def _count_resolved(counts: dict, withdrawn: bool, due: date | None, closing: date) -> None:
    counts["resolved_count"] = 1
    counts["resolved_withdrawn_count"] = int(withdrawn)
    counts["resolved_no_due_count"] = int(due is None)
    if due is None or withdrawn or closing == due:
        counts["resolved_on_time_count"] = 1
    else:
        counts["resolved_early_count" if closing < due else "resolved_overdue_count"] = 1
    if withdrawn and due is not None and closing > due:
        counts["withdrawn_after_due_count"] = 1


def _count_pending(counts: dict, past_due: bool, paused: bool) -> None:
    counts["pending_count"] = 1
    counts["pending_paused_count"] = int(paused)
    overdue = past_due and not paused
    counts["pending_overdue_count" if overdue else "pending_in_due_count"] = 1


def _expected(versions, pauses, periods) -> dict[tuple, Counter]:
    totals: dict[tuple, Counter] = {}
    for code, shown in versions.items():
        known = [version for version in shown if version.exported_at.date() <= AS_OF]
        if not known:
            continue
        last = max(known, key=lambda version: version.exported_at)
        row = last.row
        for period_code, start, end in periods:
            counts = _counts_of(row, last.exported_at, pauses.get(code, ()), start, end)
            if not counts:
                continue
            key = (
                period_code,
                "H01",
                row["resolving_agency_code"] or row["receiving_agency_code"],
                row["field_code"] or "unknown",
                row["level_code"] or "unknown",
                row["channel_code"] or "direct",
            )
            totals.setdefault(key, Counter()).update(counts)
    return totals


@pytest.mark.parametrize("seed", [20240415])
def test_marts_count_what_the_rule_in_plain_python_counts(tmp_path, seed):
    deliveries, versions, pauses = _make(4000, seed)
    warehouse = Warehouse(tmp_path)
    warehouse.write(deliveries)
    reviews = tuple(
        {"review_code": f"{code}-H01", "period_code": code, "province_code": "H01"}
        for code in REVIEWS
    )

    result = warehouse.run(
        AS_OF.isoformat(), "build", "--exclude-resource-type", "unit_test", extra_reviews=reviews
    )

    assert result.returncode == 0, result.stdout[-3000:]
    periods = warehouse.query(
        "select distinct period_code, start_date, end_date from core.dim_periods"
        " where period_code in (select unnest([period_code, previous_period_code,"
        " same_period_last_year_code]) from review.dim_reviews where province_code = 'H01')"
        f" and start_date <= date '{AS_OF}'"
    )
    assert len(periods) > len(REVIEWS)
    counted = {
        row[: len(KEYS)]: dict(zip(MEASURES, row[len(KEYS) :], strict=True))
        for row in warehouse.query(
            f"select {', '.join(KEYS)}, {', '.join(MEASURES)} from review.mart_review__handling"
            " where rule_code = 'ii06'"
        )
    }
    expected = {
        key: {name: total[name] for name in MEASURES}
        for key, total in _expected(versions, pauses, periods).items()
    }
    assert expected
    assert counted == expected
