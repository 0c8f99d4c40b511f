"""A build after new deliveries gives what a full build gives, over random histories of deliveries.

The histories lie side by side in one home and are landed in steps. After each step the home is
built and published the way users do it, and built again from nothing; the two files are compared
cell by cell.
"""

import random
from collections.abc import Sequence
from datetime import datetime, time, timedelta
from pathlib import Path

import duckdb
import pytest

from motcua.settings import Settings
from motcua.warehouse.edge import (
    PUBLISHED_SCHEMAS,
    Build,
    run_build,
    run_gate,
    run_publish,
    write_comments,
)
from motcua.warehouse.parquet import edge as parquet
from warehouse.dbt_project_helpers import Delivery
from warehouse.renewal_histories import (
    STEPS,
    History,
    Step,
    draw_delivery,
    land,
    lay_out_home,
    seal,
    write_registers,
)

ONLY_PUBLISHED = "quality.fct_build_results"
"""Publishing writes it, and it tells of a build what ran in it, not what was found."""
ROWS_TOLD = 3
THINGS = "from (values (1, 'a'), (1, 'a'), (2, null)) as things(id, name)"
MET = """
    select 'flag ' || flag_code from core.fct_dossier_flags
    union select 'restated ' || reason_code from core.fct_restatements
    union select 'decided ' || state_code from quality.dim_dossier_duplicates
    union select 'delivery ' || state_code from quality.fct_deliveries
    union select 'outcome ' || ii06_outcome_code from core.fct_dossier_periods
    union select 'status ' || status_code from core.fct_dossiers
    union select 'owner taken over from' from core.fct_dossier_periods
        where taken_over_from_agency_code is not null
    union select 'vanished' from core.fct_dossiers where is_missing_from_source
    union select 'repeated' from core.fct_dossier_versions where last_shown_at > valid_from
    union select 'moved agency' from core.fct_dossier_versions
        where changed_columns like '%resolving_agency_code%'
    union select 'came back' from core.fct_dossier_versions
        where changed_columns like '%is_missing%' and not is_missing_from_source
    union select 'whole ' || period_code from core.dim_review_periods
        where known_to_date = end_date and period_code like '2024%'
    union select 'rows of ' || dataset_code from quality.fct_delivery_datasets
"""
"""What a file shows of what a delivery can bring, a name each."""
FLAGS = (
    *("closed_at_due_second", "closed_together", "closed_outside_hours", "closed_at_period_end"),
    *("due_moved_after_due", "due_moved_again", "reopened", "ended_after_due"),
    "supplement_after_due",
)
REASONS = (
    *("agency", "arrived_late", "channel", "closing_date", "due_date", "duplicate", "status"),
    "vanished",
)
DATASETS_SENT = (
    *("dossiers", "supplements", "pauses", "steps", "payments", "ratings", "portal_dossiers"),
    *("agencies", "procedures", "petitions", "incidents", "targets", "reported_totals"),
)
OUTCOMES = ("early", "in_due", "on_time", "overdue", "past_due")
WANTED = {
    *(f"flag {code}" for code in FLAGS),
    *(f"restated {code}" for code in REASONS),
    *(f"rows of {code}" for code in DATASETS_SENT),
    *(f"outcome {code}" for code in OUTCOMES),
    *(f"status {number}" for number in range(1, 11)),
    *("decided same", "decided without_effect", "decided different", "decided undecided"),
    *("delivery accepted", "delivery accepted_in_part", "delivery refused"),
    *("whole 2024-05-QN", "whole 2024-CH1", "whole 2024-CY"),
    *("owner taken over from", "vanished", "repeated", "moved agency", "came back"),
    *("late", "same second", "silent", "renewed"),
}


# The comparison ----------------------------------------------------------------------------------


def read_shapes(connection: duckdb.DuckDBPyConnection) -> dict[str, list[tuple]]:
    """Give what each table and view of the published schemas is, with its columns in order."""
    relations = connection.execute(
        "select schema_name || '.' || table_name, 'table', comment from duckdb_tables() "
        "where database_name = 'marts' union all "
        "select schema_name || '.' || view_name, 'view', comment from duckdb_views() "
        "where database_name = 'marts' and not internal"
    ).fetchall()
    columns = connection.execute(
        "select schema_name || '.' || table_name, column_name, data_type, is_nullable, comment "
        "from duckdb_columns() where database_name = 'marts' order by column_index"
    ).fetchall()
    shapes: dict[str, list[tuple]] = {}
    for name, *told in (*relations, *columns):
        if name.partition(".")[0] in PUBLISHED_SCHEMAS and name != ONLY_PUBLISHED:
            shapes.setdefault(name, []).append(tuple(told))
    return shapes


def read_differences(renewed: Path, full: Path) -> list[str]:
    """Name the tables and views that two files tell differently, with a few rows of each."""
    shapes = {}
    with duckdb.connect() as connection:
        # One after the other: views name the file that they are in.
        for side, path in (("renewed", renewed), ("full", full)):
            connection.execute(f"create schema of_{side}")
            connection.execute(f"attach '{path}' as marts (read_only)")
            shapes[side] = read_shapes(connection)
            for name in shapes[side]:
                connection.execute(f'create table of_{side}."{name}" as from marts.{name}')
            connection.execute("detach marts")
        told = []
        for name in sorted(shapes["renewed"].keys() | shapes["full"].keys()):
            of_renewed, of_full = (shapes[side].get(name) for side in ("renewed", "full"))
            if of_renewed != of_full:
                apart = set(of_renewed or ()) ^ set(of_full or ())
                told.append(f"{name}: other columns or comments: {apart or 'in other order'}")
                continue
            for one, other in (("renewed", "full"), ("full", "renewed")):
                rows = connection.execute(
                    f'from of_{one}."{name}" except all from of_{other}."{name}"'
                ).fetchall()
                columns = [column for column, *_ in of_full[1:]]
                shown = [dict(zip(columns, row, strict=True)) for row in rows[:ROWS_TOLD]]
                told += [f"{name}: {len(rows)} rows only in the {one} one: {shown}"] if rows else []
    return told


def make_file(path: Path, *statements: str) -> Path:
    with duckdb.connect() as connection:
        connection.execute(f"attach '{path}' as marts")
        connection.execute("use marts")
        for statement in (
            *(f"create schema {schema}" for schema in PUBLISHED_SCHEMAS),
            f"create table core.fct_things as select id, name {THINGS}",
            "create view review.mart_things as select id, count(*) as n from core.fct_things "
            "group by id",
            f"create table {ONLY_PUBLISHED} as select '{path}' as made",
            *statements,
        ):
            connection.execute(statement)
    return path


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        pytest.param("select 1", [], id="nothing"),
        pytest.param(
            "delete from core.fct_things where id = 2",
            ["core.fct_things", "review.mart_things"],
            id="row_is_gone",
        ),
        pytest.param(
            "insert into core.fct_things values (2, null)",
            ["core.fct_things", "review.mart_things", "review.mart_things"],
            id="row_twice",
        ),
        pytest.param(
            "update core.fct_things set name = '' where id = 2",
            ["core.fct_things", "core.fct_things"],
            id="cell_is_another",
        ),
        pytest.param("create table core.more (id int)", ["core.more"], id="table_more"),
        pytest.param("drop view review.mart_things", ["review.mart_things"], id="view_is_gone"),
        pytest.param(
            "comment on column core.fct_things.id is 'x'", ["core.fct_things"], id="comment"
        ),
        pytest.param(
            f"create or replace table core.fct_things as select name, id {THINGS}",
            ["core.fct_things"],
            id="columns_in_other_order",
        ),
    ],
)
def test_comparison_names_what_differs(tmp_path, statement, named):
    spoilt = make_file(tmp_path / "spoilt.duckdb", statement)
    found = read_differences(spoilt, make_file(tmp_path / "sound.duckdb"))

    assert [line.partition(":")[0] for line in found] == named


# Renewed and full builds -------------------------------------------------------------------------


def build_anew(settings: Settings) -> Build:
    """Build from the landing alone, whatever is published."""
    return run_build(settings, name="full", is_full=True)


def read_met(marts: Path) -> set[str]:
    with duckdb.connect(str(marts), read_only=True) as connection:
        return {name for (name,) in connection.execute(MET).fetchall()}


def of_delivery(history: History, delivery: Delivery | None) -> set[str]:
    """Name what is known of a delivery, or of there being none, only beside those before it."""
    if delivery is None:
        return {"silent"} if history.sent else set()
    known = [one.exported_at for one in history.sent]
    is_late = bool(known) and delivery.exported_at < max(known)
    return {"late"} if is_late else {"same second"} if delivery.exported_at in known else set()


def make_row(history: History, code: str, **told: object) -> dict[str, object]:
    agency = history.agency(1)
    closed = {"receiving_agency_code": agency, "resolving_agency_code": agency, "status_code": "9"}
    return {"dossier_code": code, "procedure_code": "1.000001", "field_code": "dat_dai"} | {
        **closed,
        "channel_code": "online",
        "finished_at": datetime(2024, 4, 1),
        "due_at": datetime(2024, 4, 2),
        **told,
    }


def assert_is_built_anew_alike(settings: Settings, step: int) -> None:
    full = build_anew(settings)
    run_gate(full)
    write_comments(settings, full)
    assert not full.renewed_from
    differences = read_differences(settings.marts_file, full.marts_file)
    full.discard()
    assert not differences, "\n".join([f"after step {step}:", *differences])


def assert_parquet_is_the_file(release: Path) -> None:
    """Every row of the published file stands in its Parquet, as often, and no other."""
    with duckdb.connect(str(release / "marts.duckdb"), read_only=True) as connection:
        tables = connection.execute(
            "select schema_name || '.' || table_name from duckdb_tables()"
        ).fetchall()
        for (table,) in tables:
            path = release / "marts" / f"{table.replace('.', '/')}.parquet"
            apart = connection.execute(
                f"(from {table} except all from '{path}') "
                f"union all (from '{path}' except all from {table})"
            ).fetchall()
            assert not apart, table


def assert_renewed_is_full(
    folder: Path, histories: Sequence[History], seed: int, steps: Sequence[Step]
) -> None:
    chance = random.Random(seed)
    settings = lay_out_home(folder, histories)
    met: set[str] = set()
    arrived_at = datetime.combine(steps[0].first_day, time.min)
    for number, step in enumerate(steps, 1):
        drawn = [draw_delivery(chance, history, step) for history in histories]
        sent = [one for one in drawn if one]
        arrived_at = max(arrived_at, *(one.exported_at for one in sent)) + timedelta(hours=12)
        land(settings, sent, arrived_at)
        write_registers(settings, histories, step)
        build = run_build(settings)
        met |= {"renewed"} if build.renewed_from else set()
        run_publish(settings, build)
        met |= read_met(settings.marts_file)
        assert_parquet_is_the_file(settings.marts_file.resolve().parent)
        if build.renewed_from:
            assert_is_built_anew_alike(settings, number)
        for history, one in zip(histories, drawn, strict=True):
            met |= of_delivery(history, one)
            history.sent += [one] if one else []
        for review_code, agency_code in step.sealed:
            seal(settings, review_code, agency_code, build.as_of_date)
    assert met >= WANTED, WANTED - met


def test_period_of_which_the_last_dossier_goes_is_as_if_it_had_held_none(tmp_path):
    history = History(0)
    settings = lay_out_home(tmp_path, [history])
    write_registers(settings, [history], STEPS[0])
    late = {"due_at": datetime(2023, 6, 20), "finished_at": datetime(2023, 7, 10)}
    only = make_row(history, "A", received_at=datetime(2023, 6, 1), **late)
    other = make_row(history, "B", received_at=datetime(2024, 3, 1))
    corrected = only | {name: only[name].replace(year=2024) for name in (*late, "received_at")}
    counted = "select distinct period_code from review.{} where province_code = 'H01' order by all"
    marts = ("mart_review__handling", "mart_review__rule_points", "mart_review__points")
    found = []
    for day, rows in ((12, [only, other]), (15, [corrected])):
        sent = Delivery(f"d{day}", datetime(2025, 1, day), {"dossiers": rows}, "h-000", "H01")
        land(settings, [sent], datetime(2025, 1, day, 12))
        build = run_build(settings)
        run_publish(settings, build)
        with duckdb.connect(str(settings.marts_file), read_only=True) as connection:
            found += [connection.execute(counted.format(one)).fetchall() for one in marts]

    assert build.renewed_from
    assert found == [*[[("2023-CY",), ("2024-CY",)]] * 3, *[[("2024-CY",)]] * 3]
    assert_is_built_anew_alike(settings, 2)


def test_builds_renew_until_they_have_touched_so_many_dossiers_together(tmp_path):
    history = History(0)
    settings = lay_out_home(tmp_path, [history]).model_copy(update={"renewed_share": 0.25})
    write_registers(settings, [history], STEPS[0])
    rows = [
        make_row(history, f"D{number}", received_at=datetime(2024, 3, 1)) for number in range(9)
    ]
    renewed = []
    for day, sent in ((12, rows), (13, rows[:2]), (14, rows[:1]), (15, rows[:1])):
        delivery = Delivery(f"d{day}", datetime(2025, 1, day), {"dossiers": sent}, "h-000", "H01")
        land(settings, [delivery], datetime(2025, 1, day, 12))
        build = run_build(settings)
        run_publish(settings, build)
        renewed.append(build.renewed_from is not None)

    # Two of nine, then three of nine, then one again.
    assert renewed == [False, True, False, True]


@pytest.fixture
def few_are_many(monkeypatch):
    """Some localities have parts that are large, and some come to have them."""
    monkeypatch.setattr(parquet, "LARGE_PART", 2)


@pytest.mark.usefixtures("few_are_many")
def test_renewed_builds_of_thirty_histories_are_full_ones(tmp_path):
    steps = [STEPS[number] for number in (0, 1, 5, 6)]
    assert_renewed_is_full(tmp_path, [History(number) for number in range(30)], 12, steps)


@pytest.mark.soak
def test_renewed_builds_of_five_hundred_histories_are_full_ones(tmp_path):
    assert_renewed_is_full(tmp_path, [History(number) for number in range(500)], 55, STEPS)
