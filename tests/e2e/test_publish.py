"""Publishing: gated, atomic, never in a reader's way, and reversible."""

import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from datetime import date

import duckdb
import pytest

from motcua.errors import BuildRefusedError
from motcua.warehouse.edge import Build, run_gate
from motcua.warehouse.gate import find_breaches, find_refusals
from tests_support import fingerprint

HANDLING = "select sum(resolved_count) from review.mart_review__handling where rule_code = 'ii06'"


def take_one_row_out(home) -> None:
    path = max(
        home.settings.accepted.glob("dossiers/locality=ag-*/*.parquet"),
        key=lambda one: one.stat().st_size,
    )
    shorter = path.with_suffix(".shorter")
    duckdb.execute(f"copy (from '{path}' offset 1) to '{shorter}' (format parquet)").fetchall()
    path.chmod(0o644)
    shorter.replace(path)


@pytest.mark.soak
def test_one_row_out_of_an_accepted_file_refuses_the_build(copied_demo):
    before = copied_demo.settings.marts_file.resolve()
    take_one_row_out(copied_demo)
    result = copied_demo.motcua("build", check=False)

    assert result.returncode == 1
    assert "build refused, nothing published" in result.stderr
    assert "Traceback" not in result.stderr
    assert copied_demo.settings.marts_file.resolve() == before


def test_a_build_publishes_while_a_reader_holds_the_file_open_and_rolls_back(copied_demo):
    reader = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import duckdb, sys\n"
            "c = duckdb.connect(sys.argv[1], read_only=True)\n"
            f"print(c.execute({HANDLING!r}).fetchone()[0], flush=True)\n"
            "sys.stdin.readline()\n"
            f"print(c.execute({HANDLING!r}).fetchone()[0], flush=True)\n",
            str(copied_demo.settings.marts_file),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    first = reader.stdout.readline()
    before = copied_demo.settings.marts_file.resolve()
    for receipt in sorted(copied_demo.settings.receipts.glob("*.json")):
        if json.loads(receipt.read_text("utf-8"))["locality_code"] == "ag-tinh":
            receipt.unlink()
    copied_demo.motcua("build")
    second, _ = reader.communicate("\n")

    changed = copied_demo.query(HANDLING)
    after = copied_demo.settings.marts_file.resolve()
    copied_demo.motcua("rollback")

    assert first == second
    assert after != before
    assert changed[0][0] < int(first)
    assert copied_demo.settings.marts_file.resolve() == before
    assert copied_demo.query(HANDLING) == [(int(first),)]


def test_a_build_killed_at_a_random_moment_leaves_what_is_published(demo_run, copied_demo):
    assert kill_at_random(copied_demo, seconds_of_build(demo_run), tries=1, seed=30) == 1


@pytest.mark.soak
def test_a_build_killed_at_twenty_random_moments_leaves_what_is_published(demo_run, copied_demo):
    killed = kill_at_random(copied_demo, seconds_of_build(demo_run), tries=20, seed=21)
    print(f"{killed} kills")

    assert killed >= 15


def seconds_of_build(demo_run) -> float:
    """How long the demonstration's own build took, by what it printed."""
    return float(re.search(r"build_warehouse: success \((.+) s\)", demo_run[1])[1])


def kill_at_random(home, seconds: float, tries: int, seed: int) -> int:
    """Kill builds of a home and give how many were; what it has published stays as it was."""
    draw = random.Random(seed)
    answer, before = home.query(HANDLING), fingerprint(home.settings.marts_file)
    killed = 0
    for _ in range(tries):
        process = subprocess.Popen(
            [sys.executable, "-m", "motcua.cli", "build"],
            env=home.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        time.sleep(draw.uniform(0.1, seconds))
        if process.poll() is None:
            killed += 1
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        assert home.query(HANDLING) == answer
    home.motcua("build")

    assert fingerprint(home.settings.marts_file) == before
    assert len(list((home.settings.warehouse / "releases").iterdir())) == 2
    return killed


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


def test_the_gate_says_what_the_database_said():
    manifest, results = artifacts("error")
    (failed,) = [one for one in results["results"] if one["status"] == "error"]
    failed["message"] = "Runtime Error in test t (a.sql)\n  Out of Memory Error: no more\n  \n"
    (refusal,) = find_refusals(manifest, results, "i")
    assert refusal == "test.m.t: error (Out of Memory Error: no more)"


def test_gate_refuses_a_test_without_a_result():
    manifest, results = artifacts()
    del results["results"][1]

    assert find_refusals(manifest, results, "i") == ("test.m.t: not run",)


def test_gate_refuses_results_of_another_build():
    assert "invocation" in find_refusals(*artifacts(invocation="other"), "i")[0]


def test_gate_takes_the_manifest_of_the_release_that_was_renewed_and_of_no_other():
    manifest, results = artifacts()
    manifest["metadata"]["invocation_id"] = "of the release"
    stale = artifacts(invocation="other")[1]

    assert find_refusals(manifest, results, "i", is_renewed=True) == ()
    assert "manifest.json is of" in find_refusals(manifest, results, "i")[0]
    assert "run_results.json is of" in find_refusals(manifest, stale, "i", is_renewed=True)[0]


def test_gate_asks_a_renewed_build_for_no_result_of_what_is_fixed():
    manifest, results = artifacts()
    nodes = manifest["nodes"]
    nodes["model.m.a"]["config"]["tags"] = ["fixed"]
    nodes["model.m.b"] = {"resource_type": "model", "config": {"enabled": True}}
    for name, parents in (("only", ["model.m.a"]), ("both", ["model.m.a", "model.m.b"])):
        nodes[f"test.m.{name}"] = {**nodes["test.m.t"], "depends_on": {"nodes": parents}}
    results["results"] = [
        {"unique_id": "model.m.b", "status": "success"},
        {"unique_id": "test.m.t", "status": "pass"},
    ]

    assert find_refusals(manifest, results, "i", is_renewed=True) == ("test.m.both: not run",)
    assert find_refusals(manifest, results, "i") == (
        *("model.m.a: not run", "test.m.both: not run", "test.m.only: not run"),
    )


@pytest.mark.parametrize("is_renewed", [True, False])
def test_gate_refuses_a_build_of_which_a_hook_failed(is_renewed):
    manifest, results = artifacts()
    hook = {"resource_type": "operation", "config": {"enabled": True, "materialized": "view"}}
    manifest["nodes"]["operation.m.end"] = hook
    result = {"unique_id": "operation.m.end", "status": "error", "message": "Error\n  disk full"}

    results["results"].append({**result, "status": "success"})
    assert find_refusals(manifest, results, "i", is_renewed=is_renewed) == ()
    results["results"][-1] = result
    told = find_refusals(manifest, results, "i", is_renewed=is_renewed)
    assert told == ("operation.m.end: error (disk full)",)


def test_gate_asks_a_renewed_build_for_views_of_the_build_and_for_tests_of_all():
    manifest, results = artifacts()
    view = {"resource_type": "model", "config": {"enabled": True, "materialized": "view"}}
    told = {**view, "config": {**view["config"], "tags": ["of_build"]}}
    manifest["nodes"] |= {
        "model.m.stays": view,
        "model.m.told": told,
        "test.m.of_view": {
            **manifest["nodes"]["test.m.t"],
            "depends_on": {"nodes": ["model.m.stays"]},
        },
    }

    assert find_refusals(manifest, results, "i", is_renewed=True) == (
        *("model.m.told: not run", "test.m.of_view: not run"),
    )
    assert len(find_refusals(manifest, results, "i")) == 3


def test_gate_refuses_a_build_without_tests():
    manifest, results = artifacts()
    del manifest["nodes"]["test.m.t"]

    assert find_refusals(manifest, results, "i") == ("the manifest holds no test",)


@pytest.mark.parametrize(
    ("found", "breaches"),
    [
        pytest.param([("a_count", "BIGINT"), ("b_name", "VARCHAR")], (), id="as-promised"),
        pytest.param(
            [("a_count", "HUGEINT"), ("b_name", "VARCHAR")],
            ("core.t.a_count is HUGEINT, its contract says BIGINT",),
            id="another-type",
        ),
        pytest.param(
            [("a_count", "BIGINT")],
            ("core.t.b_name is missing, its contract says VARCHAR",),
            id="a-column-is-missing",
        ),
        pytest.param(
            [("a_count", "BIGINT"), ("b_name", "VARCHAR"), ("c_date", "DATE")],
            ("core.t.c_date is not in its contract",),
            id="a-column-more",
        ),
        pytest.param(
            [("b_name", "VARCHAR"), ("a_count", "BIGINT")],
            ("core.t: its columns stand in another order than in its contract",),
            id="another-order",
        ),
    ],
)
def test_gate_holds_a_table_against_its_contract(found, breaches):
    contract = {"a_count": "bigint", "b_name": "string"}
    node = {
        "schema": "core",
        "alias": "t",
        "config": {"enabled": True, "contract": {"enforced": True}},
        "columns": {name: {"name": name, "data_type": kind} for name, kind in contract.items()},
    }

    assert find_breaches({"nodes": {"model.m.t": node}}, {"core.t": found}) == breaches


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        pytest.param("comment on table review.dim_rules is ''", None, id="nothing"),
        pytest.param("drop column version", "dim_rules.version is missing", id="missing"),
        pytest.param(
            "alter version type blob using encode(version)", "dim_rules.version is BLOB", id="type"
        ),
        pytest.param("add column more date", "dim_rules.more is not in", id="more"),
    ],
)
def test_a_built_file_that_breaks_a_contract_is_refused(demo_run, tmp_path, change, refusal):
    release = (demo_run[0].settings.warehouse / "current").resolve()
    target = tmp_path / "target"
    target.mkdir()
    for artifact in ("manifest.json", "run_results.json"):
        shutil.copyfile(release / artifact, target / artifact)
    shutil.copyfile(release / "marts.duckdb", tmp_path / "marts.duckdb")
    with duckdb.connect(str(tmp_path / "marts.duckdb")) as connection:
        connection.execute(change if refusal is None else f"alter table review.dim_rules {change}")
    manifest = json.loads((target / "manifest.json").read_text("utf-8"))
    build = Build("b", tmp_path, date(2025, 1, 1), manifest["metadata"]["invocation_id"])

    if refusal is None:
        run_gate(build)
    else:
        with pytest.raises(BuildRefusedError, match=re.escape(refusal)):
            run_gate(build)
