"""The seeds of days off and of hours of work: made as said, and whole."""

import csv
from datetime import date
from itertools import pairwise

import pytest

from motcua.settings import REPOSITORY
from motcua.worktime.days import SpecialDay, list_official, list_working_days
from motcua.worktime.edge import SPECIAL_DAYS, read_working_days, run_generate

HOURS = REPOSITORY / "dbt_project" / "seeds" / "working_hours.csv"


def test_the_seed_is_what_the_installed_package_says(tmp_path):
    target = tmp_path / "special_days.csv"
    count = run_generate(target)

    assert target.read_bytes() == SPECIAL_DAYS.read_bytes()
    assert count > 250


@pytest.mark.parametrize(
    ("day", "is_worked"),
    [
        pytest.param(date(2026, 1, 2), False, id="swapped by an override"),
        pytest.param(date(2026, 1, 10), True, id="made up by an override"),
        pytest.param(date(2024, 5, 4), True, id="made up by the package"),
        pytest.param(date(2024, 2, 12), False, id="tet"),
        pytest.param(date(2024, 2, 17), False, id="saturday"),
        pytest.param(date(2024, 2, 19), True, id="monday"),
    ],
)
def test_a_day_is_worked_or_not(day, is_worked):
    assert (day in read_working_days(day, day)) is is_worked


def test_a_later_row_goes_before_an_earlier_one():
    day = date(2024, 6, 3)
    rows = [SpecialDay(day, False, "Nghỉ", "a"), SpecialDay(day, True, "Vẫn làm", "b")]

    assert list_working_days(rows, day, day) == [day]
    assert list_working_days(rows[:1], day, day) == []


def test_a_make_up_day_goes_before_its_name_and_other_years_are_left_out():
    day = date(2024, 5, 4)
    rows = list_official({day: "Lễ", date(2031, 1, 1): "Tết"}, [day], "x")

    assert [(row.calendar_date, row.is_working_day) for row in rows] == [(day, True)]


def test_hours_of_work_are_in_order_and_hold_one_after_another():
    with HOURS.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    spans: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for row in rows:
        names = ("morning_from", "morning_to", "afternoon_from", "afternoon_to")
        times = [row[name] for name in names if row[name]]
        assert len(times) in {2, 4}, row
        assert times == sorted(set(times)), row
        assert row["instrument"], row
        span = (row["valid_from"], row["valid_to"] or "9999-12-31")
        spans.setdefault((row["working_calendar_code"], row["weekday_no"]), []).append(span)
    for held in spans.values():
        assert all(first[1] < second[0] for first, second in pairwise(sorted(held)))
    assert {weekday for code, weekday in spans if code == "standard"} == set("12345")
