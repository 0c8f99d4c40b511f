"""The build's own tests pass on a sound landing, and refuse one that has lost a row."""

from datetime import datetime

import duckdb
import pytest

from warehouse.dbt_project_helpers import Delivery, Warehouse

RECEIVED = datetime(2024, 2, 1, 8, 0)
FIRST = Delivery(
    "a" * 16,
    datetime(2024, 7, 2, 8, 0),
    {
        "procedures": [
            {"procedure_code": "1.000001", "procedure_name": "Cấp thẻ", "field_code": "G01"}
        ],
        "agencies": [{"agency_code": "H01.01", "agency_name": "Sở A", "level_code": "province"}],
        "dossiers": [
            {
                "dossier_code": f"H01.01-240201-{number:04d}",
                "procedure_code": "1.000001",
                "receiving_agency_code": "H01.01",
                "status_code": "4" if number % 2 else "9",
                "received_at": RECEIVED,
                "finished_at": None if number % 2 else datetime(2024, 2, 9, 8, 0),
            }
            for number in range(20)
        ],
        "supplements": [{"dossier_code": "H01.01-240201-0001", "requested_at": RECEIVED}],
        "ratings": [
            {"dossier_code": "H01.01-240201-0002", "rating_code": "good", "rated_at": RECEIVED}
        ],
        "indices": [{"index_code": "sipas", "year": 2024, "value": 94.07}],
        "plan_tasks": [{"task_code": "1", "year": 2024, "status_code": "done"}],
    },
)
SECOND = Delivery(
    "b" * 16,
    datetime(2025, 1, 3, 8, 0),
    {
        "dossiers": [
            {
                "dossier_code": f"H01.01-240201-{number:04d}",
                "procedure_code": "1.000001",
                "receiving_agency_code": "H01.01",
                "status_code": "10",
                "received_at": RECEIVED,
                "returned_at": datetime(2024, 8, 9, 8, 0),
            }
            for number in range(1, 6, 2)
        ]
    },
)


def _without_one_row(path) -> None:
    with duckdb.connect() as connection:
        connection.execute(f"create table kept as select * from '{path}'")
        connection.execute("delete from kept where _source_row = (select max(_source_row) from kept)")
        connection.execute(f"copy kept to '{path}' (compression zstd)")


def _only(*names: str) -> tuple[str, ...]:
    """Build these nodes and what they stand on."""
    return ("--exclude-resource-type", "unit_test", "--select", *(f"+{name}" for name in names))


def test_sound_landing_passes_every_test(tmp_path):
    warehouse = Warehouse(tmp_path)
    warehouse.write([FIRST, SECOND])

    result = warehouse.run("2025-01-03")

    assert result.returncode == 0, result.stdout[-3000:]
    assert set(warehouse.results().values()) == {"success", "pass"}
    assert warehouse.query(
        "select sum(received_count), sum(resolved_count), sum(pending_count)"
        " from review.mart_review__handling where period_code = '2024-CY'"
    ) == [(20, 13, 7)]


@pytest.mark.parametrize(
    ("dataset_code", "delivery"),
    [
        pytest.param("dossiers", FIRST, id="dossiers"),
        pytest.param("dossiers", SECOND, id="last_export"),
        pytest.param("supplements", FIRST, id="supplements"),
    ],
)
def test_row_taken_out_of_an_accepted_file_is_refused(tmp_path, dataset_code, delivery):
    warehouse = Warehouse(tmp_path)
    warehouse.write([FIRST, SECOND])
    _without_one_row(warehouse.parquet(dataset_code, delivery))

    result = warehouse.run("2025-01-03", "build", *_only("assert_accepted_rows_match_receipts"))

    assert result.returncode == 1
    assert warehouse.results()["assert_accepted_rows_match_receipts"] == "fail"


def test_refused_row_without_a_reason_is_refused(tmp_path):
    warehouse = Warehouse(tmp_path)
    unexplained = Delivery("c" * 16, FIRST.exported_at, FIRST.rows, refused_counts={"dossiers": 1})
    warehouse.write([unexplained])

    warehouse.run("2025-01-03", "build", *_only("assert_refused_rows_have_reasons"))

    assert warehouse.results()["assert_refused_rows_have_reasons"] == "fail"


def test_delivery_without_a_receipt_and_one_after_as_of_are_unknown(tmp_path):
    warehouse = Warehouse(tmp_path)
    warehouse.write([FIRST, SECOND])
    orphan = Delivery("d" * 16, FIRST.exported_at, {"dossiers": FIRST.rows["dossiers"][:3]})
    warehouse.write([FIRST, SECOND, orphan])
    (warehouse.landing / "receipts" / f"{orphan.delivery_id}.json").unlink()

    wanted = ("fct_dossiers", "fct_deliveries", "assert_accepted_rows_match_receipts")
    result = warehouse.run("2024-12-31", "build", *_only(*wanted))

    assert result.returncode == 0, result.stdout[-3000:]
    assert warehouse.query("select distinct _delivery_id from core.fct_dossiers") == [
        (FIRST.delivery_id,)
    ]
    assert warehouse.query("select delivery_id from quality.fct_deliveries") == [
        (FIRST.delivery_id,)
    ]
