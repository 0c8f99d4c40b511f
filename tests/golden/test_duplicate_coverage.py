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


CODES = ("duplicates_left_out", "duplicates_undecided", "duplicates_undecided_high")
PAIRS = "select count(*) from quality.dim_dossier_duplicates where province_code = 'H01' and "


def told(content) -> list[int]:
    return [content.figures[code].cell.value for code in CODES]


def test_pack_tells_what_is_left_out_and_what_nobody_has_decided(marts, content):
    wanted = [
        marts.execute(f"{PAIRS} {what}").fetchone()[0]
        for what in (
            "state_code = 'same'",
            "state_code = 'undecided'",
            "state_code = 'undecided' and confidence_code = 'high'",
        )
    ]
    table = content.table("duplicates")

    assert told(content) == wanted == [2, 3, 1]
    assert [row.cells[2].value for row in table.rows] == [2, 3, 1, 1, 7]
    for row in table.rows:
        assert row.cells[2].value == sum(cell.value for cell in row.cells[3:])

    marts.execute("update quality.dim_dossier_duplicates set state_code = 'undecided'")
    assert told(read_content(marts, "2024-CY-H01")) == [0, 7, 2]


def test_pack_says_plainly_that_there_are_no_duplicates(marts):
    marts.execute("delete from quality.dim_dossier_duplicates")
    content = read_content(marts, "2024-CY-H01")
    (sentence,) = [p.text for s in content.sections for p in s.paragraphs if p.code == "duplicates"]

    assert told(content) == [0, 0, 0]
    assert "0 hồ sơ đã quyết định là trùng" in sentence
    assert "0 cặp chưa quyết định" in sentence
    assert {c.text for row in content.table("duplicates").rows for c in row.cells[2:]} == {"0"}


def test_pack_of_an_agency_tells_of_its_own_pairs(marts):
    assert told(read_content(marts, "2024-CY-H01", "H01.20")) == [2, 2, 0]
