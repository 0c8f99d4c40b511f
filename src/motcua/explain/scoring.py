"""What the components of decision 766 count, for a scope, and what misses them.

Each component is said again on dossiers, petitions or procedures; the marts read sums of them.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

from motcua.explain.agenda import (
    OVERDUE_PLACES,
    RECEIVED,
    RESOLVED_DOSSIER,
    channel_conditions,
    petition_conditions,
    petitions,
)
from motcua.explain.populations import (
    DOSSIER_COLUMNS,
    LINEAGE,
    NO_DUPLICATE,
    OVERDUE,
    Keys,
    Mart,
    Population,
    digitisation_conditions,
    handling_conditions,
    rate,
)
from motcua.explain.register import of_register
from motcua.sql import quoted

COUNTS = ("numerator_count", "denominator_count", "unknown_count")
SCORECARD_KEYS = (
    *("version_code", "period_code", "province_code", "scope_code", "level_code"),
    *("agency_code", "component_code"),
)
SENT = (
    "exists (select 1 from quality.fct_deliveries as sent "
    "inner join quality.fct_delivery_datasets as datasets "
    "on sent.delivery_id = datasets.delivery_id "
    "inner join core.dim_review_periods as p on sent.province_code = p.province_code "
    "where sent.locality_code = counted.locality_code and p.period_code = counted.period_code "
    "and datasets.dataset_code = '{}' and sent.state_code <> 'refused' "
    "and cast(sent.exported_at as date) >= p.known_to_date)"
)
"""Whether the locality sent a dataset after the period was over: only then is no row no case."""
DISLIKED = (
    "exists (select 1 from core.fct_ratings as rated "
    "inner join core.dim_review_periods as p on rated.province_code = p.province_code "
    "where rated.dossier_key = counted.dossier_key and p.period_code = counted.period_code "
    "and cast(rated.rated_at as date) between p.start_date and p.known_to_date "
    "and rated.rating_code in ('not_satisfied', 'dissatisfied', 'very_dissatisfied'))"
)
ON_LIST = (
    "exists (select 1 from core.fct_portal_dossiers as listed "
    "where listed.dossier_key = counted.dossier_key "
    "and listed.system_code = 'national_portal' "
    "and listed.received_date between p.start_date and p.known_to_date)"
)
LISTED = f"""(
    select counted.dossier_key, counted.period_code, counted.province_code, counted.locality_code,
        counted.agency_code, counted.level_code, counted.field_code,
        case when {ON_LIST} then 'on both' else 'only with us' end as side_code
    from core.fct_dossier_periods as counted
    inner join core.dim_review_periods as p
        on counted.province_code = p.province_code and counted.period_code = p.period_code
    where {RECEIVED} and p.period_code = {{period}}
    union all
    select listed.dossier_key, p.period_code, listed.province_code, listed.locality_code,
        'unknown' as agency_code, 'unknown' as level_code, 'unknown' as field_code,
        'only on the list' as side_code
    from core.fct_portal_dossiers as listed
    inner join core.dim_review_periods as p
        on listed.province_code = p.province_code
        and listed.received_date between p.start_date and p.known_to_date
    where listed.system_code = 'national_portal' and p.period_code = {{period}}
        and not exists (
            select 1 from core.fct_dossier_periods as d
            where d.dossier_key = listed.dossier_key and d.period_code = p.period_code
                and d.received_in_period_count = 1
        )
        and {NO_DUPLICATE.format("listed")}
) as counted
left join core.fct_dossiers as dossiers on counted.dossier_key = dossiers.dossier_key
left join core.fct_portal_dossiers as shown
    on counted.side_code = 'only on the list' and counted.dossier_key = shown.dossier_key
    and shown.system_code = 'national_portal'"""
LISTED_COLUMNS = (
    "coalesce(dossiers.dossier_code, shown.dossier_code) as dossier_code",
    *("counted.locality_code", "counted.agency_code", "counted.side_code"),
    *(f"coalesce(dossiers.{name}, shown.{name}) as {name}" for name in LINEAGE),
)
ONLINE_SERVICE = "counted.service_grade_code in ('full', 'partial')"
UNKNOWN_GRADE = "counted.service_grade_code = 'unknown'"
COMPONENTS = """review.dim_scorecard_components as counted
inner join core.dim_periods as periods
    on counted.valid_from <= periods.end_date
    and coalesce(counted.valid_to >= periods.end_date, true)"""


def scope_places(scope: str, level: str, agency: str) -> dict[str, str | None]:
    """Give where level and agency of a cell's scope stand; a wider scope asks neither."""
    return {
        **dict.fromkeys(("version_code", "scope_code", "component_code")),
        "level_code": None if scope == "province" else level,
        "agency_code": agency if scope == "agency" else None,
    }


def scorecard(keys: Keys) -> tuple[Population, ...]:
    component = keys["component_code"]
    make = OTHER_COMPONENTS.get(component)
    if make:
        return make(keys)
    columns, measures = DOSSIER_COLUMNS, {}
    if component in DISTINCT:
        named, known = DISTINCT[component]
        columns = (*columns, f"{named} as member_code", f"{known} is not null as is_known")
        measures = dict.fromkeys(COUNTS[:2], "count(distinct member_code)") | {
            "unknown_count": "count(distinct member_code) "
            "- count(distinct member_code) filter (where is_known)"
        }
    conditions = DOSSIER_COMPONENTS.get(component, dict.fromkeys(COUNTS, "false"))
    places = scope_places(keys["scope_code"], "counted.level_code", "counted.agency_code")
    return (
        Population(conditions, places=places, columns=columns, measures=measures, is_whole=True),
    )


def points(keys: Keys) -> tuple[Population, ...]:
    """The province's counts are the scorecard's; what misses belongs to one member of a scope."""
    province = {**keys, "scope_code": "province"}
    asked = {"member_code": None, "scope_code": None}
    whole = tuple(
        replace(
            one,
            conditions={name: one.conditions[name] for name in COUNTS[:2]},
            places={**one.places, **asked},
        )
        for one in scorecard(province)
    )
    return (*whole, _missed(keys))


def scorecard_groups(keys: Keys) -> tuple[Population, ...]:
    scored = " and ".join(
        f"c.{name} = {quoted(keys.get(name, ''))}"
        for name in ("period_code", "province_code", "scope_code", "level_code", "agency_code")
    )
    group = "true"
    if keys["display_group_code"] != "total":
        group = f"counted.display_group_code = {quoted(keys['display_group_code'])}"
    group = f"{group} and counted.max_score > 0"
    has_score = (
        f"exists (select 1 from core.fct_scorecard_counts as c where {scored} "
        "and c.component_code = counted.component_code and (c.denominator_count > 0 "
        "or (c.unknown_count = 0 and counted.zero_rule_code in ('full', 'zero'))))"
    )
    ignored = (*SCORECARD_KEYS[2:6], "display_group_code")
    return (
        Population(
            {"component_count": group, "scored_component_count": f"{group} and {has_score}"},
            source=COMPONENTS,
            places={"period_code": "periods.period_code", **dict.fromkeys(ignored)},
            columns=(
                *("counted.component_code", "counted.display_group_code"),
                *("counted.component_name", "counted.max_score", "counted.source_document"),
            ),
            unit="components",
            is_whole=True,
        ),
    )


def _missed(keys: Keys) -> Population:
    """Give what misses the component, of a field, an agency, a cause or the province."""
    component, scope = keys["component_code"], keys["scope_code"]
    member = MEMBERS.get(scope)
    (whole, *_) = scorecard({**keys, "scope_code": "province"})
    places = {**whole.places, "scope_code": None, "member_code": member}
    if component in PETITION_COMPONENTS and member:
        places["member_code"] = member.replace("counted.", "dossiers.")
    met, known = (f"({whole.conditions[name]})" for name in COUNTS[:2])
    missed, measures = f"{known} and ({met}) is not true", {}
    if component == "progress":
        missed = f"counted.qd766_outcome_code {OVERDUE}"
    elif component == "dossier_sync":
        missed = f"{known} and counted.side_code = 'only with us'"
    elif component == "dossier_satisfaction":
        missed, places["member_code"], measures = _deducted(scope, keys, known, member)
    return replace(whole, conditions={"missed_count": missed}, places=places, measures=measures)


def _deducted(
    scope: str, keys: Keys, known: str, member: str | None
) -> tuple[str, str | None, dict[str, str]]:
    """What is taken off satisfaction; by cause, a bad rating is a part of its own."""
    overdue, disliked = (
        f"count(*) filter (where {name})" for name in ("is_overdue", "is_disliked")
    )
    if scope != "cause":
        return known, member, {"missed_count": f"{overdue} + {disliked}"}
    if keys.get("member_code") == "disliked":
        return known, None, {"missed_count": disliked}
    return known, member, {"missed_count": overdue}


def _synchronised(keys: Keys) -> tuple[Population, ...]:
    sent = SENT.format("portal_dossiers")
    return (
        Population(
            {
                "numerator_count": f"{sent} and counted.side_code = 'on both'",
                "denominator_count": sent,
                "unknown_count": f"counted.side_code <> 'only on the list' and not {sent}",
            },
            source=LISTED.format(period=quoted(keys["period_code"])),
            places=scope_places(keys["scope_code"], "counted.level_code", "counted.agency_code"),
            columns=LISTED_COLUMNS,
            measures={
                "denominator_count": "greatest(count(*) filter (where side_code <> "
                "'only on the list'), count(*) filter (where side_code <> 'only with us'))"
            },
            is_whole=True,
        ),
    )


def _satisfied(keys: Keys) -> tuple[Population, ...]:
    sent = SENT.format("ratings")
    received = handling_conditions({})["received_count"]
    return (
        Population(
            {
                "numerator_count": f"{received} and {sent}",
                "denominator_count": f"{received} and {sent}",
                "unknown_count": f"{received} and not {sent}",
            },
            places=scope_places(keys["scope_code"], "counted.level_code", "counted.agency_code"),
            columns=(
                *DOSSIER_COLUMNS,
                f"counted.ii06_outcome_code {OVERDUE} as is_overdue",
                f"{DISLIKED} as is_disliked",
            ),
            measures={
                "numerator_count": "greatest(count(*) - count(*) filter (where is_overdue) "
                "- count(*) filter (where is_disliked), 0)"
            },
            is_whole=True,
        ),
    )


def _registered(conditions: Callable[[Keys], Mapping[str, str]]):
    """Every district and commune has all procedures of its level; no agency owns one."""

    def populations(keys: Keys) -> tuple[Population, ...]:
        places = scope_places(keys["scope_code"], "counted.competence_level_code", "")
        places["agency_code"] = None
        return (of_register(conditions(keys), places=places, is_whole=True),)

    return populations


def _used(keys: Keys, condition: str) -> str:
    """Whether a dossier of the procedure, within the scope of the cell, is so."""
    scope, within = keys["scope_code"], ""
    if scope != "province":
        within += f" and d.level_code = {quoted(keys.get('level_code', ''))}"
    if scope == "agency":
        within += f" and d.agency_code = {quoted(keys.get('agency_code', ''))}"
    return (
        "exists (select 1 from core.fct_dossier_periods as d "
        "inner join core.fct_dossiers as one on d.dossier_key = one.dossier_key "
        "where d.province_code = counted.province_code and d.period_code = counted.period_code "
        f"and d.procedure_code = counted.procedure_code and d.received_in_period_count = 1{within} "
        f"and {condition})"
    )


def _with_dossiers(keys: Keys) -> dict[str, str]:
    online = _used(keys, "one.channel_code = 'online'")
    return rate("true", f"{ONLINE_SERVICE} and {online}", ONLINE_SERVICE, UNKNOWN_GRADE)


def _paid(keys: Keys) -> dict[str, str]:
    paid = _used(keys, "one.has_fee and one.is_online_paid")
    unknown = _used(keys, "(one.has_fee is null or (one.has_fee and one.is_online_paid is null))")
    return rate(
        "true",
        f"counted.has_fee and {paid}",
        f"counted.has_fee and ({paid} or not {unknown})",
        f"(counted.has_fee is null or (not {paid} and {unknown}))",
    )


def _told(population: str, fact: str) -> Callable[[Keys], dict[str, str]]:
    return lambda _keys: rate(population, fact, f"{fact} is not null", f"{fact} is null")


def _of_petitions(names: tuple[str, str, str]):
    def populations(keys: Keys) -> tuple[Population, ...]:
        conditions = {**petition_conditions(), "none": "false"}
        (whole,) = petitions(keys)
        places = scope_places(keys["scope_code"], "dossiers.level_code", "dossiers.agency_code")
        found = {column: conditions[name] for column, name in zip(COUNTS, names, strict=True)}
        return (replace(whole, conditions=found, places=places, is_whole=True),)

    return populations


FACTS = {
    "stored_results": "dossiers.is_result_in_personal_store",
    "population_connected_dossiers": "dossiers.is_population_data_connected",
    "certified_e_copies": "dossiers.has_certified_e_copy",
    "population_connected_procedures": "dossiers.is_population_data_connected",
}
DISTINCT = {
    "certified_e_copies": ("counted.agency_code", FACTS["certified_e_copies"]),
    "population_connected_procedures": (
        "counted.procedure_code",
        FACTS["population_connected_procedures"],
    ),
}
"""Components that count agencies and procedures with such a dossier."""
DOSSIER_COMPONENTS: Mapping[str, Mapping[str, str]] = {
    "progress": {
        "numerator_count": handling_conditions({"rule_code": "qd766"})["rate_numerator_count"],
        "denominator_count": handling_conditions({"rule_code": "qd766"})["rate_denominator_count"],
        "unknown_count": "false",
    },
    "online_dossiers": rate(RECEIVED, "dossiers.channel_code = 'online'", "true", "false"),
    "dossiers_paid_online": channel_conditions({"metric_code": "paid_online"}),
    **{
        component: digitisation_conditions({"metric_code": metric})
        for component, metric in {
            "electronic_results": "result_electronic",
            "digitised_dossiers": "input_and_result_digitised",
            "reused_data": "data_reused",
        }.items()
    },
    **{
        component: rate(RESOLVED_DOSSIER, fact, f"{fact} is not null", f"{fact} is null")
        for component, fact in FACTS.items()
        if component not in DISTINCT
    },
    # Of agencies and procedures nothing is known where no dossier of theirs says so.
    **{
        component: rate(RESOLVED_DOSSIER, fact, f"{fact} is not null", "true")
        for component, (_, fact) in DISTINCT.items()
    },
}
PETITION_COMPONENTS = {
    "petitions_on_time": COUNTS,
    "petition_satisfaction": ("petition_satisfied_count", "petition_rated_count", "none"),
}
ACCEPTS = "counted.accepts_online_payment"
OTHER_COMPONENTS: Mapping[str, Callable[[Keys], tuple[Population, ...]]] = {
    "dossier_sync": _synchronised,
    "dossier_satisfaction": _satisfied,
    "online_services": _registered(
        lambda _keys: rate(
            "true", ONLINE_SERVICE, "counted.service_grade_code <> 'unknown'", UNKNOWN_GRADE
        )
    ),
    "services_with_dossiers": _registered(_with_dossiers),
    "procedures_paid_online": _registered(_paid),
    "procedures_accepting_payment": _registered(
        lambda _keys: rate(
            "true",
            f"counted.has_fee and {ACCEPTS}",
            f"counted.has_fee and {ACCEPTS} is not null",
            f"(counted.has_fee is null or (counted.has_fee and {ACCEPTS} is null))",
        )
    ),
    "publish_on_time": _registered(
        _told("counted.is_announced_in_period", "counted.is_announced_on_time")
    ),
    "public_update_on_time": _registered(
        _told("counted.is_publicised_in_period", "counted.is_publicised_on_time")
    ),
    "public_content_full": _registered(_told("true", "counted.is_content_complete")),
    **{component: _of_petitions(names) for component, names in PETITION_COMPONENTS.items()},
}
MEMBERS = {
    "field": "counted.field_code",
    "agency": "counted.agency_code",
    "cause": OVERDUE_PLACES["overdue_cause_code"],
}
SCORING: Mapping[str, Mart] = {
    "review.mart_review__scorecard": Mart(
        SCORECARD_KEYS, scorecard, required=("period_code", "scope_code", "component_code")
    ),
    "review.mart_review__scorecard_groups": Mart(
        (*SCORECARD_KEYS[:-1], "display_group_code"),
        scorecard_groups,
        required=("period_code", "scope_code", "display_group_code"),
    ),
    "review.mart_review__points": Mart(
        (*SCORECARD_KEYS[:3], "component_code", "scope_code", "member_code"),
        points,
        required=("period_code", "component_code", "scope_code"),
    ),
}
"""Marts of the scorecard."""
