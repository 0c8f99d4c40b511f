"""What the analyst is given of the published file: worked queries, a dictionary, a comparison."""

import re
import shutil
from pathlib import Path

import duckdb
import openpyxl
import pytest

from motcua.differing import KEYS_SHOWN, read_differences, tell_keys, write_keys
from motcua.errors import SettingsError
from motcua.published import write_dictionary

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


@pytest.fixture(scope="module")
def changed(demo_run, tmp_path_factory):
    """A copy of the published file beside its manifest, changed in five tables."""
    home, _ = demo_run
    folder = tmp_path_factory.mktemp("changed")
    old, new = home.settings.marts_file, folder / "it's new.duckdb"
    shutil.copyfile(old, new)
    shutil.copyfile(home.settings.warehouse / "current/manifest.json", folder / "manifest.json")
    new.chmod(0o644)
    assert read_differences(old, new) == []
    with duckdb.connect(str(new)) as connection:
        for sql in (
            "update core.dim_channels set channel_name = 'khác' where channel_code = 'online'",
            "alter table review.dim_rules add column note varchar",
            "drop table core.fct_ratings",
            "delete from core.fct_petitions",
            "alter table core.fct_indices alter rank type bigint",
        ):
            connection.execute(sql)
    return old, new


@pytest.fixture(scope="module")
def differences(changed):
    return read_differences(*changed)


def test_two_files_are_compared_table_by_table(differences, demo_run):
    home, _ = demo_run
    ((ratings, petitions, indices),) = home.query(
        "select (select count(*) from core.fct_ratings), (select count(*) from core.fct_petitions),"
        " (select count(*) from core.fct_indices)"
    )

    found = {one.table: one for one in differences}

    rows = {"removed": 0, "added": 0, "changed": 0}
    assert {name: one.line for name, one in found.items()} == {
        "core.dim_channels": _line("core.dim_channels", 5, 5, {**rows, "changed": 1}),
        "core.fct_indices": _line(
            "core.fct_indices", indices, indices, rows, "~ rank: integer → bigint"
        ),
        "core.fct_petitions": _line(
            "core.fct_petitions", petitions, 0, {**rows, "removed": petitions}
        ),
        "core.fct_ratings": _line("core.fct_ratings", ratings, "", rows, "only in old"),
        "review.dim_rules": _line("review.dim_rules", 6, 6, rows, "+ note"),
    }
    (key,) = found["core.dim_channels"].keys
    assert (key.state, key.key, key.changed_columns) == (
        "changed",
        "channel_code=online",
        "channel_name",
    )


def test_keys_are_told_in_part_and_written_whole(differences, tmp_path):
    out = tmp_path / "keys.csv"

    write_keys(out, differences)
    told = list(tell_keys(differences))

    written = out.read_text("utf-8").splitlines()
    removed = next(one for one in differences if one.table == "core.fct_petitions").counts[
        "removed"
    ]
    assert written[0] == "table,state,key,changed columns"
    assert len(written) == 1 + 1 + removed
    assert f"core.fct_petitions … and {removed - KEYS_SHOWN} more" in told
    assert sum(line.startswith("core.fct_petitions removed") for line in told) == KEYS_SHOWN


def test_rows_of_a_file_without_its_manifest_are_their_own_keys(changed, tmp_path):
    old, new = changed[0], shutil.copyfile(changed[1], tmp_path / "alone.duckdb")

    (channels,) = (one for one in read_differences(old, new) if one.table == "core.dim_channels")

    assert channels.counts == {"removed": 1, "added": 1, "changed": 0}


def _line(table: str, old, new, rows: dict[str, int], columns: str = "") -> dict[str, object]:
    return {"table": table, "rows old": old, "rows new": new, **rows, "columns": columns}


def test_changes_since_are_the_versions_that_came_since(demo_run):
    """Every version is a change since the beginning, and none is one since the last export."""
    home, _ = demo_run
    (macro,) = (sql for sql in BLOCKS if "macro changes_since(" in sql)
    with duckdb.connect(str(home.settings.marts_file), read_only=True) as connection:
        connection.execute(macro)
        states = dict(
            connection.execute(
                "select change_code, count(*) from changes_since(timestamp '1900-01-01') group by 1"
            ).fetchall()
        )
        versions, dossiers, last = connection.execute(
            "select count(*), count(distinct dossier_key), max(valid_from) "
            "from core.fct_dossier_versions"
        ).fetchone()
        later = connection.execute("select count(*) from changes_since(?)", [last]).fetchone()
        of_delivery = connection.execute(
            "select count(*) from changes_since((select min(exported_at) from "
            "quality.fct_deliveries)) where not changed_at > (select min(exported_at) "
            "from quality.fct_deliveries)"
        ).fetchone()

    assert sum(states.values()) == versions
    assert states["arrived"] == dossiers
    assert states["changed"] > 0
    assert (later, of_delivery) == ((0,), (0,))


def test_what_is_no_published_file_is_told(tmp_path):
    (tmp_path / "other.duckdb").write_text("not a database")
    with duckdb.connect(str(tmp_path / "empty.duckdb")):
        pass

    for name in ("other.duckdb", "empty.duckdb", "absent.duckdb"):
        with pytest.raises(SettingsError, match=f"{name} is no published file"):
            write_dictionary(tmp_path / name, tmp_path / "out.xlsx")
    assert not (tmp_path / "out.xlsx").exists()
