"""Make the pack of a review meeting: on 15 June and 15 December, and by hand for any review.

By hand: `review` is a period code such as `2024-CY`, `province` such as `H01`, `as_of_date` a day
such as `2024-12-31` (left empty: what is published). On the calendar: in June the first half-year,
in December the year, for every province in the register of localities.
"""

from datetime import timedelta

import pendulum
from airflow.sdk import Param, dag, task


@dag(
    schedule="0 6 15 6,12 *",
    start_date=pendulum.datetime(2025, 1, 1, tz="Asia/Ho_Chi_Minh"),
    catchup=False,
    max_active_runs=1,
    is_paused_upon_creation=False,
    params={
        "review": Param(None, type=["null", "string"], description="Period code, such as 2024-CY."),
        "province": Param(None, type=["null", "string"], description="Province code: H01."),
        "as_of_date": Param(None, type=["null", "string"], description="Day known: 2024-12-31."),
    },
    default_args={
        "owner": "kho-du-lieu",
        "retries": 1,
        "retry_delay": timedelta(seconds=30),
        "execution_timeout": timedelta(hours=2),
    },
    dagrun_timeout=timedelta(hours=6),
    tags=["motcua", "snapshot"],
    doc_md=__doc__,
)
def review_snapshot():
    @task
    def list_reviews(params: dict, dag_run) -> list[dict]:
        """Name the packs to make: the one asked for, or each province's for the day."""
        from motcua.contracts import read_localities
        from motcua.settings import read_settings
        from motcua.snapshot.schedule import choose_reviews
        from motcua.warehouse.edge import read_published_as_of_date

        settings = read_settings()
        localities = read_localities(settings.localities).values()
        day = pendulum.instance(dag_run.run_after).in_timezone("Asia/Ho_Chi_Minh").date()
        provinces = [locality.province_code for locality in localities]
        return choose_reviews(params, day, provinces, read_published_as_of_date(settings))

    @task(map_index_template="{{ task.op_kwargs['review']['province_code'] }}")
    def make_pack(review: dict) -> str:
        """Make one pack and give its folder."""
        from motcua.settings import read_settings
        from motcua.snapshot import edge

        return str(edge.run_snapshot(read_settings(), **review).folder)

    make_pack.expand(review=list_reviews())


review_snapshot()
