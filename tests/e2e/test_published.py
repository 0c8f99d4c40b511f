"""What the analyst is given of the published file: worked queries, a dictionary, a comparison."""

import re
import shutil
from pathlib import Path

import duckdb
import openpyxl
import pytest

from motcua.errors import SettingsError
from motcua.published import read_differences, write_dictionary

pytestmark = pytest.mark.xdist_group("demo")
PAGE = Path(__file__).parents[2] / "docs" / "queries.md"
BLOCKS = re.findall(r"```sql\n(.*?)```", PAGE.read_text("utf-8"), re.S)
QUERIES = re.findall(r"^(\d+)\. ([^\n]+)\n\n```sql\n(.*?)```", PAGE.read_text("utf-8"), re.S | re.M)


def test_questions_are_worked_and_answered(demo_run):
    home, _ = demo_run
    assert [int(number) for number, *_ in QUERIES] == list(range(1, len(QUERIES) + 1))
    assert len(QUERIES) >= 20
    with duckdb.connect(str(home.settings.marts_file), read_only=True) as connection:
        unanswered = [q for number, q, sql in QUERIES if not connection.execute(sql).fetchall()]
        for sql in BLOCKS:
            connection.execute(sql)
    assert unanswered == []


def test_queries_on_either_map_are_answered(demo_run):
    home, _ = demo_run
    queries = re.findall(
        r"```sql\n(.*?)```", PAGE.read_text("utf-8").split("## On either map")[1], re.S
    )
    assert len(queries) == 2
    with duckdb.connect(str(home.settings.marts_file), read_only=True) as connection:
        assert all(connection.execute(sql).fetchall() for sql in queries)


def test_dictionary_gives_every_published_column_a_meaning(demo_run, tmp_path):
    home, _ = demo_run
    path = write_dictionary(home.settings.marts_file, tmp_path / "deep" / "dictionary.xlsx")

    book = openpyxl.load_workbook(path, read_only=True)
    rows = {sheet.title: list(sheet.iter_rows(min_row=2, values_only=True)) for sheet in book}
    published = home.query(
        "select schema_name, table_name, column_name from duckdb_columns() "
        "where schema_name in ('core', 'review', 'quality')"
    )
    assert {row[:3] for row in rows["Cột"]} == set(published)
    assert all(row[4] for row in rows["Cột"])
    assert {row[:2] for row in rows["Bảng"]} == {row[:2] for row in published}
    assert all(row[2] for row in rows["Bảng"])
    metrics = home.query("select metric_code, definition from review.dim_metrics order by 1")
    assert [(row[0], row[4]) for row in rows["Chỉ tiêu"]] == [*metrics]
    assert {row[0] for row in rows["Quy tắc đếm"]} >= {"ii06", "qd766", "press"}
    assert len(rows["Bộ chỉ số 766"]) == len(home.query("from review.dim_scorecard_components"))


def test_two_files_are_compared_row_by_row(demo_run, tmp_path):
    home, _ = demo_run
    old, new = home.settings.marts_file, tmp_path / "it's new.duckdb"
    shutil.copyfile(old, new)
    new.chmod(0o644)
    assert read_differences(old, new) == []
    with duckdb.connect(str(new)) as connection:
        connection.execute(
            "update core.dim_channels set channel_name = 'khác' where channel_code = 'online'"
        )
        connection.execute("alter table review.dim_rules add column note varchar")
        connection.execute("drop table core.fct_ratings")

    assert {line["table"]: line for line in read_differences(old, new)} == {
        "core.dim_channels": {
            "table": "core.dim_channels",
            "only in old": 1,
            "only in new": 1,
            "columns": "",
        },
        "core.fct_ratings": {
            "table": "core.fct_ratings",
            "only in old": "",
            "only in new": "",
            "columns": "only in old",
        },
        "review.dim_rules": {
            "table": "review.dim_rules",
            "only in old": 0,
            "only in new": 0,
            "columns": "+ note",
        },
    }


def test_what_is_no_published_file_is_told(tmp_path):
    (tmp_path / "other.duckdb").write_text("not a database")
    with duckdb.connect(str(tmp_path / "empty.duckdb")):
        pass

    for name in ("other.duckdb", "empty.duckdb", "absent.duckdb"):
        with pytest.raises(SettingsError, match=f"{name} is no published file"):
            write_dictionary(tmp_path / name, tmp_path / "out.xlsx")
    assert not (tmp_path / "out.xlsx").exists()
