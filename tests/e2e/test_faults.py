"""Killed at any moment, a full disk, a home that cannot be written, two runs at once, a clock set
back: after each, running again gives the receipts and rows of a run that nothing disturbed.

Moments are drawn from a seed, over the whole of a run, and not at named places. The kills of builds
are in test_publish.py.
"""

import functools
import importlib
import io
import json
import multiprocessing
import os
import random
import resource
import shutil
import stat
import sys
import tempfile
import time
import zipfile
from pathlib import Path

import duckdb
import psutil
import pytest

from exports_support import REAL_SUITES, clerk_suite
from intake_support import LOCALITY, csv_text, line, make_home
from motcua.errors import PipelineError
from motcua.intake import edge
from motcua.receipts import read_receipts
from motcua.settings import Settings

SPAWN = multiprocessing.get_context("spawn")
LINES = 800
"""Lines of a delivery: enough for some to be on their way when the process dies."""


@functools.cache
def zipped() -> bytes:
    """Zip an export once: a zip holds the time at which it was made."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("dossiers.csv", csv_text(LINES // 2))
    return stream.getvalue()


def fill(home) -> None:
    """Drop what a locality sends: clean and faulty lines, a folder, a zip, a file of no layout."""
    home.drop("dossiers-1.csv", csv_text(LINES, line(LINES + 1, received="32/13")))
    home.drop("folder/dossiers.csv", csv_text(40, line(41, channel="?")))
    home.drop("dossiers-2.zip", zipped())
    home.drop("unknown.csv", "a,b\n1,2\n")


def outcome_of(settings: Settings) -> dict[str, object]:
    """Give what intake left, without what follows from the moment of arrival."""
    rows = {}
    for receipt in read_receipts(settings.receipts):
        accepted = [one.accepted_file for one in receipt.datasets if one.accepted_file]
        told = receipt.model_dump(mode="json", exclude={"arrived_at", "exported_at"})
        read = [
            duckdb.sql(
                "select * exclude (_exported_at) "
                f"from '{settings.home}/landing/{path}' order by _source_row"
            ).fetchall()
            for path in accepted
        ]
        refused = duckdb.sql(
            f"select * from '{settings.quarantine}/{receipt.delivery_id}/refusals.parquet' "
            "order by all"
        ).fetchall()
        rows[receipt.delivery_id] = (told, read, refused)
    return rows


def take_in(settings: Settings, ready=None) -> None:
    if ready:
        ready.set()
    edge.run_intake(settings, LOCALITY, None if settings.suites == REAL_SUITES else clerk_suite)


def kill_at_random(folder: Path, tries: int, seed: int, suites: Path | None = None) -> int:
    """Kill runs of intake, each in a home of its own, up to twice; give how many were killed."""
    homes = [prepared(folder / f"{number}", suites) for number in range(tries + 1)]
    told = SPAWN.Queue()
    process = SPAWN.Process(target=kill_all, args=([one.settings for one in homes], seed, told))
    process.start()
    killed = told.get()
    process.join()
    expected = outcome_of(homes[0].settings)
    for number, home in enumerate(homes):
        what = f"seed {seed}, try {number}"
        assert outcome_of(home.settings) == expected, what
        assert edge.read_waiting(home.settings) == [], what
        assert not list(home.settings.home.rglob("*.partial")), what
        assert not list(home.settings.scratch.iterdir()), what
    return killed


def kill_all(homes: list[Settings], seed: int, told) -> None:
    """Fork a run for each home, the first to its end, the others with kills before it.

    This process has the imports done and nothing else begun, so that a fork is as good as new.
    """
    if homes[0].suites == REAL_SUITES:
        importlib.import_module("motcua.quality.validation")
    draw = random.Random(seed)
    seconds, killed = run(homes[0]), 0
    for home in homes[1:]:
        for _ in range(draw.choice((1, 2))):
            killed += run(home, draw.uniform(0, seconds)) is None
        run(home)
    told.put(killed)


def run(home: Settings, seconds: float | None = None) -> float | None:
    """Run intake in a fork and give the seconds it took; null where it was killed before."""
    started = time.monotonic()
    process = multiprocessing.get_context("fork").Process(target=take_in, args=(home,))
    process.start()
    process.join(seconds)
    if process.is_alive():
        process.kill()
        process.join()
        return None
    assert process.exitcode == 0
    return time.monotonic() - started


def prepared(folder: Path, suites: Path | None):
    folder.mkdir()
    home = make_home(folder).with_settings(deliveries_at_once=1)
    if suites:
        home = home.with_settings(suites=suites)
    fill(home)
    return home


def test_intake_killed_at_random_moments_loses_nothing(tmp_path):
    assert kill_at_random(tmp_path, 6, 31) > 0


@pytest.mark.soak
def test_intake_killed_at_200_random_moments_loses_nothing(tmp_path):
    killed = kill_at_random(tmp_path, 180, 32, REAL_SUITES)
    print(f"{killed} kills")

    assert killed >= 200


@pytest.mark.soak
def test_killing_a_run_ends_its_workers_too(copied_demo):
    shutil.rmtree(copied_demo.settings.receipts)
    command = [sys.executable, "-m", "motcua.cli", "intake"]
    run_of_all = psutil.Popen(command, env=copied_demo.environment, start_new_session=True)
    time.sleep(20)
    begun = run_of_all.children(recursive=True)
    run_of_all.kill()
    run_of_all.wait()

    assert len(begun) >= 3
    assert psutil.wait_procs(begun, timeout=15)[1] == []


def limited(settings: Settings, ready, told) -> None:
    """Take in where no file may grow beyond a size: what a full disk does to a writer."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (3_000, 3_000))
    report(settings, ready, told)


def report(settings: Settings, ready, told) -> None:
    try:
        take_in(settings, ready)
        told.put("done")
    except PipelineError as error:
        told.put(str(error))
    except OSError as error:
        told.put(f"raw {error!r}")


def as_nobody(settings: Settings, ready, told) -> None:
    """Take in as somebody who may read the home and not write it."""
    if os.getuid() == 0:
        os.setuid(65534)
    report(settings, ready, told)


def told_by(target, settings: Settings) -> str:
    told, ready = SPAWN.Queue(), SPAWN.Event()
    process = SPAWN.Process(target=target, args=(settings, ready, told))
    process.start()
    text = told.get(timeout=60)
    process.join()
    return text


def test_full_disk_is_said_in_a_line_and_nothing_is_lost(tmp_path):
    whole, home = prepared(tmp_path / "whole", None), prepared(tmp_path / "home", None)
    whole.take_in(clerk_suite)

    text = told_by(limited, home.settings)
    assert "File too large" in text
    assert not text.startswith("raw")
    home.take_in(clerk_suite)

    assert outcome_of(home.settings) == outcome_of(whole.settings)


def test_home_that_cannot_be_written_is_said_in_a_line_and_left_as_it_is():
    folder = Path(tempfile.mkdtemp(prefix="motcua-read-only-"))
    try:
        folder.chmod(0o755)
        home = prepared(folder / "home", None)
        before = {path: path.stat().st_mtime_ns for path in sorted(folder.rglob("*"))}
        for path in before:
            path.chmod(0o555 if path.is_dir() else 0o444)

        text = told_by(as_nobody, home.settings)

        assert "Permission denied" in text
        assert not text.startswith("raw")
        assert {path: path.stat().st_mtime_ns for path in sorted(folder.rglob("*"))} == before
    finally:
        for path in folder.rglob("*"):
            path.chmod(stat.S_IRWXU)
        shutil.rmtree(folder)


def test_two_runs_at_once_on_one_home_take_each_delivery_in_once(tmp_path):
    whole, home = prepared(tmp_path / "whole", None), prepared(tmp_path / "home", None)
    whole.take_in(clerk_suite)
    ready = [SPAWN.Event() for _ in range(2)]
    processes = [SPAWN.Process(target=take_in, args=(home.settings, one)) for one in ready]
    for process in processes:
        process.start()
    for process in processes:
        process.join()

    assert [process.exitcode for process in processes] == [0, 0]
    assert outcome_of(home.settings) == outcome_of(whole.settings)
    assert edge.read_waiting(home.settings) == []


def test_clock_set_back_between_two_deliveries_changes_nothing_when_made_again(tmp_path):
    home = make_home(tmp_path)
    home.drop("dossiers-1.csv", csv_text(3, line(4, received="32/13")))
    (first,) = home.take_in(clerk_suite)
    arrival = home.settings.raw / LOCALITY / first.delivery_id / "arrival.json"
    later = json.loads(arrival.read_text()) | {"arrived_at": "2099-01-01T00:00:00"}
    arrival.write_text(json.dumps(later))
    edge.run_again(home.settings, LOCALITY, first.delivery_id, clerk_suite)
    home.drop("dossiers-2.csv", csv_text(2, line(4, received="32/13"), line(5, channel="?")))
    home.take_in(clerk_suite)
    landing = home.settings.home / "landing"
    before = {path: path.read_bytes() for path in sorted(landing.rglob("*")) if path.is_file()}

    edge.delete_derived(home.settings)
    home.take_in(clerk_suite)

    after = {path: path.read_bytes() for path in sorted(landing.rglob("*")) if path.is_file()}
    assert after == before
    assert len(list(home.settings.receipts.glob("*.json"))) == 2
