"""A locality whose dossiers all count under other codes has sent its figures all the same."""

import shutil

import duckdb
import pytest

from motcua.snapshot.edge import read_content

LOCALITY = "ag-tri-ton"


@pytest.fixture
def marts(small_file, tmp_path):
    path = tmp_path / "marts.duckdb"
    shutil.copyfile(small_file, path)
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            "delete from core.fct_dossier_periods where locality_code = $1", [LOCALITY]
        )
        yield connection


def missing(connection) -> list[str]:
    return list(read_content(connection, "2024-CY-H01").coverage.missing)


@pytest.mark.parametrize(
    ("kept", "day", "is_told"),
    [
        pytest.param("ag-tinh|1", "2024-06-30", True, id="duplicate of the period"),
        pytest.param("ag-tinh|1", "2022-06-30", False, id="duplicate of years ago"),
        pytest.param(None, "2024-06-30", False, id="counted by nothing"),
    ],
)
def test_locality_with_duplicates_only_has_sent(marts, kept, day, is_told):
    before = missing(marts)
    marts.execute(
        "insert into core.fct_dossiers by name select 'ag-tri-ton|1' as dossier_key, "
        "'H01' as province_code, $1 as locality_code, $2 as duplicate_of_dossier_key, "
        "cast($3 as date) as received_date, cast($3 as date) as closing_date",
        [LOCALITY, kept, day],
    )

    assert len(before) == 1
    assert "không có hồ sơ của kỳ" in before[0]
    assert missing(marts) == ([] if is_told else before)
