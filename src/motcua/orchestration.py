"""Run the DAGs in a real Airflow on its embedded default: SQLite, in this process.

``make run`` and the DAG tests use this; ``make up`` starts Airflow's own processes instead.
"""

import logging
import os
import sys
import time
from pathlib import Path

from motcua.errors import PipelineError
from motcua.settings import REPOSITORY, Settings, read_settings

logger = logging.getLogger(__name__)

DAGS = ("intake_exports", "build_warehouse", "review_snapshot")


def airflow_environment(settings: Settings) -> dict[str, str]:
    """Give the environment of Airflow's embedded default: everything under ``var/airflow``."""
    home = settings.var / "airflow"
    address = f"http://127.0.0.1:{settings.airflow_port}"
    return {
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__DAGS_FOLDER": str(REPOSITORY / "dags"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__UNIT_TEST_MODE": "False",
        "AIRFLOW__CORE__DEFAULT_TIMEZONE": "Asia/Ho_Chi_Minh",
        "AIRFLOW__CORE__PARALLELISM": "2",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": "True",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{home / 'airflow.db'}",
        "AIRFLOW__LOGGING__BASE_LOG_FOLDER": str(home / "logs"),
        "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
        "AIRFLOW__API__HOST": "127.0.0.1",
        "AIRFLOW__API__PORT": str(settings.airflow_port),
        "AIRFLOW__API__BASE_URL": address,
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{address}/execution/",
        "AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL": "15",
        "MOTCUA_HOME": str(settings.home),
        "MOTCUA_CONTRACTS": str(settings.contracts),
        "MOTCUA_LOCALITIES": str(settings.localities),
    }


def prepare_airflow(settings: Settings) -> None:
    """Point this process at the embedded Airflow and bring its database up to date.

    Must run before anything imports ``airflow``.
    """
    environment = airflow_environment(settings)
    Path(environment["AIRFLOW_HOME"]).mkdir(parents=True, exist_ok=True)
    os.environ.update(environment)
    from airflow.utils.db import initdb

    initdb()


def run_dag(dag_id: str, conf: dict[str, str] | None = None) -> float:
    """Run one DAG to its end by ``dag.test()`` and give the seconds it took.

    Raises:
        PipelineError: the DAG is not there, or its run did not succeed.
    """
    from airflow.dag_processing.dagbag import DagBag

    bag = DagBag(os.environ["AIRFLOW__CORE__DAGS_FOLDER"])
    if bag.import_errors:
        raise PipelineError("dags", "; ".join(bag.import_errors.values()))
    if dag_id not in bag.dags:
        raise PipelineError("dags", f"{dag_id} is not in {bag.dag_folder}")
    start = time.monotonic()
    run = bag.dags[dag_id].test(run_conf=conf)
    if run.state != "success":
        failed = sorted(
            f"{task.task_id}[{task.map_index}]"
            for task in run.get_task_instances()
            if task.state == "failed"
        )
        raise PipelineError(dag_id, f"run is {run.state}; failed: {', '.join(failed)}")
    return time.monotonic() - start


def main() -> int:
    """Start Airflow's own processes on the embedded default (`make up`)."""
    settings = read_settings()
    environment = airflow_environment(settings)
    Path(environment["AIRFLOW_HOME"]).mkdir(parents=True, exist_ok=True)
    folder = str(Path(sys.executable).parent)
    environment["PATH"] = f"{folder}{os.pathsep}{os.environ['PATH']}"
    command = str(Path(folder) / "airflow")
    os.execve(command, [command, "standalone"], {**os.environ, **environment})  # noqa: S606


if __name__ == "__main__":
    sys.exit(main())
