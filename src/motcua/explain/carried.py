"""What the marts of rows that no dossier stands behind count: tasks, outages, ratings, figures."""

from collections.abc import Mapping

from motcua.explain.populations import (
    DOSSIER_COLUMNS,
    LINEAGE,
    NO_DUPLICATE,
    OVERDUE,
    Keys,
    Mart,
    Population,
)
from motcua.sql import quoted

DONE = (
    "coalesce(counted.done_date <= (select as_of_date from quality.dim_builds), "
    "coalesce(counted.status_code = 'done', false))"
)
TASK_COLUMNS = tuple(
    f"counted.{name}"
    for name in (
        *("task_code", "province_code", "task_name", "year", "lead_agency_code", "due_date"),
        *("done_date", "status_code", *LINEAGE),
    )
)
PERIODS = "core.dim_review_periods as periods on counted.province_code = periods.province_code"
INCIDENTS = (
    f"core.fct_incidents as counted\ninner join {PERIODS}\n"
    "    and cast(counted.started_at as date) "
    "between periods.start_date and periods.known_to_date"
)
ENDED = "coalesce(cast(counted.ended_at as date) <= periods.known_to_date, false)"
OVER_AT = f"case when {ENDED} then counted.ended_at else periods.known_to_date + interval 1 day end"
SESSION = (
    f"greatest(0, epoch(least({OVER_AT}, worked.calendar_date + to_seconds({{0}}_to_second_no))) "
    "- epoch(greatest(counted.started_at, "
    "worked.calendar_date + to_seconds({0}_from_second_no))))"
)
WORKED = (
    f"(select sum({SESSION.format('morning')} + {SESSION.format('afternoon')}) "
    "from core.dim_working_days as worked where worked.working_calendar_code = 'standard' "
    "and worked.is_working_day and worked.calendar_date "
    f"between cast(counted.started_at as date) and cast({OVER_AT} as date))"
)
INCIDENT_COLUMNS = (
    *("counted.system_code", "counted.locality_code", "counted.counterpart_system_code"),
    *("counted.kind_code", "counted.agency_code", "counted.started_at", "counted.ended_at"),
    f"epoch({OVER_AT}) - epoch(counted.started_at) as seconds",
    f"coalesce({WORKED}, 0) as working_seconds",
    *(f"counted.{name}" for name in LINEAGE),
)
INCIDENT_KEYS = ("agency_code", "system_code", "counterpart_system_code", "kind_code")
RATINGS = (
    "(select rated.* from core.fct_ratings as rated "
    f"where {NO_DUPLICATE.format('rated')}) as counted\n"
    f"inner join {PERIODS}\n"
    "    and cast(counted.rated_at as date) "
    "between periods.start_date and periods.known_to_date"
)
IN_PERIOD = {"period_code": "periods.period_code"}
LAST_SURVEY = (
    "not exists (select 1 from core.fct_counter_surveys as later "
    "where later.province_code = counted.province_code "
    "and later.agency_code = counted.agency_code and later.item_code = counted.item_code "
    "and later.surveyed_date > counted.surveyed_date "
    "and later.surveyed_date <= periods.known_to_date)"
)
STEP_FACTS = ("is_on_site", "is_electronic")
STEPS = """(
    with placed as (
        select steps.*, coalesce(dossiers.agency_code, 'unknown') as agency_code,
            coalesce(dossiers.procedure_code, 'unknown') as procedure_code,
            coalesce(steps.step_kind_code, 'unknown') as kind_code,
            coalesce(cast(steps.finished_at as date) > cast(steps.due_at as date), false) as is_late
        from core.fct_steps as steps
        left join core.fct_dossiers as dossiers on steps.dossier_key = dossiers.dossier_key
        where dossiers.duplicate_of_dossier_key is null
    ),
    whole as (
        select dossier_key, dossier_code, locality_code, province_code, agency_code, procedure_code,
            'five_steps' as kind_code, min(started_at) as started_at,
            max(finished_at) as finished_at,
            bool_or(is_late) as is_late,
            if(bool_or(not is_on_site), false, if(count(*) = count(is_on_site), true, null))
                as is_on_site,
            if(bool_or(not is_electronic), false, if(count(*) = count(is_electronic), true, null))
                as is_electronic,
            if(count(*) = count(taken_hours), sum(taken_hours), null) as taken_hours,
            if(count(*) = count(taken_working_hours), sum(taken_working_hours), null)
                as taken_working_hours,
            any_value(_delivery_id) as _delivery_id, any_value(_source_file) as _source_file,
            min(_source_row) as _source_row
        from placed
        group by all
        having count(*) = count(finished_at)
            and count(distinct nullif(kind_code, 'unknown')) = 5
    )
    select together.*, periods.period_code,
        coalesce(finished_at < periods.known_to_date + interval 1 day, false) as is_finished
    from (from placed union all by name from whole) as together
    inner join core.dim_review_periods as periods
        on together.province_code = periods.province_code
        and together.started_at < periods.known_to_date + interval 1 day
        and coalesce(together.finished_at >= periods.start_date, true)
) as counted"""


def plan_tasks(_keys: Keys) -> tuple[Population, ...]:
    return (
        Population(
            {
                "numerator_count": DONE,
                "denominator_count": "true",
                "overdue_count": f"not {DONE} and counted.due_date "
                "< (select as_of_date from quality.dim_builds)",
            },
            source="core.fct_plan_tasks as counted",
            columns=TASK_COLUMNS,
            unit="plan tasks",
        ),
    )


def incidents(keys: Keys) -> tuple[Population, ...]:
    same = " and ".join(
        f"counted_incidents.{name} = {quoted(keys.get(name, ''))}" for name in INCIDENT_KEYS
    )
    meanwhile = (
        "exists (select 1 from core.fct_incidents as counted_incidents "
        f"inner join {PERIODS.replace('counted', 'counted_incidents')} "
        f"where periods.period_code = counted.period_code and {same} "
        "and counted_incidents.province_code = counted.province_code "
        "and counted_incidents.agency_code in ('all', counted.agency_code) "
        "and cast(counted_incidents.started_at as date) >= periods.start_date "
        "and counted.due_date between cast(counted_incidents.started_at as date) "
        "and least(coalesce(cast(counted_incidents.ended_at as date), periods.known_to_date), "
        "periods.known_to_date))"
    )
    return (
        Population(
            {
                "incident_count": "true",
                "open_incident_count": f"not {ENDED}",
                "incident_hours": "true",
                "incident_working_hours": "true",
            },
            source=INCIDENTS,
            places=IN_PERIOD,
            columns=INCIDENT_COLUMNS,
            unit="incidents",
            measures={
                "incident_hours": "sum(seconds) / 3600",
                "incident_working_hours": "sum(working_seconds) / 3600",
            },
        ),
        Population(
            {
                "due_dossier_count": meanwhile,
                "overdue_dossier_count": f"{meanwhile} and counted.ii06_outcome_code {OVERDUE}",
            },
            places=dict.fromkeys(INCIDENT_KEYS),
            columns=DOSSIER_COLUMNS,
            is_whole=True,
        ),
    )


def ratings(_keys: Keys) -> tuple[Population, ...]:
    columns = (
        "coalesce(counted.dossier_code, counted.agency_code) as rated_code",
        *("counted.locality_code", "counted.agency_code", "counted.criterion_code"),
        *("counted.rating_code", "counted.rated_at", *(f"counted.{name}" for name in LINEAGE)),
    )
    return tuple(
        Population(
            {column: "true"},
            source=RATINGS,
            places=places,
            columns=columns,
            unit="ratings",
            is_whole=is_whole,
        )
        for column, places, is_whole in (
            ("numerator_count", IN_PERIOD, False),
            ("denominator_count", {**IN_PERIOD, "rating_code": None}, True),
        )
    )


def steps(_keys: Keys) -> tuple[Population, ...]:
    done, timed = (
        "counted.is_finished",
        "counted.is_finished and counted.taken_working_hours is not null",
    )
    conditions = {
        "step_count": done,
        "open_step_count": f"not {done}",
        "timed_step_count": timed,
        "taken_hours": timed,
        "taken_working_hours": timed,
        "late_step_count": f"{done} and counted.is_late",
    }
    for fact in STEP_FACTS:
        name = fact.removeprefix("is_")
        conditions[f"{name}_count"] = f"{done} and counted.{fact}"
        conditions[f"{name}_unknown_count"] = f"{done} and counted.{fact} is null"
    hours = ("taken_hours", "taken_working_hours")
    return (
        Population(
            conditions,
            source=STEPS,
            places={"step_kind_code": "counted.kind_code"},
            columns=tuple(
                f"counted.{name}"
                for name in (
                    *("dossier_code", "locality_code", "kind_code", "started_at", "finished_at"),
                    *(*hours, *STEP_FACTS, *LINEAGE),
                )
            ),
            unit="steps",
            measures={name: f"coalesce(sum({name}), 0)" for name in hours},
        ),
    )


def counter_surveys(_keys: Keys) -> tuple[Population, ...]:
    counts = ("needed_count", "present_count", "degraded_count")
    return (
        Population(
            {name: f"counted.{name} is not null and {LAST_SURVEY}" for name in counts},
            source=f"core.fct_counter_surveys as counted\ninner join {PERIODS}\n"
            "    and counted.surveyed_date <= periods.known_to_date",
            places=IN_PERIOD,
            columns=(
                *("counted.item_code", "counted.agency_code", "counted.surveyed_date"),
                *(f"counted.{name}" for name in (*counts, *LINEAGE)),
            ),
            unit="surveyed items",
            measures={name: f"sum({name})" for name in counts},
        ),
    )


def carried_values(fact: str, code: str, unit: str, columns: tuple[str, ...]):
    """Give what a mart of values carries as they were sent: each is one row of its fact."""

    def populations(_keys: Keys) -> tuple[Population, ...]:
        return (
            Population(
                {name: f"counted.{name} is not null" for name in columns},
                source=f"{fact} as counted",
                columns=(
                    *(f"counted.{code}", "counted.agency_code"),
                    *(f"counted.{name}" for name in columns),
                    *("counted.source_document", *(f"counted.{name}" for name in LINEAGE)),
                ),
                unit=unit,
                measures={name: f"any_value({name})" for name in columns},
                is_whole=True,
            ),
        )

    return populations


CARRIED: Mapping[str, Mart] = {
    "review.mart_review__plan_tasks": Mart(
        ("province_code", "year", "lead_agency_code"), plan_tasks, required=("year",)
    ),
    "review.mart_review__incidents": Mart(
        ("period_code", "province_code", *INCIDENT_KEYS), incidents
    ),
    "review.mart_review__ratings": Mart(
        ("period_code", "province_code", "agency_code", "criterion_code", "rating_code"),
        ratings,
        required=("period_code", "criterion_code"),
    ),
    "review.mart_review__steps": Mart(
        ("period_code", "province_code", "agency_code", "procedure_code", "step_kind_code"),
        steps,
        required=("period_code", "step_kind_code"),
    ),
    "review.mart_review__indices": Mart(
        ("province_code", "agency_code", "index_code", "component_code", "year"),
        carried_values(
            "core.fct_indices", "index_code", "index values", ("value", "rank", "rank_of")
        ),
        required=("year",),
    ),
    "review.mart_review__counter_surveys": Mart(
        ("period_code", "province_code", "agency_code", "item_code"), counter_surveys
    ),
    "review.mart_review__reform_figures": Mart(
        ("province_code", "figure_code", "agency_code", "period_code"),
        carried_values(
            "core.fct_reform_figures", "figure_code", "self-reported figures", ("value",)
        ),
        required=("figure_code", "period_code"),
    ),
}
"""Marts of rows that are no dossiers."""
