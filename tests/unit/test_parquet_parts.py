"""Published tables by parts: what the parts hold, which a renewed build writes, which it links."""

import errno
import json
import os
from datetime import date
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from motcua.settings import Settings
from motcua.warehouse.edge import STORAGE_VERSION, Build, read_build, run_publish, run_rollback
from motcua.warehouse.parquet import edge as parquet
from motcua.warehouse.parquet.parts import name_part
from motcua.warehouse.renewal import INPUTS, STANDING, STATE

PARTS = {
    "core.fct_dossiers": ["locality_code"],
    "core.fct_dossier_periods": ["period_code", "locality_code"],
    "core.fct_steps": ["locality_code"],
    "review.mart_review__rule_differences": ["locality_code"],
    "review.mart_review__procedures": [],
    "core.dim_levels": [],
    "quality.dim_builds": [],
}
QUARTER_OF = {"core.fct_dossiers": "received_date"}
PLACES = "ag-an-phu", "ag-tinh", "ag-tri-ton"
DOSSIERS = """
create table core.fct_dossiers as
select
    i as dossier_no, ['ag-tinh', 'ag-an-phu', 'ag-tri-ton'][1 + i % 3] as locality_code,
    date '2024-05-01' as received_date
from range(300) as made (i)
"""
REST = """
create table core.fct_dossier_periods as
select
    dossier_no, ['2024-CY', '2024-H1'][1 + dossier_no % 2] as period_code, locality_code
from core.fct_dossiers;
create table core.fct_steps (dossier_no bigint, locality_code varchar);
create table review.mart_review__rule_differences as
select 997 * dossier_no % 300 as place_no, locality_code from core.fct_dossiers;
create table review.mart_review__procedures as
select 997 * dossier_no % 300 as procedure_no from core.fct_dossiers;
create table core.dim_levels as select 'commune' as level_code;
create table quality.dim_builds as select false as is_simulated;
create table quality.fct_build_results as
select
    'dim_fixed' as node_name, 'model' as node_type_code, 'success' as status_code,
    cast(0 as bigint) as failed_count;
"""


@pytest.fixture
def settings(tmp_path) -> Settings:
    return Settings(home=tmp_path)


def make_build(settings, name: str, change: str = "", renewed_from=None, changed=()) -> Build:
    """Make a build by hand: its tables, then a change of them, and dbt's word that all is well."""
    folder = settings.scratch / f"build-{name}"
    (folder / "target").mkdir(parents=True)
    for kept in (INPUTS, STATE, STANDING):
        (folder / kept).touch()
    file = folder / "marts.duckdb"
    with duckdb.connect() as connection:
        connection.execute(f"attach '{file}' as marts (storage_version '{STORAGE_VERSION}')")
        connection.execute(
            "use marts; create schema core; create schema review; create schema quality"
        )
        connection.execute(DOSSIERS)
        connection.execute(REST)
        connection.execute(change or "select 1")
    nodes = {
        f"model.m.{table}": {
            "resource_type": "model",
            "schema": table.split(".")[0],
            "name": table.split(".")[1],
            "config": {"enabled": True, "meta": meta_of(table, parts)},
        }
        for table, parts in PARTS.items()
    }
    nodes["test.m.t"] = {"resource_type": "test", "config": {"enabled": True}}
    results = [
        {"unique_id": node_id, "status": "pass" if "test" in node_id else "success", "failures": 0}
        for node_id in nodes
    ]
    for file, content in (
        ("manifest.json", {"nodes": nodes}),
        ("run_results.json", {"results": results}),
    ):
        told = {"metadata": {"invocation_id": name}, **content}
        (folder / "target" / file).write_text(json.dumps(told), "utf-8")
    build = Build(name, folder, date(2025, 1, 7), name, renewed_from)
    if renewed_from:
        write_changed(build, changed)
    return build


def meta_of(table: str, parts: list[str]) -> dict:
    quarter_of = {"quarter_of": QUARTER_OF[table]} if table in QUARTER_OF else {}
    return {"parts": parts, **quarter_of} if parts else {}


def write_changed(build: Build, changed) -> None:
    build.changed_parts_file.parent.mkdir()
    with duckdb.connect() as connection:
        connection.execute(
            "create table changed (schema_name varchar, table_name varchar, part_values varchar[])"
        )
        for table, *values in changed:
            connection.execute("insert into changed values (?, ?, ?)", [*table.split("."), values])
        connection.execute(f"copy changed to '{build.changed_parts_file}' (format parquet)")


def publish(settings, *given, **more) -> Path:
    """Publish a build made by hand, and give its release."""
    return run_publish(settings, make_build(settings, *given, **more)).resolve().parent


def files(release: Path, table: str) -> dict[str, Path]:
    schema, name = table.split(".")
    folder = release / "marts" / schema / f"{name}.parquet"
    return {path.name: path for path in sorted(folder.iterdir())}


def inodes(release: Path) -> dict[str, int]:
    paths = sorted((release / "marts").rglob("*.parquet"))
    return {
        path.relative_to(release / "marts").as_posix(): path.stat().st_ino
        for path in paths
        if path.is_file()
    }


def bytes_of(release: Path) -> dict[str, bytes]:
    return {name: (release / "marts" / name).read_bytes() for name in inodes(release)}


def assert_parts_are_tables(release: Path) -> None:
    """Every table's Parquet holds its rows, each of them as often; a part holds its own only."""
    with duckdb.connect(str(release / "marts.duckdb"), read_only=True) as connection:
        for table, columns in PARTS.items():
            path = release / "marts" / f"{table.replace('.', '/')}.parquet"
            differences = connection.execute(
                f"(from {table} except all from '{path}') "
                f"union all (from '{path}' except all from {table})"
            ).fetchall()
            assert differences == [], table
            assert path.is_dir() == bool(columns)
            if not columns:
                continue
            for part in path.iterdir():
                found = connection.execute(f"select distinct {', '.join(columns)} from '{part}'")
                named = ".".join(part.stem.split(".")[: len(columns)])
                assert [name_part(row) for row in found.fetchall()] in ([named], [])


def test_parts_together_are_the_table_each_named_by_its_values(settings):
    release = publish(settings, "first")

    assert_parts_are_tables(release)
    assert [*files(release, "core.fct_dossiers")] == [f"{place}.parquet" for place in PLACES]
    assert [*files(release, "core.fct_dossier_periods")] == [
        f"{period}.{place}.parquet" for period in ("2024-CY", "2024-H1") for place in PLACES
    ]


def test_rows_of_a_review_table_of_one_file_are_in_order_of_all_columns(settings):
    path = publish(settings, "first") / "marts" / "review" / "mart_review__procedures.parquet"

    assert duckdb.sql(f"from '{path}'").fetchall() == [(number,) for number in range(300)]


def test_a_table_without_rows_keeps_its_columns(settings):
    release = publish(settings, "first")

    (path,) = files(release, "core.fct_steps").values()
    assert duckdb.sql(f"from '{path.parent}'").columns == ["dossier_no", "locality_code"]


def test_a_renewed_build_writes_the_parts_that_changed_and_links_the_others(settings):
    first = publish(settings, "first")
    second = publish(
        settings,
        "second",
        "update core.fct_dossiers set dossier_no = -1 where dossier_no = 0;"
        "delete from core.fct_dossiers where locality_code = 'ag-tri-ton';"
        "insert into core.fct_dossiers values (300, 'ag-an-phu-moi', null);"
        "delete from core.fct_dossier_periods where dossier_no = 0",
        renewed_from=first,
        changed=[
            ("core.fct_dossiers", "ag-tinh"),
            ("core.fct_dossiers", "ag-tri-ton"),
            ("core.fct_dossiers", "ag-an-phu-moi"),
            ("core.fct_dossier_periods", "2024-CY", "ag-tinh"),
        ],
    )

    assert_parts_are_tables(second)
    old, new = inodes(first), inodes(second)
    changed = {name for name in new if new[name] != old.get(name)}
    assert changed == {
        "core/fct_dossiers.parquet/ag-tinh.parquet",
        "core/fct_dossiers.parquet/ag-an-phu-moi.parquet",
        "core/fct_dossier_periods.parquet/2024-CY.ag-tinh.parquet",
        "core/fct_steps.parquet/%no_rows.parquet",
        "core/dim_levels.parquet",
        "quality/dim_builds.parquet",
        "quality/fct_build_results.parquet",
        "review/mart_review__procedures.parquet",
    }
    assert old.keys() - new.keys() == {"core/fct_dossiers.parquet/ag-tri-ton.parquet"}


def test_a_renewed_build_keeps_the_results_of_what_it_did_not_make(settings):
    first = publish(settings, "first")
    second = publish(settings, "second", renewed_from=first)
    results = "select node_name from '{}/marts/quality/fct_build_results.parquet'"

    assert ("dim_fixed",) in duckdb.sql(results.format(second)).fetchall()
    assert ("dim_fixed",) not in duckdb.sql(results.format(first)).fetchall()
    assert len(duckdb.sql(results.format(second)).fetchall()) == len(PARTS) + 2


def test_a_table_that_lost_its_last_row_keeps_its_columns(settings):
    first = publish(settings, "first")
    changed = [("core.fct_dossiers", place) for place in PLACES]
    second = publish(
        settings, "second", "delete from core.fct_dossiers", renewed_from=first, changed=changed
    )

    assert_parts_are_tables(second)
    assert [*files(second, "core.fct_dossiers")] == ["%no_rows.parquet"]


def test_odd_values_and_none_are_parts_that_every_reader_sees(settings):
    odd = "Thị trấn/An Phú", "a.b", "a%2Eb", "_hidden", ".hidden", "", "it's", "A=1*?"
    rows = ", ".join(f"(1, '{value.replace(chr(39), 2 * chr(39))}', null)" for value in odd)
    change = f"insert into core.fct_dossiers values {rows}, (1, null, null), (2, null, null)"
    first = publish(settings, "first", change)

    assert_parts_are_tables(first)
    paths = files(first, "core.fct_dossiers")
    assert len(paths) == len(PLACES) + len(odd) + 1
    # pyarrow, and with it pandas, passes over files whose names begin with "_" or ".".
    assert pq.read_table(paths["ag-tinh.parquet"].parent).num_rows == 300 + len(odd) + 2

    more = f"{change}; insert into core.fct_dossiers values (3, null, null)"
    told = [("core.fct_dossiers", None, None)]
    second = publish(settings, "second", more, renewed_from=first, changed=told)
    assert_parts_are_tables(second)
    anew = {
        name
        for name, path in files(second, "core.fct_dossiers").items()
        if not path.samefile(paths[name])
    }
    assert anew == {"%null.parquet"}


QUARTERS = """
update core.fct_dossiers set received_date = case dossier_no % 10
    when 0 then null
    when 1 then date 'infinity'
    when 2 then date '20240-12-31'
    else date '2024-01-01' + cast(dossier_no as integer)
end;
insert into core.fct_dossiers values (300, 'ag-nho', date '2024-03-31'), (301, 'ag-nho', null)
"""
"""Dossiers received on days of three quarters, on odd ones and on none; one locality has few."""
NAMED = "2024-Q1", "2024-Q2", "2024-Q3", "2024-Q4", "20240-Q4", "%null"


@pytest.fixture
def few_are_many(monkeypatch):
    monkeypatch.setattr(parquet, "LARGE_PART", 50)


def quarters_of(release: Path) -> dict[str, set[str | None]]:
    """By file of dossiers, the quarters of its rows."""
    quarter = "year(received_date) || '-Q' || quarter(received_date)"
    return {
        name: {row[0] for row in duckdb.sql(f"select {quarter} from '{path}'").fetchall()}
        for name, path in files(release, "core.fct_dossiers").items()
    }


@pytest.mark.usefixtures("few_are_many")
def test_a_large_part_is_parted_by_quarters_and_a_small_one_is_not(settings):
    release = publish(settings, "first", QUARTERS)

    assert_parts_are_tables(release)
    assert quarters_of(release) == {
        f"{place}.{name}.parquet": {None if name == "%null" else name}
        for place in PLACES
        for name in NAMED
    } | {"ag-nho.parquet": {"2024-Q1", None}}
    # Of no date that parts it, however large.
    assert [*files(release, "review.mart_review__rule_differences")] == [
        f"{place}.parquet" for place in PLACES
    ]


@pytest.mark.usefixtures("few_are_many")
def test_of_a_large_part_the_quarters_that_changed_are_written(settings):
    first = publish(settings, "first", QUARTERS)
    # From the second quarter into the first; dossier 96 is of ag-tinh, 6 April 2024.
    moved = f"{QUARTERS}; update core.fct_dossiers set received_date = '2024-01-01' "
    told = [("core.fct_dossiers", "ag-tinh", quarter) for quarter in ("2024-Q1", "2024-Q2")]
    second = publish(
        settings, "second", f"{moved} where dossier_no = 96", renewed_from=first, changed=told
    )

    assert_parts_are_tables(second)
    old, new = inodes(first), inodes(second)
    folder = "core/fct_dossiers.parquet/"
    assert {name for name in new if folder in name and new[name] != old.get(name)} == {
        f"{folder}ag-tinh.2024-Q1.parquet",
        f"{folder}ag-tinh.2024-Q2.parquet",
    }
    assert old.keys() == new.keys()


def without_quarter(path):
    path.unlink()


def with_other_rows_of_quarter(path):
    shorter = path.with_suffix(".shorter")
    duckdb.execute(f"copy (from '{path}' offset 1) to '{shorter}' (format parquet)").fetchall()
    shorter.replace(path)


@pytest.mark.usefixtures("few_are_many")
@pytest.mark.parametrize("spoil", [without_quarter, with_other_rows_of_quarter])
def test_a_table_of_which_a_quarter_is_not_there_is_written_whole(settings, spoil):
    first = publish(settings, "first", QUARTERS)
    spoil(files(first, "core.fct_dossiers")["ag-tri-ton.2024-Q2.parquet"])
    told = [("core.fct_dossiers", "ag-an-phu", "2024-Q1")]
    second = publish(settings, "second", QUARTERS, renewed_from=first, changed=told)

    assert_parts_are_tables(second)
    assert {path.stat().st_nlink for path in files(second, "core.fct_dossiers").values()} == {1}


@pytest.mark.usefixtures("few_are_many")
def test_a_changed_part_of_which_more_changed_than_was_told_is_written_whole(settings):
    first = publish(settings, "first", QUARTERS)
    with_other_rows_of_quarter(files(first, "core.fct_dossiers")["ag-an-phu.2024-Q2.parquet"])
    told = [("core.fct_dossiers", "ag-an-phu", "2024-Q1")]
    second = publish(settings, "second", QUARTERS, renewed_from=first, changed=told)

    assert_parts_are_tables(second)
    linked = {
        name: path.stat().st_nlink for name, path in files(second, "core.fct_dossiers").items()
    }
    assert {count for name, count in linked.items() if name.startswith("ag-an-phu.")} == {1}
    assert {count for name, count in linked.items() if name.startswith("ag-tri-ton.")} == {2}


def test_a_part_is_written_whole_when_it_becomes_large_and_when_it_is_no_more(
    settings, monkeypatch
):
    told = [("core.fct_dossiers", "ag-tinh", "2024-Q1")]
    first = publish(settings, "first", QUARTERS)
    monkeypatch.setattr(parquet, "LARGE_PART", 50)
    second = publish(settings, "second", QUARTERS, renewed_from=first, changed=told)
    large = {f"ag-tinh.{name}.parquet" for name in NAMED}
    others = {f"{place}.parquet" for place in (*PLACES, "ag-nho") if place != "ag-tinh"}
    assert_parts_are_tables(second)
    assert files(second, "core.fct_dossiers").keys() == large | others

    # What did not change stays as it is, large or not.
    told = [("core.fct_dossiers", "ag-an-phu", "2024-Q1")]
    third = publish(settings, "third", QUARTERS, renewed_from=second, changed=told)
    assert_parts_are_tables(third)
    assert large < files(third, "core.fct_dossiers").keys()
    assert "ag-tri-ton.parquet" in files(third, "core.fct_dossiers")

    monkeypatch.undo()
    told = [("core.fct_dossiers", "ag-tinh", "2024-Q1")]
    fourth = publish(settings, "fourth", QUARTERS, renewed_from=third, changed=told)
    assert_parts_are_tables(fourth)
    assert "ag-tinh.parquet" in files(fourth, "core.fct_dossiers")
    assert not large & files(fourth, "core.fct_dossiers").keys()


@pytest.mark.parametrize(
    ("part", "name"),
    [
        (("2024-CY", "ag-tinh"), "2024-CY.ag-tinh"),
        (("a.b", "c"), "a%2Eb.c"),
        (("a", "b.c"), "a.b%2Ec"),
        (("a/b",), "a%2Fb"),
        (("_a_b",), "%5Fa_b"),
        (("đ",), "%C4%91"),
        (("%null",), "%25null"),
        ((None, ""), "%null.%empty"),
    ],
)
def test_no_two_parts_share_a_name(part, name):
    assert name_part(part) == name


def without_folder(release):
    folder = release / "marts/core/fct_dossiers.parquet"
    rows = folder.with_name("rows")
    duckdb.execute(f"copy (from '{folder}') to '{rows}' (format parquet)").fetchall()
    for path in folder.iterdir():
        path.unlink()
    folder.rmdir()
    rows.rename(folder)


def without_part(release):
    (release / "marts/core/fct_dossiers.parquet/ag-tri-ton.parquet").unlink()


def with_other_rows(release):
    part = release / "marts/core/fct_dossiers.parquet/ag-tri-ton.parquet"
    shorter = part.with_suffix(".shorter")
    duckdb.execute(f"copy (from '{part}' offset 1) to '{shorter}' (format parquet)").fetchall()
    shorter.replace(part)


@pytest.mark.parametrize("spoil", [without_folder, without_part, with_other_rows])
def test_a_table_whose_parts_are_not_all_there_is_written_whole(settings, spoil):
    first = publish(settings, "first")
    spoil(first)
    told = [("core.fct_dossiers", "ag-an-phu")]
    second = publish(settings, "second", renewed_from=first, changed=told)

    assert_parts_are_tables(second)
    assert {path.stat().st_nlink for path in files(second, "core.fct_dossiers").values()} == {1}
    linked = files(second, "core.fct_dossier_periods").values()
    assert {path.stat().st_nlink for path in linked} == {2}


def test_a_renewed_build_whose_release_is_gone_is_written_whole(settings):
    release = publish(settings, "second", renewed_from=settings.warehouse / "releases" / "gone")

    assert_parts_are_tables(release)


def test_parts_are_copied_where_no_link_can_be_made(settings, monkeypatch):
    first = publish(settings, "first")
    build = make_build(settings, "second", renewed_from=first)
    link = os.link

    def refuse(source, target):
        if Path(source).suffix == ".parquet":
            raise OSError(errno.EXDEV, "another file system")
        link(source, target)

    monkeypatch.setattr(os, "link", refuse)
    second = run_publish(settings, build).resolve().parent

    assert_parts_are_tables(second)
    for name, path in files(second, "core.fct_dossiers").items():
        assert path.stat().st_nlink == 1
        assert path.read_bytes() == files(first, "core.fct_dossiers")[name].read_bytes()


def test_linked_parts_outlive_the_release_that_they_come_from_and_a_rollback(settings):
    first = publish(settings, "first")
    told = [("core.fct_dossiers", "ag-tinh")]
    change = "delete from core.fct_dossiers where dossier_no = 0"
    before = inodes(first)
    second = publish(settings, "second", change, renewed_from=first, changed=told)
    third = publish(settings, "third", change, renewed_from=second)

    assert not first.exists()
    assert_parts_are_tables(second)
    assert_parts_are_tables(third)
    kept = "core/fct_dossiers.parquet/ag-an-phu.parquet"
    assert inodes(third)[kept] == inodes(second)[kept] == before[kept]

    assert run_rollback(settings) == second
    fourth = publish(settings, "fourth", renewed_from=second, changed=told)
    assert_parts_are_tables(second)
    assert_parts_are_tables(fourth)
    assert inodes(fourth)[kept] == before[kept]


@pytest.mark.parametrize("moment", [0, 1, 5, 9])
def test_a_publish_killed_half_way_leaves_both_releases_whole(settings, monkeypatch, moment):
    first = publish(settings, "first")
    before = bytes_of(first)
    told = [("core.fct_dossiers", "ag-tinh")]
    build = make_build(settings, "second", renewed_from=first, changed=told)
    link, linked = os.link, []

    def kill(source, target):
        if len(linked) == moment:
            raise KeyboardInterrupt
        linked.append(target)
        link(source, target)

    monkeypatch.setattr(os, "link", kill)
    with pytest.raises(KeyboardInterrupt):
        run_publish(settings, build)
    monkeypatch.undo()

    assert settings.marts_file.resolve().parent == first
    assert bytes_of(first) == before
    second = run_publish(settings, build).resolve().parent
    assert bytes_of(first) == before
    assert_parts_are_tables(second)
    names = {path.name for path in (settings.warehouse / "releases").iterdir()}
    assert names == {"first", "second"}


@pytest.mark.parametrize("renewed_from", [None, Path("/some/release")])
def test_another_process_finds_what_a_build_was_renewed_from(settings, renewed_from):
    build = make_build(settings, "main")
    saved = {
        "build_id": "main",
        "as_of_date": "2025-01-07",
        "invocation_id": "main",
        "renewed_from": str(renewed_from) if renewed_from else None,
    }
    (build.folder / "build.json").write_text(json.dumps(saved), "utf-8")

    assert read_build(settings, "main").renewed_from == renewed_from
