"""A dossier that one period leaves pending and the next does not carry over is named, and back."""

from datetime import datetime

import duckdb
import pytest

from warehouse.compiled_sql import built
from warehouse.dbt_project_helpers import Delivery, Warehouse

pytestmark = pytest.mark.xdist_group("compiled")
ASSERTION = "assert_carried_over_is_what_was_pending"
BALANCE = "assert_dossier_periods_balance"


def dossier(code: str, received: str, finished: str | None) -> dict:
    return {
        "dossier_code": code,
        "receiving_agency_code": "H57.01",
        "field_code": "G13-TN01",
        "status_code": "9" if finished else "4",
        "received_at": datetime.fromisoformat(received),
        "finished_at": finished and datetime.fromisoformat(finished),
    }


@pytest.fixture(scope="module")
def counted(compiled_project, tmp_path_factory):
    """Give a database in which two of three dossiers pass from 2020 to 2021."""
    landed = Warehouse(tmp_path_factory.mktemp("carried"))
    rows = [
        dossier("open", "2020-06-01T08:00", None),
        dossier("closed_in_2021", "2020-12-31T16:00", "2021-01-01T08:00"),
        dossier("closed_in_2020", "2020-06-01T08:00", "2020-12-31T17:00"),
    ]
    exported_at = datetime.fromisoformat("2022-01-05T08:00")
    landed.write([Delivery("a" * 16, exported_at, {"dossiers": rows}, "tth", "H57")])
    models = ("fct_dossier_periods", "dim_review_periods", "dim_dates")
    with built(compiled_project, landed, "2022-01-05", *models) as connection:
        yield connection


def found(connection: duckdb.DuckDBPyConnection, compiled: Warehouse, name: str) -> set[tuple]:
    """Give the rows that a data test of the project finds, as dossier and period."""
    nodes = compiled.manifest()["nodes"].values()
    (sql,) = (node["compiled_code"] for node in nodes if node["name"] == name)
    rows = connection.execute(f"select dossier_key, period_code from ({sql})").fetchall()
    return set(rows)


def test_what_passes_from_period_to_period_is_the_same_dossiers(counted, compiled_project):
    carried = counted.sql(
        "select dossier_key from core.fct_dossier_periods "
        "where period_code = '2021-CY' and carried_over_count = 1"
    ).fetchall()

    assert {key for (key,) in carried} == {"tth|open", "tth|closed_in_2021"}
    assert found(counted, compiled_project, ASSERTION) == set()
    assert found(counted, compiled_project, BALANCE) == set()


@pytest.mark.parametrize(
    ("violation", "assertion", "named"),
    [
        (
            "delete from core.fct_dossier_periods "
            "where dossier_key = 'tth|open' and period_code = '2021-CY'",
            ASSERTION,
            {("tth|open", "2021-CY")},
        ),
        (
            "update core.fct_dossier_periods set pending_count = 0 "
            "where dossier_key = 'tth|closed_in_2021' and period_code = '2020-CY'",
            ASSERTION,
            {("tth|closed_in_2021", "2021-CY")},
        ),
        (
            "update core.fct_dossier_periods set field_code = 'G14' "
            "where dossier_key = 'tth|open' and period_code = '2021-CY'",
            ASSERTION,
            {("tth|open", "2021-CY")},
        ),
        (
            "update core.fct_dossier_periods set pending_count = 0 "
            "where dossier_key = 'tth|closed_in_2021' and period_code = '2020-CY'",
            BALANCE,
            {("tth|closed_in_2021", "2020-CY")},
        ),
        (
            "update core.fct_dossier_periods set agency_code = 'H57.02' "
            "where dossier_key = 'tth|open' and period_code = '2021-CY'",
            ASSERTION,
            {("tth|open", "2021-CY")},
        ),
    ],
    ids=[
        "not carried over",
        "was not pending",
        "in another field",
        "neither open nor closed",
        "with another agency",
    ],
)
def test_seeded_violation_is_named(counted, compiled_project, violation, assertion, named):
    counted.execute("begin")
    counted.execute(violation)
    rows = found(counted, compiled_project, assertion)
    counted.execute("rollback")

    assert rows == named


def test_what_a_successor_took_over_was_pending_with_who_had_it(counted, compiled_project):
    counted.execute("begin")
    counted.execute(
        "update core.fct_dossier_periods set agency_code = 'H57.02', "
        "taken_over_from_agency_code = 'H57.01' "
        "where dossier_key = 'tth|open' and period_code = '2021-CY'"
    )
    rows = found(counted, compiled_project, ASSERTION)
    counted.execute("rollback")

    assert rows == set()
