"""`make up` for real: scheduler, DAG processor, triggerer and API server on SQLite."""

import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

PATIENCE_SECONDS = 300


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def wait_for(what: str, found, airflow: subprocess.Popen) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if found():
            return
        assert airflow.poll() is None, f"Airflow ended before {what}"
        time.sleep(1)
    raise AssertionError(f"no {what} within {PATIENCE_SECONDS} s")


def rows(database: Path, sql: str) -> list[tuple]:
    if not database.exists():
        return []
    try:
        with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
            return connection.execute(sql).fetchall()
    except sqlite3.OperationalError:
        return []


def trigger(home, dag_id: str, **given) -> None:
    program = (
        "from motcua.orchestration import airflow_environment\n"
        "from motcua.settings import read_settings\n"
        "import os\n"
        "os.environ.update(airflow_environment(read_settings()))\n"
        "from airflow.api.client.local_client import Client\n"
        f"Client().trigger_dag({dag_id!r}, **{given!r})\n"
    )
    home.run("-c", program)


def wait_for_dags(home, airflow: subprocess.Popen) -> Path:
    """Wait until Airflow knows the DAGs, and give its database."""
    database = home.settings.var / "airflow" / "airflow.db"
    wait_for(
        "DAG in the database",
        lambda: len(rows(database, "select 1 from dag where not is_paused")) == 3,
        airflow,
    )
    return database


@pytest.fixture
def port() -> str:
    return str(free_port())


@pytest.fixture
def airflow(home, port):
    """Airflow's own processes on a home of their own, stopped whole at the end."""
    environment = {
        **home.environment,
        "MOTCUA_AIRFLOW_PORT": port,
        "AIRFLOW__LOGGING__WORKER_LOG_SERVER_PORT": str(free_port()),
        "AIRFLOW__LOGGING__TRIGGER_LOG_SERVER_PORT": str(free_port()),
    }
    with (home.path / "airflow.log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "motcua.orchestration"],
            env=environment,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        yield process
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)


def test_a_dropped_delivery_ends_in_a_published_warehouse_without_a_hand(demo_run, home, airflow):
    source, _ = demo_run
    database = wait_for_dags(home, airflow)
    good = min(source.settings.raw.glob("tth-huong-thuy/*/files"), key=lambda one: one.parent)
    shutil.copytree(good, home.settings.inbox / ".good")
    (home.settings.inbox / "tth-huong-thuy").mkdir()
    (home.settings.inbox / ".good").rename(home.settings.inbox / "tth-huong-thuy" / "good")
    bad = home.settings.inbox / "qn-tinh" / "cut-short.zip"
    bad.parent.mkdir()
    bad.write_bytes(b"PK\x03\x04 cut short")
    trigger(home, "intake_exports")
    wait_for(
        "run of build_warehouse that the asset triggered",
        lambda: rows(
            database,
            "select 1 from dag_run where dag_id = 'build_warehouse' "
            "and state in ('success', 'failed')",
        ),
        airflow,
    )
    runs = rows(database, "select dag_id, run_type, state from dag_run")
    tasks = rows(database, "select task_id, state from task_instance where state = 'failed'")

    assert ("build_warehouse", "asset_triggered", "success") in runs
    assert tasks == []
    assert home.query("select count(*) > 0 from core.fct_dossiers") == [(True,)]
    assert home.query(
        "select state_code from quality.fct_deliveries where locality_code = 'qn-tinh'"
    ) == [("refused",)]
    assert home.query(
        "select count(*) > 0 from quality.fct_refusals as refusals "
        "join quality.fct_deliveries as deliveries using (delivery_id) "
        "where refusals.locality_code = 'qn-tinh'"
    ) == [(True,)]


def ask(address: str, method: str, body: dict | None = None, token: str = "") -> dict:
    request = urllib.request.Request(  # noqa: S310 - our own address
        address,
        data=None if body is None else json.dumps(body).encode(),
        method=method,
        headers={"Content-Type": "application/json", "Authorization": f"Bearer {token}"},
    )
    with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
        return json.loads(answer.read())


def approve(port: str, run_id: str, reason: str) -> None:
    """Answer what the run waits for, as a person does under «Required Actions»."""
    address = f"http://127.0.0.1:{port}"
    token = ask(f"{address}/auth/token", "GET")["access_token"]
    task = f"dags/review_snapshot/dagRuns/{run_id}/taskInstances/approve/-1/hitlDetails"
    answer = {"chosen_options": ["Approve"], "params_input": {"approval_reason": reason}}
    ask(f"{address}/api/v2/{task}", "PATCH", answer, token)


@pytest.mark.soak
def test_a_run_that_asks_for_approval_waits_for_it_and_then_seals(copied_demo, airflow, port):
    database = wait_for_dags(copied_demo, airflow)
    conf = {"review": "2024-CY", "province": "H01", "approve": True}
    trigger(copied_demo, "review_snapshot", run_id="asked", conf=conf)
    state = "select 1 from task_instance where task_id = 'approve' and state = 'awaiting_input'"
    wait_for("question", lambda: rows(database, state), airflow)
    journal = copied_demo.settings.snapshots / "2024-CY-H01" / "states.jsonl"
    before = [json.loads(line)["state_code"] for line in journal.read_text().splitlines()]
    approve(port, "asked", "Đã họp rà soát")
    ended = "select state from dag_run where run_id = 'asked' and state in ('success', 'failed')"
    wait_for("end of the run", lambda: rows(database, ended), airflow)

    acts = [json.loads(line) for line in journal.read_text().splitlines()]
    assert rows(database, ended) == [("success",)]
    assert before == ["draft", "checked"]
    assert [act["state_code"] for act in acts] == ["draft", "checked", "approved", "sealed"]
    assert acts[2]["reason"] == "Đã họp rà soát"
    assert acts[2]["by"]
