"""Each rule set, stated again in plain Python, against what dbt makes of ten thousand dossiers.

Nothing of the project's rules is imported: each function below is written from the sources that
review.dim_rules names. Times lie on edges: midnight, noon, both ends of the working sessions, the
last minute and second and the first instant of a period, leap day, Tết.
"""

import csv
import random
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path

import pytest

from warehouse.dbt_project_helpers import REPOSITORY, Delivery, Warehouse

pytestmark = pytest.mark.xdist_group("rule_sets")
AS_OF = date(2024, 4, 15)
EXPORTED_AT = datetime.fromisoformat("2024-04-10T18:00")
REVIEWS = ("2023-Y", "2024-Q1", "2024-CH1", "2023-CH2", "2024-05-QN", "2024-Q2")
COUNT = 10_000
RULES = ("ii06", "qd766", "ii06_timestamp", "opencps_engine", "opencps_session", "press")
EDGE_DAYS = (
    *(date(2023, 12, 14), date(2023, 12, 15), date(2023, 12, 31), date(2024, 1, 1)),
    *(date(2024, 3, 14), date(2024, 3, 15), date(2024, 2, 29), AS_OF, date(2023, 6, 15)),
    *(date(2024, 2, 7), date(2024, 2, 8), date(2024, 2, 10), date(2024, 2, 14), date(2024, 2, 15)),
)
EDGE_TIMES = tuple(
    time.fromisoformat(text)
    for text in (
        *("00:00:00", "00:00:00", "00:00:01", "06:59:59", "07:00:00", "11:29:59", "11:30:00"),
        *("11:30:01", "11:45:00", "12:00:00", "12:59:59", "13:00:00", "13:29:59", "13:30:00"),
        *("17:00:00", "17:00:01", "23:59:00", "23:59:59", "23:59:59.500000"),
    )
)
STATUSES = ("1", "2", "3", *3 * ("4",), *2 * ("5",), "6", "7", *2 * ("8",), *4 * ("9", "10"))
PROCEDURES = {
    "1.000001": (5, "working_day"),
    "1.000002": (12, "working_hour"),
    "1.000003": (20, "day"),
    "1.000004": (None, None),
}


@dataclass(frozen=True)
class Case:
    """One dossier as its export shows it, with its supplements and its pauses."""

    code: str
    row: dict
    supplements: tuple[tuple[datetime, datetime | None], ...]
    pauses: tuple[tuple[str, datetime, datetime | None], ...]


@dataclass(frozen=True)
class Window:
    """A period as far as the as-of date lets it be known."""

    start: date
    end: date

    @property
    def last_day(self) -> date:
        return min(self.end, AS_OF)

    @property
    def start_at(self) -> datetime:
        return datetime.combine(self.start, time.min)

    @property
    def end_at(self) -> datetime:
        return datetime.combine(self.last_day, time(23, 59, 59))


# Dossiers drawn at random ------------------------------------------------------------------------


def draw_moment(chance: random.Random, day: date | None = None) -> datetime:
    if day is None:
        day = date(2023, 4, 1) + timedelta(chance.randrange(420))
        if chance.random() < 0.5:
            day = chance.choice(EDGE_DAYS)
    moment = time(chance.randrange(24), chance.randrange(60), chance.randrange(60))
    return datetime.combine(day, chance.choice(EDGE_TIMES) if chance.random() < 0.6 else moment)


def draw_after(chance: random.Random, moment: datetime, steps: tuple[int, ...]) -> datetime:
    """Give a moment some days later; often on an edge of a period."""
    if chance.random() < 0.3:
        edges = [day for day in EDGE_DAYS if day >= moment.date()]
        if edges:
            return draw_moment(chance, chance.choice(edges))
    return draw_moment(chance, moment.date() + timedelta(chance.choice(steps)))


def draw_case(number: int, chance: random.Random) -> Case:
    received = draw_moment(chance)
    status = chance.choice(STATUSES)
    due = draw_after(chance, received, (0, 1, 5, 10, 40)) if chance.random() < 0.8 else None
    ended = draw_after(chance, received, (0, 1, 4, 5, 6, 10, 90))
    if due and chance.random() < 0.4:
        ended = draw_moment(chance, due.date())
        if chance.random() < 0.2:
            ended = due
    is_ended = status in {"7", "9", "10"} or chance.random() < 0.15
    has_finish = chance.random() < 0.85
    row = {
        "dossier_code": f"H01.01-240101-{number:05d}",
        "procedure_code": chance.choice((*PROCEDURES, None)),
        "status_code": status,
        "received_at": None if chance.random() < 0.02 else received,
        "due_at": due,
        "finished_at": ended if is_ended and has_finish else None,
        "returned_at": draw_after(chance, ended, (0, 0, 1, 3))
        if is_ended and (not has_finish or chance.random() < 0.6)
        else None,
        "channel_code": chance.choice(["online", "direct", "postal", None]),
        "receiving_agency_code": chance.choice(["H01.01", "H01.02"]),
        "field_code": "G01",
        "level_code": "province",
    }
    return Case(
        row["dossier_code"],
        row,
        tuple(draw_pauses(chance, received, chance.choice([0, 0, 0, 1, 1, 2]))),
        tuple(
            (chance.choice(["stop", "fee", "other"]), *pause)
            for pause in draw_pauses(chance, received, chance.choice([0, 0, 0, 1]))
        ),
    )


def draw_pauses(chance, received: datetime, count: int):
    for number in range(count):
        started = draw_after(chance, received, (0, 1, 3, 20)) + timedelta(microseconds=number + 1)
        is_over = chance.random() < 0.6
        yield started, draw_after(chance, started, (0, 1, 7, 60)) if is_over else None


# What the sources say, in plain Python -----------------------------------------------------------


def read_working_days() -> set[date]:
    """Monday to Friday, but for the days that the calendar names (data, not a rule)."""
    path = Path(REPOSITORY) / "dbt_project" / "seeds" / "special_days.csv"
    with path.open(encoding="utf-8", newline="") as handle:
        named = {
            date.fromisoformat(row["calendar_date"]): row["is_working_day"].lower() == "true"
            for row in csv.DictReader(handle)
        }
    days = [date(2023, 1, 1) + timedelta(number) for number in range(1000)]
    return {day for day in days if named.get(day, day.weekday() < 5)}


WORKING_DAYS = read_working_days()


@cache
def working_days_between(first: date, last: date) -> int:
    """Count the working days after the first day, up to and with the last; negative backwards."""
    if last < first:
        return -working_days_between(last, first)
    days = (first + timedelta(number) for number in range(1, (last - first).days + 1))
    return sum(day in WORKING_DAYS for day in days)


def is_open_at_end(ended: datetime | None, window: Window) -> bool:
    return ended is None or ended.date() > window.last_day


def final_date(case: Case) -> date | None:
    """The day a dossier was finished, returned or withdrawn."""
    if case.row["status_code"] not in {"7", "9", "10"}:
        return None
    moment = case.row["finished_at"] or case.row["returned_at"]
    return moment.date() if moment else None


def is_in_scope(case: Case, window: Window) -> bool:
    """Received by the end, and not over before the start: what the form counts."""
    if case.row["status_code"] in {"1", "3"} or case.row["received_at"] is None:
        return False
    received, ended = case.row["received_at"].date(), final_date(case)
    if received > window.last_day:
        return False
    return received >= window.start or ended is None or ended >= window.start


def is_paused(case: Case, window: Window) -> bool:
    intervals = [*case.supplements, *((started, ended) for _, started, ended in case.pauses)]
    dated = any(
        started.date() <= window.last_day and is_open_at_end(ended, window)
        for started, ended in intervals
    )
    undated = case.row["status_code"] in {"5", "6", "8"} and EXPORTED_AT.date() <= window.end
    return dated or undated


def by_compare(ended, due) -> str:
    if ended == due:
        return "on_time"
    return "early" if ended < due else "overdue"


def judge_ii06(case: Case, window: Window) -> str:
    due = case.row["due_at"] and case.row["due_at"].date()
    ended = final_date(case)
    if ended is not None and ended <= window.last_day:
        if due is None or case.row["status_code"] == "7":
            return "on_time"
        return by_compare(ended, due)
    if due is None or is_paused(case, window) or due >= window.last_day:
        return "in_due"
    return "past_due"


def judge_ii06_timestamp(case: Case, window: Window) -> str:
    due = case.row["due_at"]
    ended = final_date(case)
    if ended is not None and ended <= window.last_day:
        if due is None or case.row["status_code"] == "7":
            return "on_time"
        return by_compare(case.row["finished_at"] or case.row["returned_at"], due)
    if due is None or is_paused(case, window) or due >= window.end_at:
        return "in_due"
    return "past_due"


def end_by_766(case: Case, window: Window) -> date | None:
    """Finished, returned, withdrawn or stopped, as far as known at the end of the period."""
    ended = final_date(case)
    if ended is not None and ended <= window.last_day:
        return ended
    stops = [
        started.date()
        for kind, started, over in case.pauses
        if kind == "stop" and started.date() <= window.last_day and is_open_at_end(over, window)
    ]
    if stops:
        return max(stops)
    moment = case.row["finished_at"] or case.row["returned_at"]
    if case.row["status_code"] == "8" and moment and moment.date() <= window.last_day:
        return moment.date()
    return None


def is_over_legal_limit(case: Case, until: date, answered: list[tuple[date, date]]) -> bool:
    limit, unit = PROCEDURES.get(case.row["procedure_code"], (None, None))
    if limit is None:
        return False
    received = case.row["received_at"].date()
    if unit == "day":
        waited = sum((supplied - asked).days for asked, supplied in answered)
        return (until - received).days - waited > limit
    waited = sum(working_days_between(asked, supplied) for asked, supplied in answered)
    allowed = limit / 8 if unit == "working_hour" else limit
    return working_days_between(received, until) - waited > allowed


def judge_qd766(case: Case, window: Window) -> str:
    due = case.row["due_at"] and case.row["due_at"].date()
    asked = [pair for pair in case.supplements if pair[0].date() <= window.last_day]
    awaited = [start.date() for start, over in asked if is_open_at_end(over, window)]
    answered = [
        (start.date(), over.date()) for start, over in asked if not is_open_at_end(over, window)
    ]
    ended = end_by_766(case, window)
    if ended is None:
        if awaited and len(asked) > 1:
            return "past_due"
        until = max(awaited) if awaited else window.last_day
        late = is_over_legal_limit(case, until, answered) if due is None else until > due
        return "past_due" if late else "in_due"
    if case.row["received_at"].date() < window.start and ended < window.start:
        return "not_counted"
    if due is None:
        return "overdue" if is_over_legal_limit(case, ended, answered) else "on_time"
    waited = sum((supplied - start).days for start, supplied in answered)
    return by_compare(ended - timedelta(waited), due)


def judge_opencps(case: Case, window: Window) -> str | None:
    """What both code paths share; null for a dossier whose time class is still to be given."""
    released = case.row["finished_at"] or case.row["returned_at"]
    if case.row["received_at"] < window.start_at and released and released < window.start_at:
        return "not_counted"
    if released is None or released > window.end_at:
        due = case.row["due_at"]
        return "past_due" if due is not None and due <= window.end_at else "in_due"
    return "set_aside" if case.row["status_code"] == "7" else None


def judge_opencps_engine(case: Case, window: Window) -> str:
    shared = judge_opencps(case, window)
    if shared:
        return shared
    released = case.row["finished_at"] or case.row["returned_at"]
    label, due = "on_time", case.row["due_at"]
    if due is not None and case.row["returned_at"] and case.row["returned_at"] < due:
        label = "early"
    if due is not None and released > due:
        label = "overdue"
    return label


def judge_opencps_session(case: Case, window: Window) -> str:
    shared = judge_opencps(case, window)
    if shared:
        return shared
    released = case.row["finished_at"] or case.row["returned_at"]
    due = case.row["due_at"]
    if not window.start_at < released < window.end_at:
        return "set_aside"
    if due is None:
        return "early"
    threshold = time(0)
    if time(7) <= due.time().replace(microsecond=0) <= time(11, 30):
        threshold = time(7)
    elif time(13, 30) <= due.time().replace(microsecond=0) <= time(17):
        threshold = time(13)
    if released < datetime.combine(due.date(), threshold):
        return "early"
    return "on_time" if released <= due else "overdue"


JUDGES = {
    "ii06": judge_ii06,
    "qd766": judge_qd766,
    "ii06_timestamp": judge_ii06_timestamp,
    "opencps_engine": judge_opencps_engine,
    "opencps_session": judge_opencps_session,
    "press": judge_ii06,
}


def is_received_in_period(rule: str, case: Case, window: Window) -> bool:
    received = case.row["received_at"]
    if rule.startswith("opencps"):
        return received > window.start_at
    return received.date() >= window.start


# The comparison ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def cases() -> list[Case]:
    chance = random.Random(766)
    return [draw_case(number, chance) for number in range(COUNT)]


@pytest.fixture(scope="module")
def built(tmp_path_factory, cases):
    procedures = [
        {"procedure_code": code, "legal_time_limit": limit, "time_unit_code": unit}
        for code, (limit, unit) in PROCEDURES.items()
    ]
    supplements = [
        {"dossier_code": case.code, "requested_at": started, "supplied_at": ended}
        for case in cases
        for started, ended in case.supplements
    ]
    pauses = [
        {"dossier_code": case.code, "pause_kind_code": kind, "started_at": start, "ended_at": end}
        for case in cases
        for kind, start, end in case.pauses
    ]
    warehouse = Warehouse(tmp_path_factory.mktemp("rules"))
    warehouse.write(
        [
            Delivery(
                "a" * 16,
                EXPORTED_AT,
                {
                    "procedures": procedures,
                    "dossiers": [case.row for case in cases],
                    "supplements": supplements,
                    "pauses": pauses,
                },
            )
        ]
    )
    reviews = tuple(
        {"review_code": f"{code}-H01", "period_code": code, "province_code": "H01"}
        for code in REVIEWS
    )
    models = ("mart_review__handling", "mart_review__rule_points", "dim_reviews")
    result = warehouse.run(
        AS_OF.isoformat(),
        *("build", "--exclude-resource-type", "unit_test", "--indirect-selection", "cautious"),
        "--select",
        *(f"+{model}" for model in (*models, "mart_review__rule_differences")),
        extra_reviews=reviews,
    )
    assert result.returncode == 0, result.stdout[-3000:]
    return warehouse


@pytest.fixture(scope="module")
def windows(built) -> dict[str, Window]:
    found = built.query(
        "select distinct period_code, start_date, end_date from core.dim_periods"
        " where period_code in (select unnest([period_code, previous_period_code,"
        " same_period_last_year_code]) from review.dim_reviews where province_code = 'H01')"
        f" and start_date <= date '{AS_OF}'"
    )
    assert len(found) > len(REVIEWS)
    return {code: Window(start, end) for code, start, end in found}


@pytest.mark.parametrize("rule", RULES)
def test_every_dossier_is_what_the_rule_in_plain_python_says(built, cases, windows, rule):
    column = f"{'ii06' if rule == 'press' else rule}_outcome_code"
    found = {
        (code, period): outcome
        for code, period, outcome in built.query(
            f"select split_part(dossier_key, '|', 2), period_code, {column}"
            " from core.fct_dossier_periods"
        )
    }
    expected = {
        (case.code, period): JUDGES[rule](case, window)
        for case in cases
        for period, window in windows.items()
        if is_in_scope(case, window)
    }
    unequal = {
        key: (found.get(key), expected.get(key))
        for key in found.keys() | expected.keys()
        if found.get(key) != expected.get(key)
    }
    assert unequal == {}
    assert len(set(expected.values())) >= 5


@pytest.mark.parametrize("rule", RULES)
def test_the_mart_counts_what_the_rule_in_plain_python_counts(built, cases, windows, rule):
    expected: Counter[tuple] = Counter()
    for case in cases:
        for period, window in windows.items():
            if not is_in_scope(case, window):
                continue
            outcome = JUDGES[rule](case, window)
            if outcome == "not_counted":
                continue
            key = (period, case.row["receiving_agency_code"], case.row["channel_code"] or "direct")
            is_received = is_received_in_period(rule, case, window)
            expected[*key, outcome] += 1
            expected[*key, "received" if is_received else "carried_over"] += 1
            in_time = outcome in {"early", "on_time"}
            expected[*key, "numerator"] += in_time or (rule == "qd766" and outcome == "in_due")
            expected[*key, "denominator"] += {
                "qd766": True,
                "press": is_received,
            }.get(rule, in_time or outcome == "overdue")
    names = {
        "early": "resolved_early_count",
        "on_time": "resolved_on_time_count",
        "overdue": "resolved_overdue_count",
        "in_due": "pending_in_due_count",
        "past_due": "pending_overdue_count",
        "set_aside": "set_aside_count",
        "received": "received_in_period_count",
        "carried_over": "carried_over_count",
        "numerator": "rate_numerator_count",
        "denominator": "rate_denominator_count",
    }
    found: Counter[tuple] = Counter()
    for *key, counts in built.query(
        "select period_code, agency_code, channel_code, "
        f"[{', '.join(names.values())}] from review.mart_review__handling"
        f" where rule_code = '{rule}'"
    ):
        for name, count in zip(names, counts, strict=True):
            found[*key, name] += count
    assert +found == +expected


def test_flips_and_points_are_those_of_the_two_statements(built, cases, windows):
    def shown(outcome: str) -> str:
        return "in_time" if outcome in {"early", "on_time"} else outcome

    listed = {
        (rule, code, period)
        for rule, code, period in built.query(
            "select rule_code, dossier_code, period_code from review.mart_review__rule_differences"
        )
    }
    expected, flips = set(), Counter()
    for case in cases:
        for period, window in windows.items():
            if not is_in_scope(case, window):
                continue
            outcomes = [shown(JUDGES[rule](case, window)) for rule in RULES]
            expected |= {
                (rule, case.code, period)
                for rule, outcome in zip(RULES, outcomes, strict=True)
                if outcome != outcomes[0]
            }
            for first in range(len(RULES)):
                for second in range(first + 1, len(RULES)):
                    flips[period, RULES[first], RULES[second]] += (
                        outcomes[first] != outcomes[second]
                    )
    assert listed == expected
    found = built.query(
        "select period_code, base_rule_code, rule_code, flipped_count"
        " from review.mart_review__rule_points"
    )
    assert {tuple(key): count for *key, count in found} == flips
    assert built.query(
        "select count(*) from review.mart_review__rule_points where abs(moved_points"
        " - 100.0 * numerator_count / denominator_count"
        " + 100.0 * base_numerator_count / base_denominator_count) > 1e-9"
    ) == [(0,)]


def test_every_reason_is_met_with(built):
    found = built.query("select distinct reason_code from review.mart_review__rule_differences")
    named = built.query("select reason_code from review.dim_rule_reasons")
    assert sorted(found) == sorted(named)
