"""Build the warehouse when receipts changed: one dbt build into a new file, gate, publish.

The gate reads the build's own results and trusts no task state. A failing test leaves the run red
and what is published as it was.
"""

from datetime import timedelta

import pendulum
from airflow.sdk import Asset, dag, task


@dag(
    schedule=[Asset("motcua://landing/receipts")],
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
    tags=["motcua", "warehouse"],
    doc_md=__doc__,
)
def build_warehouse():
    @task
    def build() -> str:
        """Run the one dbt build and give its id."""
        from motcua.settings import read_settings
        from motcua.warehouse import edge

        return edge.run_build(read_settings()).build_id

    @task(retries=0)
    def gate(build_id: str) -> str:
        """Refuse the build unless every model and test of it ran and passed."""
        from motcua.settings import read_settings
        from motcua.warehouse import edge

        edge.run_gate(edge.read_build(read_settings(), build_id))
        return build_id

    @task
    def publish(build_id: str) -> str:
        """Publish the build by one rename; the gate is asked again in the same process."""
        from motcua.settings import read_settings
        from motcua.warehouse import edge

        settings = read_settings()
        return str(edge.run_publish(settings, edge.read_build(settings, build_id)))

    publish(gate(build()))


build_warehouse()
