"""Run DAGs by `dag.test()` in one process and print, a line a run, what became of each task."""

import argparse
import json
import os
from datetime import timedelta


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("dag_ids", nargs="+")
    parser.add_argument("--fault-in-locality")
    parser.add_argument("--fault-in-data-docs", action="store_true")
    parser.add_argument("--conf", default="{}", help="of the last")
    arguments = parser.parse_args()

    from motcua.orchestration import prepare_airflow
    from motcua.settings import read_settings

    prepare_airflow(read_settings())
    if arguments.fault_in_locality:
        break_intake_of(arguments.fault_in_locality)
    if arguments.fault_in_data_docs:
        break_data_docs()

    from airflow.dag_processing.dagbag import DagBag

    bag = DagBag(os.environ["AIRFLOW__CORE__DAGS_FOLDER"])
    for dag_id in arguments.dag_ids:
        is_last = dag_id == arguments.dag_ids[-1]
        print(json.dumps(run(bag.dags[dag_id], json.loads(arguments.conf) if is_last else {})))


def run(dag, conf: dict) -> dict:
    """Run a DAG without waiting before a retry; give its state and its tasks'."""
    for task in dag.tasks:
        if hasattr(task, "retry_delay"):
            task.retry_delay = timedelta(0)
        else:
            task.partial_kwargs["retry_delay"] = timedelta(0)
    ran = dag.test(run_conf=conf)
    states = {
        f"{one.task_id}[{one.map_index}]": [str(one.state), one.rendered_map_index, one.try_number]
        for one in ran.get_task_instances()
    }
    return {"state": str(ran.state), "tasks": states}


def break_intake_of(locality: str) -> None:
    from motcua.intake import edge

    sound = edge.run_intake

    def run_intake(settings, locality_code):
        if locality_code == locality:
            raise RuntimeError("a fault of our own")
        return sound(settings, locality_code)

    edge.run_intake = run_intake


def break_data_docs() -> None:
    from motcua.quality import edge

    def write_data_docs(settings):
        raise RuntimeError("a fault of our own")

    edge.write_data_docs = write_data_docs


if __name__ == "__main__":
    main()
