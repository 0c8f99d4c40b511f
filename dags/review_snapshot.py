"""Make the pack of a review meeting: on 15 June and 15 December, and by hand for any review.

By hand: `review` is a period code such as `2024-CY`, `province` such as `H01`, `as_of_date` a day
such as `2024-12-31` (left empty: what is published), `reason` why there is a new version of a
review that has a sealed one. On the calendar: in June the first half-year, in December the year,
for every province in the register of localities.

Packs are drafts. With `approve` the run checks them, waits up to a week until somebody approves
them under «Required Actions», with a reason, and then seals their data; who rejects leaves them
checked.
"""

from datetime import date, timedelta

import pendulum
from airflow.providers.standard.operators.hitl import ApprovalOperator
from airflow.sdk import Param, dag, task

PATIENCE = timedelta(days=7)


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
        "reason": Param(None, type=["null", "string"], description="Why again after a seal."),
        "approve": Param(False, type="boolean", description="Wait for approval, then seal."),
    },
    default_args={
        "owner": "kho-du-lieu",
        "retries": 1,
        "retry_delay": timedelta(seconds=30),
        "execution_timeout": timedelta(hours=2),
    },
    dagrun_timeout=PATIENCE + timedelta(hours=6),
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
    def make_pack(review: dict, params: dict) -> str:
        """Make one pack and give its folder."""
        from motcua.settings import read_settings
        from motcua.snapshot import edge

        day = review["as_of_date"]
        pack = edge.run_snapshot(
            read_settings(),
            review["review"],
            review["province_code"],
            date.fromisoformat(day) if day else None,
            params["reason"] or "",
        )
        return str(pack.folder)

    @task.short_circuit
    def ask_for_approval(packs: list[str], params: dict) -> list[str]:
        """Give the packs to seal; none ends the run here, with drafts."""
        return list(packs) if params["approve"] else []

    @task
    def check(packs: list[str]) -> None:
        """Check each pack; one whose figures do not hold ends the run red, named in its log."""
        from motcua.approval import edge
        from motcua.settings import read_settings

        edge.run_check_all(read_settings(), packs)

    approve = ApprovalOperator(
        task_id="approve",
        subject="Duyệt nội bộ bộ tài liệu số liệu họp rà soát",
        body="{{ ti.xcom_pull(task_ids='ask_for_approval') | join('\n\n') }}",
        # A form begins empty, so null must do until it is answered; the seal wants the reason.
        params={
            "approval_reason": Param(None, type=["null", "string"], minLength=1, title="Lý do")
        },
        response_timeout=PATIENCE,
        retries=0,
    )

    @task
    def seal(packs: list[str], answer: dict) -> None:
        """Note the approval with its reason, and seal the data of each pack."""
        from motcua.approval import edge
        from motcua.settings import read_settings

        user = answer["responded_by_user"] or {}
        reason = answer["params_input"].get("approval_reason") or ""
        edge.run_seal_all(read_settings(), packs, user.get("name", ""), reason)

    packs = ask_for_approval(make_pack.expand(review=list_reviews()))
    check(packs) >> approve
    seal(packs, approve.output)


review_snapshot()
