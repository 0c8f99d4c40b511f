"""A locality whose dossiers all count under other codes has sent its figures all the same."""

import shutil

import duckdb

from motcua.snapshot.edge import read_content

LOCALITY = "ag-tri-ton"


def missing(connection) -> tuple[str, ...]:
    return read_content(connection, "2024-CY-H01").coverage.missing


def insert(connection, kept: str | None, day: str) -> None:
    connection.execute(
        "insert into core.fct_dossiers by name select 'ag-tri-ton|1' as dossier_key, "
        "'H01' as province_code, $1 as locality_code, $2 as duplicate_of_dossier_key, "
        "cast($3 as date) as received_date, cast($3 as date) as closing_date",
        [LOCALITY, kept, day],
    )


def test_locality_with_duplicates_of_the_period_only_has_sent(small_file, tmp_path):
    path = tmp_path / "marts.duckdb"
    shutil.copyfile(small_file, path)
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            "delete from core.fct_dossier_periods where locality_code = $1", [LOCALITY]
        )
        insert(connection, "ag-tinh|1", "2022-06-30")
        insert(connection, None, "2024-06-30")
        (name,) = missing(connection)
        assert "không có hồ sơ của kỳ" in name

        insert(connection, "ag-tinh|1", "2024-06-30")
        assert missing(connection) == ()
