"""The DAGs: their form, and real runs in the embedded Airflow."""

import json
import shutil
from pathlib import Path

import pytest

from tests_support import Home, last_line, spoil_dbt

DAG_IDS = {"intake_exports", "build_warehouse", "review_snapshot"}
HERE = Path(__file__).resolve().parent


@pytest.fixture(scope="module")
def parsed(tmp_path_factory, request):
    """What a fresh process finds in the DAG folder."""
    home = Home(tmp_path_factory.mktemp("dags-home"))
    program = f"""
import json
from motcua.orchestration import prepare_airflow
from motcua.settings import read_settings
prepare_airflow(read_settings())
from airflow.dag_processing.dagbag import DagBag
bag = DagBag({str(request.config.rootpath / "dags")!r})
print(json.dumps({{
    "errors": bag.import_errors,
    "seconds": {{one.file: one.duration.total_seconds() for one in bag.dagbag_stats}},
    "dags": {{
        dag_id: {{
            "tags": sorted(dag.tags), "doc": dag.doc_md, "catchup": dag.catchup,
            "max_active_runs": dag.max_active_runs, "paused": dag.is_paused_upon_creation,
            "schedule": str(dag.schedule), "zone": str(dag.timezone),
            "tasks": {{task.task_id: [task.owner, task.retries,
                      task.execution_timeout.total_seconds()] for task in dag.tasks}},
            "after": {{task.task_id: sorted(task.upstream_task_ids) for task in dag.tasks}},
            "params": {{name: dag.params[name] for name in dag.params}},
            "seconds": dag.dagrun_timeout and dag.dagrun_timeout.total_seconds(),
            "asks": {{task.task_id: [list(task.options), task.response_timeout.total_seconds(),
                     {{name: task.params.get_param(name).schema for name in task.params}}]
                     for task in dag.tasks if hasattr(task, "options")}},
        }} for dag_id, dag in bag.dags.items()}},
}}))
"""
    return last_line(home.run("-c", program).stdout)


def test_the_folder_holds_exactly_three_dags_and_no_import_error(parsed):
    assert set(parsed["dags"]) == DAG_IDS
    assert parsed["errors"] == {}


def test_each_dag_file_parses_in_under_two_seconds(parsed):
    assert len(parsed["seconds"]) == 3
    assert max(parsed["seconds"].values()) < 2


@pytest.mark.parametrize("dag_id", sorted(DAG_IDS))
def test_a_dag_is_owned_documented_bounded_and_not_paused(parsed, dag_id):
    dag = parsed["dags"][dag_id]

    assert "motcua" in dag["tags"]
    assert dag["doc"]
    assert not dag["catchup"]
    assert not dag["paused"]
    assert dag["max_active_runs"] == 1
    for owner, retries, timeout in dag["tasks"].values():
        assert owner == "kho-du-lieu"
        assert retries in (0, 1)
        assert timeout > 0


def test_schedules_are_as_announced(parsed):
    assert parsed["dags"]["intake_exports"]["schedule"] == "0 2 * * *"
    assert parsed["dags"]["intake_exports"]["zone"] == "Asia/Ho_Chi_Minh"
    assert parsed["dags"]["review_snapshot"]["schedule"] == "0 6 15 6,12 *"
    assert "motcua://landing/receipts" in parsed["dags"]["build_warehouse"]["schedule"]


def test_deadlines_are_looked_at_after_whatever_intake_did(parsed):
    after = parsed["dags"]["intake_exports"]["after"]

    assert after["announce"] == ["list_waiting", "take_in"]
    assert after["call_back"] == after["write_data_docs"] == ["announce"]


def test_a_pack_is_sealed_only_behind_a_check_and_an_approval_with_a_reason(parsed):
    dag = parsed["dags"]["review_snapshot"]
    ((asks, patience, form),) = dag["asks"].values()

    assert dag["after"] == {
        "list_reviews": [],
        "make_pack": ["list_reviews"],
        "ask_for_approval": ["make_pack"],
        "check": ["ask_for_approval"],
        "approve": ["check"],
        "seal": ["approve", "ask_for_approval"],
    }
    assert dag["params"]["approve"] is False
    assert list(dag["asks"]) == ["approve"]
    assert asks == ["Approve", "Reject"]
    assert form["approval_reason"]["minLength"] == 1
    assert not set(form) & set(dag["params"])
    assert dag["tasks"]["approve"][1] == 0
    assert patience < dag["seconds"]


def test_mapped_tasks_are_named_by_their_locality_and_refusals_leave_the_run_green(demo_run):
    home, _ = demo_run
    import sqlite3

    with sqlite3.connect(home.settings.var / "airflow" / "airflow.db") as database:
        names = database.execute(
            "select rendered_map_index, state from task_instance "
            "where dag_id = 'intake_exports' and task_id = 'take_in'"
        ).fetchall()
        runs = database.execute("select dag_id, state from dag_run").fetchall()
        tries = database.execute(
            "select dag_id, task_id, state, try_number from task_instance "
            "where state not in ('success', 'skipped') or try_number > 1"
        ).fetchall()
        skipped = database.execute(
            "select distinct dag_id, task_id from task_instance where state = 'skipped'"
        ).fetchall()

    assert {"ag-tinh", "qn-tinh", "tth-huong-thuy"} <= {name for name, _ in names}
    assert {state for _, state in names} == {"success"}
    assert {state for _, state in runs} == {"success"}
    assert {dag_id for dag_id, _ in runs} == DAG_IDS
    assert tries == []
    assert {*skipped} == {("review_snapshot", name) for name in ("check", "approve", "seal")}
    assert "refused" in {receipt["state_code"] for receipt in home.receipts()}


@pytest.fixture
def two_localities(demo_run, tmp_path):
    """A home in whose inbox two localities have one delivery each, and an earlier warehouse."""
    source, _ = demo_run
    home = type(source)(tmp_path)
    for locality in ("tth-huong-thuy", "qn-tinh"):
        files = min(source.settings.raw.glob(f"{locality}/*/files"), key=lambda one: one.parent)
        shutil.copytree(files, home.settings.inbox / locality / "delivery")
    return home


def test_a_fault_of_our_own_turns_exactly_its_task_red(two_localities):
    home = two_localities
    no_such_server = {
        **{"MOTCUA_SMTP_HOST": "127.0.0.1", "MOTCUA_SMTP_PORT": "1"},
        **{"MOTCUA_MAIL_FROM": "a@example.vn", "MOTCUA_MAIL_TO": "b@example.vn"},
    }
    ran = last_line(
        home.run(
            *(str(HERE / "run_dag.py"), "intake_exports", "--fault-in-locality", "qn-tinh"),
            **no_such_server,
        ).stdout
    )
    red = {name for name, (state, *_) in ran["tasks"].items() if state == "failed"}
    named = {name: label for name, (_, label, _) in ran["tasks"].items() if label}

    assert ran["state"] == "failed"
    assert [named[name] for name in red] == ["qn-tinh"]
    assert ran["tasks"]["announce[-1]"][0] == "success"
    # The mail server is down: deadlines are told of in the log and left for the next run.
    assert ran["tasks"]["call_back[-1]"][0] == "success"
    assert not home.settings.reminded.exists()
    assert {receipt["locality_code"] for receipt in home.receipts()} == {"tth-huong-thuy"}


@pytest.mark.soak
def test_a_fault_in_the_data_docs_is_red_and_keeps_nothing_from_the_build(two_localities):
    home = two_localities
    ran = last_line(
        home.run(str(HERE / "run_dag.py"), "intake_exports", "--fault-in-data-docs").stdout
    )
    red = {name for name, (state, *_) in ran["tasks"].items() if state == "failed"}

    assert ran["state"] == "failed"
    assert red == {"write_data_docs[-1]"}
    assert ran["tasks"]["announce[-1]"][0] == "success"


def test_nothing_new_announces_nothing_and_missed_deadlines_are_told_of_all_the_same(home):
    ran = last_line(home.run(str(HERE / "run_dag.py"), "intake_exports").stdout)

    assert ran["state"] == "success"
    assert ran["tasks"]["announce[-1]"][0] == "skipped"
    assert ran["tasks"]["call_back[-1]"][0] == "success"
    told = home.settings.reminded.read_text("utf-8").splitlines()
    assert json.loads(told[0])["locality_code"] == "ag-tinh"


@pytest.mark.soak
def test_a_failing_test_publishes_nothing_and_leaves_the_run_red_with_retries(copied_demo):
    home = copied_demo
    before = home.settings.marts_file.resolve()
    project = spoil_dbt(home.path / "project")
    ran = last_line(
        home.run(str(HERE / "run_dag.py"), "build_warehouse", MOTCUA_DBT_FOLDER=str(project)).stdout
    )

    assert ran["state"] == "failed"
    assert ran["tasks"]["gate[-1]"][0] == "failed"
    assert ran["tasks"]["publish[-1]"][0] == "upstream_failed"
    assert home.settings.marts_file.resolve() == before
