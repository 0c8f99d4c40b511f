"""The recomputed due date, stated again in plain Python, against what the models make of it.

Nothing of the project's rule is imported: the functions below walk days, sessions and stops one
after another, where the models subtract places on a ruler. Times lie on edges: midnight, both ends
of the sessions, lunch; days around Tết, a swapped day, a half day and a change of hours.
"""

import random
from collections import Counter
from datetime import date, datetime, time, timedelta
from functools import cache

import pyarrow as pa
import pytest

from warehouse.compiled_sql import built, make_again

pytestmark = pytest.mark.xdist_group("compiled")
COUNT = 10_000
DAYS_OFF = {
    *(date(2024, 2, day) for day in range(8, 15)),
    *(date(2024, 1, 1), date(2024, 4, 18), date(2024, 4, 29), date(2024, 4, 30), date(2024, 5, 1)),
    *(date(2024, 9, 2), date(2024, 9, 3)),
}
MADE_UP = {date(2024, 5, 4)}
HALF_DAY = date(2024, 2, 7)
"""A Wednesday on which, by an instrument of this test, only the morning is worked."""
CHANGE = date(2024, 4, 15)
"""From here on the calendar `own` has other hours, and works on Saturday mornings."""
EDGE_DAYS = (
    *(date(2024, 2, 2), date(2024, 2, 6), HALF_DAY, date(2024, 2, 10), date(2024, 2, 15)),
    *(date(2024, 2, 29), date(2024, 4, 13), CHANGE, date(2024, 5, 3), date(2024, 5, 4)),
)
EDGE_TIMES = tuple(
    time.fromisoformat(text)
    for text in (
        *("00:00:00", "06:59:59", "07:00:00", "08:00:00", "11:29:59", "11:30:00", "11:30:01"),
        *("12:00:00", "13:00:00", "13:30:00", "16:59:59", "17:00:00", "17:00:01", "23:59:59"),
    )
)
TERMS = {
    **{f"d{limit}": (limit, limit + 2, "working_day") for limit in (0, 1, 2, 5, 15)},
    **{f"h{limit}": (limit, 2 * limit, "working_hour") for limit in (0, 2, 4, 8, 36)},
    **{f"c{limit}": (limit, limit, "day") for limit in (0, 3, 30)},
    "law": (None, 7, "working_day"),
    "none": (None, None, "working_day"),
    "other_unit": (3, 3, "month"),
}
TERM_FROM = {"d15": date(2024, 2, 6)}
LOCALITIES = {"all": "standard", "mine": "own", "lost": "nowhere"}


# What is worked -----------------------------------------------------------------------------------


@cache
def sessions(calendar: str, day: date) -> tuple[tuple[time, time], ...]:
    if day in DAYS_OFF:
        return ()
    weekday = 0 if day in MADE_UP else day.weekday()
    whole = ((time(7), time(11, 30)), (time(13, 30), time(17)))
    if calendar == "own" and day >= CHANGE:
        whole = ((time(8), time(12)), (time(13), time(16)))
        if weekday == 5:
            return ((time(8), time(12)),)
    if weekday > 4:
        return ()
    return whole[:1] if day == HALF_DAY else whole


def is_worked(calendar: str, day: date) -> bool:
    return sessions(calendar, day) != ()


def next_worked(calendar: str, day: date) -> date:
    while not is_worked(calendar, day):
        day += timedelta(1)
    return day


def later_by(calendar: str, day: date, count: int) -> date:
    """Give the working day so many working days after one."""
    for _ in range(count):
        day = next_worked(calendar, day + timedelta(1))
    return day


# The rule -----------------------------------------------------------------------------------------


def first_day(calendar: str, received: datetime) -> date:
    """Give the day of reception; what comes in after closing came in on the next one."""
    today = sessions(calendar, received.date())
    if today and received.time() <= today[-1][1]:
        return received.date()
    return next_worked(calendar, received.date() + timedelta(1))


def in_hours(calendar: str, received: datetime, hours: int, stops: list) -> date:
    """Let the clock run through every session, but for what is stopped, until it has run out."""
    left, day = timedelta(hours=hours), received.date()
    while True:
        for opens, closes in sessions(calendar, day):
            now = max(datetime.combine(day, opens), received)
            end = datetime.combine(day, closes)
            while now < end:
                covering = [until for since, until in stops if since <= now < until]
                if covering:
                    now = max(covering)
                    continue
                runs_to = min([end, *(since for since, _ in stops if now < since)])
                if runs_to - now >= left:
                    return day
                left -= runs_to - now
                now = runs_to
        day += timedelta(1)


def in_working_days(calendar: str, received: datetime, count: int, stops: list) -> date:
    """Count days on; each stop that begins while the clock runs pushes the end by its days."""
    start = first_day(calendar, received)
    due = later_by(calendar, start, count)
    for since, until in merge(stops):
        begun = max(since.date(), start)
        if begun > due:
            break
        days = (begun + timedelta(n) for n in range(1, (until.date() - begun).days + 1))
        due = later_by(calendar, due, sum(is_worked(calendar, day) for day in days))
    return due


def in_days(calendar: str, received: datetime, count: int, stops: list) -> date:
    start = first_day(calendar, received)
    due = start + timedelta(count)
    for since, until in merge(stops):
        begun = max(since.date(), start)
        if begun > due:
            break
        due += max(until.date() - begun, timedelta(0))
    return next_worked(calendar, due)


def merge(stops: list) -> list:
    """Give stops one after another; what overlaps, or touches, is one."""
    merged: list = []
    for since, until in sorted(stops):
        if merged and since <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(until, merged[-1][1]))
        else:
            merged.append((since, until))
    return merged


def recompute(row: dict) -> date | str:
    """Give the due date, or why there is none to give."""
    committed, by_law, unit = TERMS.get(row["procedure_code"], (None, None, None))
    limit = by_law if committed is None else committed
    received, calendar = row["received_at"], LOCALITIES[row["locality_code"]]
    if row["due_date"] is None:
        return "no_due_date"
    if limit is None or unit == "month":
        return "no_term"
    if received.date() < TERM_FROM.get(row["procedure_code"], date.min):
        return "before_term"
    is_open = any(until is None for _, until in row["stops"])
    if is_open or row["status_code"] in {"5", "6", "8"}:
        return "clock_stopped"
    if calendar == "nowhere" or row["due_date"].year > 2027:
        return "outside_calendar"
    stops = [
        (max(since, received), until)
        for since, until in row["stops"]
        if until > since and until > received
    ]
    if unit == "working_hour" and limit:
        return in_hours(calendar, received, limit, stops)
    rule = in_days if unit == "day" else in_working_days
    return rule(calendar, received, limit, stops)


# Dossiers drawn at random -------------------------------------------------------------------------


def draw_moment(chance: random.Random, first: date, span: int) -> datetime:
    day = first + timedelta(chance.randrange(span))
    moment = time(chance.randrange(24), chance.randrange(60), chance.randrange(60))
    return datetime.combine(day, chance.choice(EDGE_TIMES) if chance.random() < 0.6 else moment)


def draw(number: int, chance: random.Random) -> dict:
    received = draw_moment(chance, date(2024, 1, 20), 120)
    if chance.random() < 0.5:
        received = datetime.combine(chance.choice(EDGE_DAYS), chance.choice(EDGE_TIMES))
    stops = []
    for _ in range(chance.choice([0, 0, 0, 1, 1, 2, 3])):
        since = draw_moment(chance, received.date() - timedelta(2), chance.choice([4, 8, 25]))
        until = draw_moment(chance, since.date(), chance.choice([1, 2, 10]))
        stops.append((since, None if chance.random() < 0.05 else until))
    row = {
        "dossier_key": f"l|{number}",
        "locality_code": chance.choice(["all"] * 10 + ["mine"] * 9 + ["lost"]),
        "province_code": "H01",
        "agency_code": f"a{chance.randrange(3)}",
        "procedure_code": chance.choice([*TERMS, "unheard_of"]),
        "status_code": chance.choice(["4", "9", "10", "10", "10", "10", "7", "5"]),
        "received_at": received,
        "received_date": received.date(),
        "due_date": received.date() + timedelta(chance.choice([0, 1, 2, 3, 4, 6, 7, 11, 40])),
        "stops": stops,
    }
    due = recompute(row)
    if isinstance(due, date) and chance.random() < 0.4:
        row["due_date"] = due + timedelta(chance.choice([0, 0, 0, 1, -1]))
    if chance.random() < 0.03:
        row["due_date"] = chance.choice([None, date(2031, 1, 1)])
    return row


@pytest.fixture(scope="module")
def cases() -> list[dict]:
    chance = random.Random(2015)
    return [draw(number, chance) for number in range(COUNT)]


@pytest.fixture(scope="module")
def models(compiled_project, cases):
    """A database with the calendar made of the seeds, and the two views over the drawn dossiers."""
    as_of = "2024-12-31"
    with built(compiled_project, compiled_project, as_of, "dim_working_days", "dim_codes") as known:
        known.execute(
            "insert into standing.seeds.special_day_overrides values "
            f"(date '{HALF_DAY}', true, 'morning', 'Nửa ngày', 'VB')"
        )
        known.execute(
            "insert into standing.seeds.working_hours by name select * replace ('own' as "
            f"working_calendar_code, date '{CHANGE}' - 1 as valid_to) "
            "from standing.seeds.working_hours"
        )
        known.execute(
            "insert into standing.seeds.working_hours by name select "
            "'own' as working_calendar_code, "
            f"day as weekday_no, date '{CHANGE}' as valid_from, '08:00' as morning_from, "
            "'12:00' as morning_to, if(day < 6, '13:00', null) as afternoon_from, "
            "if(day < 6, '16:00', null) as afternoon_to from range(1, 7) as days (day)"
        )
        make_again(known, compiled_project, as_of, "int_dates__all", "dim_working_days")
        dossiers = pa.Table.from_pylist(
            [{name: value for name, value in row.items() if name != "stops"} for row in cases]
        )
        stops = pa.Table.from_pylist(
            [
                {"dossier_key": row["dossier_key"], "since": since, "until": until}
                for row in cases
                for since, until in row["stops"]
            ]
        )
        terms = pa.Table.from_pylist(
            [
                {
                    "province_code": "H01",
                    "procedure_code": code,
                    "committed_time_limit": committed,
                    "legal_time_limit": by_law,
                    "time_unit_code": unit,
                    "term_valid_from": TERM_FROM.get(code),
                }
                for code, (committed, by_law, unit) in TERMS.items()
            ]
        )
        places = pa.Table.from_pylist(
            [
                {"locality_code": code, "working_calendar_code": calendar}
                for code, calendar in LOCALITIES.items()
            ]
        )
        for name, table in {"d": dossiers, "s": stops, "t": terms, "p": places}.items():
            known.register(f"given_{name}", table)
        known.execute(
            "create table core.fct_dossiers as select *, dossier_key as dossier_code, "
            "cast(null as date) as closing_date, 'x' as _delivery_id, "
            "cast(null as varchar) as duplicate_of_dossier_key from given_d"
        )
        # Every other stop is a request for supplements, the others are pauses.
        known.execute(
            "create table core.fct_supplements as select dossier_key, since as requested_at, "
            "until as supplied_at from given_s where hash(since) % 2 = 0"
        )
        known.execute(
            "create table core.fct_pauses as select dossier_key, since as started_at, "
            "until as ended_at from given_s where hash(since) % 2 = 1"
        )
        known.execute("create table core.dim_procedures as from given_t")
        known.execute("create table core.dim_localities as from given_p")
        known.execute("create schema quality")
        make_again(
            known, compiled_project, as_of, "fct_due_date_differences", "fct_due_date_counts"
        )
        yield known


def test_every_due_date_is_what_plain_python_says(models, cases):
    found = dict(
        models.execute(
            "select dossier_key, recomputed_due_date from quality.fct_due_date_differences"
        ).fetchall()
    )
    dues = {row["dossier_key"]: (row["due_date"], recompute(row)) for row in cases}
    expected = {
        key: due for key, (shown, due) in dues.items() if isinstance(due, date) and due != shown
    }

    unequal = {key for key in found | expected if found.get(key) != expected.get(key)}

    assert unequal == set()
    assert len(expected) > 2000
    assert sum(shown == due for shown, due in dues.values()) > 1000


def test_every_dossier_is_counted_once_and_under_its_reason(models, cases):
    expected: Counter[tuple] = Counter()
    for row in cases:
        due, place = recompute(row), (row["locality_code"], row["agency_code"])
        state = due if isinstance(due, str) else ("equal", "differing")[due != row["due_date"]]
        expected[*place, "dossier_count"] += 1
        expected[*place, f"{state}_count"] += 1
        expected[*place, "recomputed_count"] += isinstance(due, date)
    names = (
        *("dossier_count", "recomputed_count", "equal_count", "differing_count"),
        *("no_due_date_count", "no_term_count", "before_term_count"),
        *("clock_stopped_count", "outside_calendar_count"),
    )
    found: Counter[tuple] = Counter()
    for *place, counts in models.execute(
        f"select locality_code, agency_code, [{', '.join(names)}] from quality.fct_due_date_counts"
    ).fetchall():
        found |= {(*place, name): count for name, count in zip(names, counts, strict=True)}

    assert +found == +expected
    assert {name for _, _, name in +found} == set(names)


def test_every_reason_is_met_with_and_named(models):
    met = models.execute(
        "select distinct reason_code, reason_name from quality.fct_due_date_differences"
    ).fetchall()
    named = models.execute(
        "select code, code_name from core.dim_codes where list_code = 'due_date_difference'"
    ).fetchall()

    assert sorted(met) == sorted(named)


def test_working_days_of_the_common_calendar_are_those_of_the_dates(models):
    assert models.execute(
        "select count(*) from core.dim_working_days as days "
        "inner join standing.intermediate.int_dates__all as dates using (calendar_date) "
        "where days.working_calendar_code = 'standard' "
        "and (days.is_working_day <> dates.is_working_day "
        "or days.working_day_position_no <> dates.working_day_position_no)"
    ).fetchall() == [(0,)]
