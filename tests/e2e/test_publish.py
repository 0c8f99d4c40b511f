"""Publishing: gated, atomic, never in a reader's way, and reversible."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time

import duckdb
import pytest

from motcua.warehouse.gate import find_refusals
from tests_support import spoil_dbt

pytestmark = pytest.mark.xdist_group("demo")
HANDLING = "select sum(resolved_count) from review.mart_review__handling"


@pytest.fixture
def built(demo_run, tmp_path):
    """A copy of the demonstration's landing and published warehouse that a test may spoil."""
    source, _ = demo_run
    home = type(source)(tmp_path)
    for zone in ("accepted", "quarantine", "receipts"):
        shutil.copytree(source.path / "landing" / zone, home.path / "landing" / zone)
    shutil.copytree(source.settings.warehouse, home.settings.warehouse, symlinks=True)
    return home


def take_one_row_out(home) -> None:
    path = max(
        home.settings.accepted.glob("dossiers/locality=ag-*/*.parquet"),
        key=lambda one: one.stat().st_size,
    )
    shorter = path.with_suffix(".shorter")
    duckdb.execute(f"copy (from '{path}' offset 1) to '{shorter}' (format parquet)")
    path.chmod(0o644)
    shorter.replace(path)


def test_one_row_out_of_an_accepted_file_refuses_the_build(built):
    before = built.settings.marts_file.resolve()
    take_one_row_out(built)
    result = built.motcua("build", check=False)

    assert result.returncode == 1
    assert "build refused, nothing published" in result.stderr
    assert "Traceback" not in result.stderr
    assert built.settings.marts_file.resolve() == before


def test_a_failing_singular_test_without_a_parent_model_refuses_the_build(built):
    project = spoil_dbt(built.path / "project")
    before = built.settings.marts_file.resolve()
    result = built.motcua("build", check=False, MOTCUA_DBT_FOLDER=str(project))

    assert result.returncode == 1
    assert "assert_nothing_is_found" in result.stderr
    assert built.settings.marts_file.resolve() == before


def test_a_build_publishes_while_a_reader_holds_the_file_open(built):
    reader = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import duckdb, sys\n"
            "c = duckdb.connect(sys.argv[1], read_only=True)\n"
            f"print(c.execute('{HANDLING}').fetchone()[0], flush=True)\n"
            "sys.stdin.readline()\n"
            f"print(c.execute('{HANDLING}').fetchone()[0], flush=True)\n",
            str(built.settings.marts_file),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    first = reader.stdout.readline()
    before = built.settings.marts_file.resolve()
    for receipt in sorted(built.settings.receipts.glob("*.json")):
        if json.loads(receipt.read_text("utf-8"))["locality_code"] == "ag-tinh":
            receipt.unlink()
    built.motcua("build")
    second, _ = reader.communicate("\n")

    assert first == second
    assert built.settings.marts_file.resolve() != before
    assert built.query(HANDLING)[0][0] < int(first)


def test_rollback_publishes_the_release_before(built):
    before = built.query(HANDLING)
    for receipt in sorted(built.settings.receipts.glob("*.json")):
        if json.loads(receipt.read_text("utf-8"))["locality_code"] == "ag-tinh":
            receipt.unlink()
    built.motcua("build")
    changed = built.query(HANDLING)
    built.motcua("rollback")

    assert changed != before
    assert built.query(HANDLING) == before


def test_a_build_killed_at_a_random_moment_leaves_what_is_published(built):
    kill_at_random(built, tries=2, seed=20)


@pytest.mark.soak
def test_a_build_killed_at_twenty_random_moments_leaves_what_is_published(built):
    kill_at_random(built, tries=20, seed=21)


def kill_at_random(home, tries: int, seed: int) -> None:
    draw = random.Random(seed)
    start = time.monotonic()
    home.motcua("build")
    whole = time.monotonic() - start
    answer = home.query(HANDLING)
    killed = 0
    for _ in range(tries):
        process = subprocess.Popen(
            [sys.executable, "-m", "motcua.cli", "build"],
            env=home.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        time.sleep(draw.uniform(0.1, whole))
        if process.poll() is None:
            killed += 1
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        assert home.query(HANDLING) == answer
    home.motcua("build")

    assert killed > 0
    assert home.query(HANDLING) == answer
    assert len(list((home.settings.warehouse / "releases").iterdir())) == 2


def artifacts(status: str = "pass", invocation: str = "i"):
    manifest = {
        "metadata": {"invocation_id": "i"},
        "nodes": {
            "model.m.a": {"resource_type": "model", "config": {"enabled": True}},
            "test.m.t": {"resource_type": "test", "config": {"enabled": True}},
        },
    }
    results = {
        "metadata": {"invocation_id": invocation},
        "results": [
            {"unique_id": "model.m.a", "status": "success"},
            {"unique_id": "test.m.t", "status": status},
        ],
    }
    return manifest, results


def test_gate_lets_a_good_build_pass():
    assert find_refusals(*artifacts(), "i") == ()


@pytest.mark.parametrize("status", ["fail", "error", "skipped", "no-op"])
def test_gate_refuses_any_test_that_did_not_pass(status):
    assert find_refusals(*artifacts(status), "i") == (f"test.m.t: {status}",)


def test_gate_refuses_a_test_without_a_result():
    manifest, results = artifacts()
    del results["results"][1]

    assert find_refusals(manifest, results, "i") == ("test.m.t: not run",)


def test_gate_refuses_results_of_another_build():
    assert "invocation" in find_refusals(*artifacts(invocation="other"), "i")[0]


def test_gate_refuses_a_build_without_tests():
    manifest, results = artifacts()
    del manifest["nodes"]["test.m.t"]

    assert find_refusals(manifest, results, "i") == ("the manifest holds no test",)
