"""What targets and conclusions are held against: the counts of the metric that they name."""

from collections.abc import Mapping
from dataclasses import replace

from motcua.explain.agenda import channel_conditions, late_reception, petitions
from motcua.explain.carried import DONE, TASK_COLUMNS
from motcua.explain.names import UnknownNameError
from motcua.explain.populations import (
    Keys,
    Mart,
    Population,
    digitisation_conditions,
    handling_conditions,
    online_conditions,
)
from motcua.explain.register import of_register

COUNTS = ("numerator_count", "denominator_count")
SERVICE_GRADES = {"services_online": "('full', 'partial')", "services_full": "('full')"}
OF_HANDLING = {
    "resolved_in_time": ("rate_numerator_count", "rate_denominator_count"),
    "pending_overdue": ("pending_overdue_count", "pending_count"),
    "resolved_overdue": ("resolved_overdue_count", "resolved_count"),
}
TASKS = (
    "core.fct_plan_tasks as counted\n"
    "inner join core.dim_review_periods as periods\n"
    "    on counted.province_code = periods.province_code\n"
    "    and counted.year = year(periods.end_date)"
)
AGENCY = {"agency_code": "counted.agency_code", "level_code": "counted.level_code"}
NOTHING = "false"
Places = Mapping[str, str | None]


def result_of(metric: str) -> tuple[Population, Places]:
    """Give what a metric counts, and where agency and level of it stand.

    A metric that nothing measures counts nothing.
    """
    if metric in OF_HANDLING:
        conditions = handling_conditions({})
        pairs = zip(COUNTS, OF_HANDLING[metric], strict=True)
        return Population({column: conditions[name] for column, name in pairs}), AGENCY
    if metric in SERVICE_GRADES:
        grade = f"counted.service_grade_code in {SERVICE_GRADES[metric]}"
        register = of_register(dict(zip(COUNTS, (grade, "true"), strict=True)))
        return register, {"level_code": "counted.competence_level_code"}
    if metric == "plan_tasks_done":
        tasks = Population(
            dict(zip(COUNTS, (DONE, "true"), strict=True)),
            source=TASKS,
            places={"period_code": "periods.period_code"},
            columns=TASK_COLUMNS,
            unit="plan tasks",
        )
        return tasks, {"agency_code": "counted.lead_agency_code"}
    if metric == "petitions_on_time":
        (found,) = petitions({})
        return found, {name: found.places[name] for name in AGENCY}
    if metric == "late_reception":
        (found,) = late_reception({})
        return found, {"agency_code": found.places["receiving_agency_code"]}
    return Population(_of_dossiers(metric)), AGENCY


def targets(keys: Keys) -> tuple[Population, ...]:
    scope = keys["scope_code"]
    found, places = result_of(keys["metric_code"])
    asked = {
        "scope_code": None,
        "level_code": places.get("level_code", NOTHING) if scope == "level" else None,
        "agency_code": places.get("agency_code", NOTHING) if scope == "agency" else None,
    }
    return (_narrowed(found, asked),)


def conclusions(keys: Keys) -> tuple[Population, ...]:
    """A conclusion given to the province is held against all of it."""
    found, places = result_of(keys.get("metric_code", ""))
    lead = keys.get("lead_agency_code")
    is_province = lead == keys.get("province_code")
    asked = {
        **dict.fromkeys(("review_code", "position_no", "metric_code")),
        "lead_agency_code": None if is_province else places.get("agency_code", NOTHING),
    }
    return (_narrowed(found, asked),)


def _narrowed(found: Population, places: Places) -> Population:
    conditions = {name: found.conditions[name] for name in COUNTS}
    return replace(found, conditions=conditions, places={**found.places, **places}, is_whole=True)


def _of_dossiers(metric: str) -> Mapping[str, str]:
    for conditions in (online_conditions, digitisation_conditions, channel_conditions):
        try:
            return conditions({"metric_code": metric})
        except UnknownNameError:
            continue
    return dict.fromkeys(COUNTS, NOTHING)


RESULTS: Mapping[str, Mart] = {
    "review.mart_review__targets": Mart(
        (
            *("metric_code", "period_code", "province_code", "scope_code", "level_code"),
            "agency_code",
        ),
        targets,
        required=("metric_code", "period_code", "scope_code"),
    ),
    "review.mart_review__conclusions": Mart(
        ("review_code", "position_no"),
        conclusions,
        required=("review_code", "position_no"),
        told_by_row=("period_code", "province_code", "metric_code", "lead_agency_code"),
    ),
}
"""Marts that hold what was reached against what was asked."""
