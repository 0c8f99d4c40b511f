"""When a build may not renew what is published, and says why."""

import errno
import json
import logging
import threading
import time
from dataclasses import replace
from datetime import date

import duckdb
import pytest

from motcua.errors import PipelineError
from motcua.settings import Settings
from motcua.warehouse import dbt, renewal
from motcua.warehouse.edge import run_build
from motcua.warehouse.renewal import INPUTS, STANDING, STATE, Draft, Inputs, plan_renewal

PUBLISHED = Inputs(
    as_of_date=date(2024, 7, 2),
    sums={"project": "a", "localities": "b"},
    deliveries={"one": ("2024-07-01", "m"), "two": ("2024-07-09", "n")},
    decisions=[("l|1", "l|2", "same")],
    succession_dates=["2024-07-10"],
    renewal_no=3,
)
"""A release as of 2 July; a period ended on 30 June, the next one ends on 20 July."""
LATER = replace(PUBLISHED, as_of_date=date(2024, 7, 5))


@pytest.fixture
def settings(tmp_path):
    release = tmp_path / "var" / "warehouse" / "releases" / "r"
    release.mkdir(parents=True)
    (release.parents[1] / "current").symlink_to(release)
    PUBLISHED.write(release / INPUTS)
    with duckdb.connect(str(release / "marts.duckdb")) as connection:
        connection.execute("create schema review; create schema core")
        connection.execute(
            "create table review.dim_reviews as select 'p' as period_code, "
            "'q' as previous_period_code, 'o' as same_period_last_year_code"
        )
        connection.execute(
            "create table core.dim_periods as "
            "select 'p' as period_code, date '2024-07-01' as start_date, "
            "date '2024-07-20' as end_date union all "
            "select 'q', date '2024-01-01', date '2024-06-30' union all "
            "select 'unread', date '2024-07-03', date '2024-07-04'"
        )
        connection.execute(f"copy (select 1 as one) to '{release / STATE}'")
    (release / STANDING).touch()
    (tmp_path / "landing" / "receipts").mkdir(parents=True)
    return Settings(home=tmp_path)


def reason_of(settings, inputs, caplog) -> str:
    folder = settings.scratch / "build-main"
    folder.mkdir(parents=True)
    with caplog.at_level(logging.INFO, "motcua.warehouse.renewal"):
        assert plan_renewal(settings, inputs, folder, Draft(settings, folder)) is None
    assert list(folder.iterdir()) == []
    (line,) = caplog.messages
    assert line.startswith("all is made anew: ")
    return line.removeprefix("all is made anew: ")


@pytest.mark.parametrize(
    ("inputs", "reason"),
    [
        (replace(LATER, as_of_date=date(2024, 7, 1)), "2024-07-02 is published, a later day"),
        (replace(LATER, sums={"project": "a", "localities": "c"}), "localities changed"),
        (replace(LATER, sums={"project": "a"}), "localities changed"),
        (
            replace(LATER, deliveries={"two": ("2024-07-09", "n")}),
            "delivery one is not what it was",
        ),
        (
            replace(LATER, deliveries=PUBLISHED.deliveries | {"one": ("2024-07-01", "x")}),
            "delivery one is not what it was",
        ),
        (replace(LATER, as_of_date=date(2024, 7, 10)), "an agency has handed over since"),
        (
            replace(LATER, as_of_date=date(2024, 7, 20), succession_dates=[]),
            "a period that a review reads has begun or ended since",
        ),
    ],
)
def test_all_is_made_anew_where_a_renewal_would_not_be_the_same(settings, caplog, inputs, reason):
    assert reason_of(settings, inputs, caplog) == reason


def test_all_is_made_anew_after_so_many_renewals(settings, caplog):
    settings = settings.model_copy(update={"renewals_in_a_row": 3})
    told = "3 builds have renewed since the last one that did not"
    assert reason_of(settings, LATER, caplog) == told


@pytest.mark.parametrize("name", [STATE, STANDING, "marts.duckdb"])
def test_all_is_made_anew_where_the_release_is_not_whole(settings, caplog, name):
    (settings.warehouse / "current" / name).unlink()
    assert reason_of(settings, LATER, caplog) == "the published release is not whole"


@pytest.mark.parametrize("text", [None, "", "{}", json.dumps({"as_of_date": "soon"})])
def test_all_is_made_anew_where_a_release_does_not_say_what_it_was_made_of(settings, caplog, text):
    path = settings.warehouse / "current" / INPUTS
    path.unlink()
    if text is not None:
        path.write_text(text, "utf-8")
    told = "nothing is published that says what it was made of"
    assert reason_of(settings, LATER, caplog) == told


def test_a_command_that_cannot_come_up_is_told_of_by_what_it_said(tmp_path, monkeypatch):
    monkeypatch.setattr(dbt, "_SCRIPT", "raise SystemExit('no such module')")

    with pytest.raises(PipelineError, match="no such module"):
        run_build(Settings(home=tmp_path), date(2024, 7, 2))


def test_inputs_are_read_as_they_were_written(tmp_path):
    PUBLISHED.write(tmp_path / INPUTS)
    assert Inputs.read(tmp_path / INPUTS) == PUBLISHED


def test_a_draft_that_could_not_be_copied_is_told_only_where_it_is_wanted(settings, monkeypatch):
    def refuse(source, target):
        target.write_bytes(b"a part of it")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(renewal, "copy_file", refuse)
    folder = settings.scratch / "build-main"
    folder.mkdir(parents=True)
    with Draft(settings, folder) as draft:
        with pytest.raises(OSError, match="No space left"):
            draft.wait()
        draft.discard()
    assert list(folder.iterdir()) == []


def test_nothing_is_written_any_more_when_a_draft_is_left(settings, monkeypatch):
    begun = threading.Event()

    def copy(_, target):
        begun.set()
        time.sleep(0.2)
        target.write_bytes(b"all of it")

    monkeypatch.setattr(renewal, "copy_file", copy)
    folder = settings.scratch / "build-main"
    folder.mkdir(parents=True)
    with Draft(settings, folder):
        assert begun.wait(10)
    assert (folder / "marts.duckdb").read_bytes() == b"all of it"
