"""Take in what localities dropped in the inbox, announce the receipts, tell of missed deadlines.

One mapped task per locality that has something new, named by it. In it every delivery stands alone:
a bad one is refused and recorded, and the task stays green. A fault in our own code turns that
locality's task, and so the run, red; the others are still taken in and announced. Whoever has a
deadline behind them and still nothing taken in is told of once: in the log, by e-mail where set.
"""

from datetime import timedelta

import pendulum
from airflow.sdk import Asset, dag, task

RECEIPTS = Asset("motcua://landing/receipts")


@dag(
    schedule="0 2 * * *",
    start_date=pendulum.datetime(2025, 1, 1, tz="Asia/Ho_Chi_Minh"),
    catchup=False,
    max_active_runs=1,
    is_paused_upon_creation=False,
    default_args={
        "owner": "kho-du-lieu",
        "retries": 1,
        "retry_delay": timedelta(seconds=30),
        "execution_timeout": timedelta(hours=2),
    },
    dagrun_timeout=timedelta(hours=6),
    tags=["motcua", "intake"],
    doc_md=__doc__,
)
def intake_exports():
    @task
    def list_waiting() -> list[str]:
        """Name the localities that have something to take in."""
        from motcua.intake import edge
        from motcua.settings import read_settings

        return edge.read_waiting(read_settings())

    @task(map_index_template="{{ task.op_kwargs['locality_code'] }}")
    def take_in(locality_code: str) -> list[str]:
        """Take in one locality's deliveries and give their ids."""
        from motcua.intake import edge
        from motcua.settings import read_settings

        receipts = edge.run_intake(read_settings(), locality_code)
        return [receipt.delivery_id for receipt in receipts]

    @task(outlets=[RECEIPTS])
    def announce(localities: list[str]) -> None:
        """Wake build_warehouse once, if anything was taken in."""
        from airflow.sdk.exceptions import AirflowSkipException

        if not localities:
            raise AirflowSkipException("nothing new")

    @task(trigger_rule="none_failed")
    def write_data_docs() -> None:
        """Render the results of checks that are new."""
        from motcua.quality import edge
        from motcua.settings import read_settings

        edge.write_data_docs(read_settings())

    @task(trigger_rule="all_done")
    def call_back() -> int:
        """Tell once of each deadline that has passed unmet, and give how many those were."""
        from motcua.deadlines import edge
        from motcua.settings import read_settings

        return edge.run_reminders(read_settings())

    waiting = list_waiting()
    # A teardown runs whatever became of the mapped tasks and does not decide the run's state: one
    # locality's fault leaves the run red, and what the others sent is announced all the same. The
    # Data Docs follow it, so that a fault in them is seen and keeps nothing from the warehouse; so
    # do the deadlines, whatever became of the rest: what lay in the inbox in time has arrived.
    taken_in = take_in.expand(locality_code=waiting)
    taken_in >> announce(waiting).as_teardown() >> [write_data_docs(), call_back()]


intake_exports()
