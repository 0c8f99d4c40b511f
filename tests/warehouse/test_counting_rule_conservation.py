"""The build's own tests pass on a sound landing, and refuse one that has lost a row."""

from datetime import datetime

import duckdb

from warehouse.dbt_project_helpers import Delivery, Warehouse

RECEIVED = datetime.fromisoformat("2024-02-01T08:00")
TOTAL = {
    "form_code": "II.06",
    "period_code": "2024-Q1",
    "agency_code": "H01.01",
    "field_code": "G01",
}
FIRST = Delivery(
    "a" * 16,
    datetime.fromisoformat("2024-07-02T08:00"),
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
                "finished_at": None if number % 2 else datetime.fromisoformat("2024-02-09T08:00"),
            }
            for number in range(20)
        ],
        "supplements": [{"dossier_code": "H01.01-240201-0001", "requested_at": RECEIVED}],
        "ratings": [
            {"dossier_code": "H01.01-240201-0002", "rating_code": "good", "rated_at": RECEIVED}
        ],
        "indices": [{"index_code": "sipas", "year": 2024, "value": 94.07}],
        "plan_tasks": [{"task_code": "1", "year": 2024, "status_code": "done"}],
        "steps": [
            {
                "dossier_code": "H01.01-240201-0001",
                "step_no": number,
                "step_kind_code": "receive",
                "department_code": None if number == 1 else "H01.01.02",
                "is_on_site": None if number == 1 else True,
            }
            for number in (1, 2)
        ],
        "reported_totals": [TOTAL | {"column_no": 3, "value": 20}, TOTAL | {"column_no": 4}],
        "targets": [
            {"metric_code": "online_received", "level_code": "commune", "period_code": "2024-CY"}
            | {"value": 60},
        ],
        "counter_surveys": [
            {"agency_code": "H01.01", "item_code": "computer", "needed_count": 4}
            | {"surveyed_date": datetime.fromisoformat("2024-06-30").date()}
        ],
        "reform_figures": [
            {"figure_code": "people_trained", "agency_code": "H01.01", "period_code": "2024-H1"}
            | {"value": 40, "unit_code": "person"}
        ],
    },
)
SECOND = Delivery(
    "b" * 16,
    datetime.fromisoformat("2025-01-03T08:00"),
    {
        "dossiers": [
            {
                "dossier_code": f"H01.01-240201-{number:04d}",
                "procedure_code": "1.000001",
                "receiving_agency_code": "H01.01",
                "status_code": "10",
                "received_at": RECEIVED,
                "returned_at": datetime.fromisoformat("2024-08-09T08:00"),
            }
            for number in range(1, 6, 2)
        ],
        "reported_totals": [TOTAL | {"column_no": 3, "value": 21}],
    },
)


def _without_one_row(path) -> None:
    with duckdb.connect() as connection:
        connection.execute(f"create table kept as select * from '{path}'")
        last_row = "select max(_source_row) from kept"
        connection.execute(f"delete from kept where _source_row = ({last_row})")
        connection.execute(f"copy kept to '{path}' (compression zstd)")


def _only(*names: str) -> tuple[str, ...]:
    """Build these nodes and what they stand on."""
    selected = [f"+{name}" for name in names]
    only_named = ("--exclude-resource-type", "unit_test", "--indirect-selection", "empty")
    return (*only_named, "--select", *selected)


def test_sound_landing_passes_every_test(tmp_path):
    warehouse = Warehouse(tmp_path)
    warehouse.write([FIRST, SECOND])

    result = warehouse.run("2025-01-03")

    assert result.returncode == 0, result.stdout[-3000:]
    assert set(warehouse.results().values()) == {"success", "pass", "no-op"}
    assert warehouse.query(
        "select sum(received_count), sum(resolved_count), sum(pending_count)"
        " from review.mart_review__handling where period_code = '2024-CY' and rule_code = 'ii06'"
    ) == [(20, 13, 7)]
    assert warehouse.query(
        "select column_no, value, _delivery_id from core.fct_reported_totals order by column_no"
    ) == [(3, 21, SECOND.delivery_id), (4, None, FIRST.delivery_id)]
    figures = {
        "department_code, is_on_site from core.fct_steps": [("unknown", None), ("H01.01.02", True)],
        "agency_code, level_code from core.fct_targets": [("all", "commune")],
        "needed_count, present_count from core.fct_counter_surveys": [(4, None)],
        "agency_code, unit_code from core.fct_reform_figures": [("H01.01", "person")],
    }
    for columns, rows in figures.items():
        assert warehouse.query(f"select {columns} order by _source_row") == rows


def test_rows_taken_out_and_refused_rows_without_a_reason_are_refused(tmp_path):
    warehouse = Warehouse(tmp_path)
    unexplained = Delivery(
        "c" * 16,
        datetime.fromisoformat("2024-07-03T08:00"),
        {"plan_tasks": [{"task_code": "2", "year": 2024}]},
        refused_counts={"plan_tasks": 1},
    )
    warehouse.write([FIRST, SECOND, unexplained])
    for dataset_code, sent in (("dossiers", FIRST), ("dossiers", SECOND), ("supplements", FIRST)):
        _without_one_row(warehouse.parquet(dataset_code, sent))
    checks = ("assert_accepted_rows_match_receipts", "assert_refused_rows_have_reasons")

    result = warehouse.run("2025-01-03", "build", *_only(*checks))

    assert result.returncode == 1
    assert [warehouse.results()[check] for check in checks] == ["fail", "fail"]
    assert [warehouse.failures()[check] for check in checks] == [3, 1]


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
