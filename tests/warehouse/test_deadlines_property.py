"""Who is late, by the models and by `motcua status`: two readings of one rule, held together."""

from datetime import date, datetime, time, timedelta

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from motcua.contracts import parse_localities
from motcua.deadlines.owed import deadline_rows, judge, list_deadlines
from receipts_support import receipt

pytestmark = pytest.mark.xdist_group("compiled")
AS_OF = date(2024, 7, 2)
REGISTER = """
calendars:
  a: {every: month, by_day: 5, time: "17:00", grace_hours: 12, from: 2024-01-31}
  b: {every: month, scheme: nd09, by_day: 15, time: "08:00", from: 2024-02-14, to: 2024-05-31}
localities:
"""
NAMES = "locality_name: A, province_code: H01, province_name: X, contracts: x"
# Days and times on both sides of the ends of periods, of due moments and of their grace.
DAYS = [date(2024, month, day) for month in range(2, 7) for day in (1, 5, 6, 13, 14, 15, 29)]
TIMES = [time(0), time(5), time(5, 0, 1), time(8), time(17), time(17, 0, 1), time(23, 59, 59)]
MOMENTS = st.builds(datetime.combine, st.sampled_from([*DAYS, AS_OF]), st.sampled_from(TIMES))
SENT = st.tuples(
    st.sampled_from(["aa", "bb", "cc"]),
    MOMENTS,
    st.sampled_from([timedelta(0), timedelta(hours=9), timedelta(days=1), timedelta(days=40)]),
    st.sampled_from(["accepted", "accepted_in_part", "refused"]),
    st.sampled_from(["x", "x", "tra_lai", None]),
    st.booleans(),
)
VIEWS = {
    "intermediate/deliveries/int_deliveries__expected.sql": (
        "standing.intermediate.int_deliveries__expected"
    ),
    "marts/quality/fct_expected_deliveries.sql": "expected",
}
COLUMNS = (
    *("locality_code", "delivery_due_at", "delivery_id", "delivered_at"),
    *("is_late", "is_missing", "late_days"),
)


def register():
    owing = (("aa", "a"), ("bb", "b"), ("cc", "[]"))
    lines = [f"  - {{locality_code: {code}, {NAMES}, calendars: {name}}}" for code, name in owing]
    return parse_localities(REGISTER + "\n".join(lines), "l.yml")


@pytest.fixture(scope="module")
def models(compiled_project):
    """A connection with the two models as views of tables that a test fills."""
    folder = compiled_project.target / "compiled" / "motcua" / "dbt_project" / "models"
    with duckdb.connect() as connection:
        connection.execute("attach ':memory:' as standing")
        for schema in ("standing.staging", "standing.intermediate", "intermediate"):
            connection.execute(f"create schema {schema}")
        connection.execute(
            "create table standing.staging.stg_landing__deadlines (locality_code varchar, "
            "province_code varchar, period_end_date date, exported_before_date date, "
            "delivery_due_at timestamp, counted_to_at timestamp)"
        )
        connection.execute(
            "create table intermediate.int_deliveries__known (delivery_id varchar, "
            "locality_code varchar, exported_at timestamp, arrived_at timestamp, "
            "state_code varchar, contract_code varchar, is_simulated boolean)"
        )
        connection.execute(
            "create table standing.intermediate.int_dates__all as select "
            "cast(date '2023-12-01' + cast(day as integer) as date) as calendar_date, "
            "cast(day as integer) as day_position_no from range(366) as days (day)"
        )
        rows = [[*row.values()] for row in deadline_rows(register(), AS_OF)]
        connection.executemany(
            "insert into standing.staging.stg_landing__deadlines values (?, ?, ?, ?, ?, ?)", rows
        )
        for path, view in VIEWS.items():
            connection.execute(f"create view {view} as {(folder / path).read_text('utf-8')}")
        yield connection


def told(number, sent):
    locality, exported_at, later, state, contract, is_simulated = sent
    return receipt(
        f"{number:016x}",
        exported_at.isoformat(),
        locality_code=locality,
        contract_code=contract,
        arrived_at=(exported_at + later).isoformat(),
        is_simulated=is_simulated,
        state_code=state,
    )


@settings(max_examples=60, deadline=None)
@given(sent=st.lists(SENT, max_size=12))
def test_the_models_and_the_command_agree(models, sent):
    receipts = [told(number, one) for number, one in enumerate(sent)]
    models.execute("delete from intermediate.int_deliveries__known")
    for one in receipts:
        models.execute(
            "insert into intermediate.int_deliveries__known values (?, ?, ?, ?, ?, ?, ?)",
            [
                *(one.delivery_id, one.locality_code, one.exported_at, one.arrived_at),
                *(one.state_code, one.contract_code, one.is_simulated),
            ],
        )
    by_sql = models.execute(f"select {', '.join(COLUMNS)} from expected").fetchall()
    until = datetime.combine(AS_OF, time.max)
    by_command = [
        (
            *(one.deadline.locality.locality_code, one.deadline.due_at),
            *(one.delivery_id, one.delivered_at),
            *(one.is_late, one.is_missing, one.late_days),
        )
        for one in judge(list_deadlines(register(), until), receipts, AS_OF)
    ]

    assert sorted(by_sql, key=str) == sorted(by_command, key=str)
    assert len(by_command) == 9
