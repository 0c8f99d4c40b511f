"""Service levels through time over random registers, stated again in plain Python.

A register with dates, one without, and both; exports out of order, the same day twice, later than
the as-of date. What a procedure's level was on a day is asked of three tables at once.
"""

import random
from datetime import date, datetime, timedelta

import pytest

from warehouse.compiled_sql import built
from warehouse.dbt_project_helpers import Delivery, Warehouse

pytestmark = pytest.mark.xdist_group("compiled")
AS_OF = date(2025, 2, 1)
DAYS = [
    date(2023, 6, 1),
    date(2023, 12, 31),
    date(2024, 6, 1),
    date(2024, 12, 31),
    date(2025, 1, 9),
]
STARTS = (None, None, date(2023, 1, 1), date(2024, 1, 1), date(2024, 12, 31), date(2025, 1, 9))
BY_LEVEL = {1: "information", 2: "information", 3: "partial", 4: "full"}


def draw_line(number: int, chance: random.Random) -> dict:
    level = chance.choice([None, 1, 2, 3, 4, 5])
    return {
        "procedure_code": f"1.{number:06d}",
        "field_code": "f",
        "competence_level_code": "province",
        "service_grade_code": chance.choice([None, None, "full", "partial", "information"]),
        "legacy_level_no": level,
        "legal_time_limit": chance.choice([5, 10]),
        "time_unit_code": "working_day",
        "valid_from": chance.choice(STARTS),
        "valid_to": chance.choice([None, None, None, date(2024, 6, 1), date(2025, 1, 31)]),
    }


def draw_deliveries(count: int, chance: random.Random) -> list[Delivery]:
    """Give exports of one register, and a dossier of each procedure on each of the days."""
    deliveries = [
        Delivery(
            "f" * 16,
            datetime(2025, 1, 20),
            {
                "procedures": [],
                "dossiers": [draw_dossier(n, day) for n in range(count) for day in DAYS],
            },
        )
    ]
    for _ in range(7):
        exported = datetime(2023, 1, 1) + timedelta(
            days=chance.choice([1, 200, 364, 700, 739, 800])
        )
        lines = [
            draw_line(number, chance)
            for number in range(count)
            for _ in range(chance.choice([0, 1, 1, 2]))
        ]
        deliveries.append(
            Delivery(
                f"{chance.getrandbits(64):016x}",
                exported + timedelta(hours=chance.randrange(24)),
                {"procedures": lines, "dossiers": []},
            )
        )
    return deliveries


def draw_dossier(number: int, day: date) -> dict:
    return {
        "dossier_code": f"{number}-{day}",
        "procedure_code": f"1.{number:06d}",
        "received_at": datetime(day.year, day.month, day.day, 9),
        "status_code": "4",
    }


def spans_of(deliveries: list[Delivery], code: str) -> list[tuple]:
    """Give the versions of a procedure in order: first day, last day, grade, old level, limit."""
    lines = [
        (delivery.exported_at, delivery.delivery_id, position, row)
        for delivery in deliveries
        if delivery.exported_at.date() <= AS_OF
        for position, row in enumerate(delivery.rows["procedures"])
        if row["procedure_code"] == code
    ]
    by_start: dict[date, tuple] = {}
    before, start = None, date.min
    for *told_at, row in last_of_days([one for one in lines if not one[3]["valid_from"]]):
        told = (grade_of(row), row["legacy_level_no"])
        if before is not None and told != before:
            start = told_at[0].date()
        before = told
        by_start[start] = (told_at, row)
    for *told_at, row in sorted(lines, key=lambda one: one[:3]):
        start = row["valid_from"]
        if start and (start not in by_start or by_start[start][0] <= told_at):
            by_start[start] = (told_at, row)
    starts = sorted(by_start)
    return [
        (
            first,
            min(
                by_start[first][1]["valid_to"] or date.max,
                after - timedelta(1) if after else date.max,
            ),
            grade_of(by_start[first][1]),
            by_start[first][1]["legacy_level_no"],
        )
        for first, after in zip(starts, [*starts[1:], None], strict=True)
    ]


def last_of_days(lines: list[tuple]) -> list[tuple]:
    days: dict[date, tuple] = {}
    for one in sorted(lines, key=lambda one: one[:3]):
        days[one[0].date()] = one
    return list(days.values())


def grade_of(row: dict) -> str:
    return row["service_grade_code"] or BY_LEVEL.get(row["legacy_level_no"], "unknown")


def level_on(spans: list[tuple], day: date) -> tuple | None:
    return next((span[2:] for span in spans if span[0] <= day <= span[1]), None)


def assert_levels_are_those_of_their_day(
    compiled: Warehouse, folder, count: int, seed: int
) -> None:
    deliveries = draw_deliveries(count, random.Random(seed))
    landed = Warehouse(folder)
    landed.write_together("procedures", deliveries)
    landed.write_together("dossiers", deliveries)
    wanted = ("dim_procedure_grades", "fct_procedure_periods", "fct_dossiers", "dim_periods")
    with built(compiled, landed, str(AS_OF), *wanted) as found:
        spans = found.execute(
            "select procedure_code, valid_from, coalesce(valid_to, date '9999-12-31'), "
            "service_grade_code, legacy_level_no from core.dim_procedure_grades order by all"
        ).fetchall()
        periods = found.execute(
            "select procedures.procedure_code, periods.known_to_date, service_grade_code "
            "from core.fct_procedure_periods as procedures "
            "inner join core.dim_periods as periods using (period_code)"
        ).fetchall()
        dossiers = found.execute(
            "select procedure_code, received_date, service_grade_code from core.fct_dossiers"
        ).fetchall()
    of_codes = {f"1.{number:06d}": None for number in range(count)}
    expected = {code: spans_of(deliveries, code) for code in of_codes}
    kept = {code: [span[1:] for span in spans if span[0] == code] for code in of_codes}
    for code, told in expected.items():
        for day in {*DAYS, *(span[0] for span in told), *(span[1] for span in told)} - {date.max}:
            if day <= AS_OF:
                assert level_on(kept[code], day) == level_on(told, day), (code, day)
        equal = [
            one[2:] == two[2:] and one[1] + timedelta(1) == two[0]
            for one, two in zip(kept[code], kept[code][1:], strict=False)
            if one[1] < date.max
        ]
        assert not any(equal), code
    assert {(code, day) for code, day, _ in periods} == {
        (code, day)
        for code, told in expected.items()
        for day in {day for _, day, _ in periods}
        if level_on(told, day)
    }
    for code, day, grade in periods:
        assert grade == level_on(expected[code], day)[0]
    for code, day, grade in dossiers:
        told = level_on(expected[code], day)
        assert grade == (told[0] if told and told[0] != "unknown" else None), (code, day)
    assert periods
    assert {grade for _, _, grade in dossiers} == {None, "full", "partial", "information"}


def test_levels_of_sixty_procedures_are_those_of_their_day(compiled_project, tmp_path):
    assert_levels_are_those_of_their_day(compiled_project, tmp_path, 60, 6)
