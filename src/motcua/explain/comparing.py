"""What the marts that hold counts side by side count: maps, agencies, rule sets, sealed packs."""

from collections.abc import Mapping

from motcua.explain.agenda import LEVEL_OF, OWNER_COLUMN
from motcua.explain.populations import (
    DEFAULT_RULE,
    DOSSIER_COLUMNS,
    DOSSIERS_IN_PERIODS,
    HANDLING_KEYS,
    LINEAGE,
    PENDING,
    PLACE_KEYS,
    RESOLVED,
    ROWS,
    Keys,
    Mart,
    Population,
    handling_conditions,
    outcome_column,
)
from motcua.sql import quoted

ON_CURRENT_MAP = (
    f"{DOSSIERS_IN_PERIODS}\n"
    "left join core.dim_agencies as agencies on counted.agency_code = agencies.agency_code\n"
    "left join core.dim_agencies as heirs\n"
    "    on agencies.current_agency_code = heirs.agency_code\n"
    "    and agencies.current_agency_code <> agencies.agency_code"
)
CURRENT_PLACES = {
    "agency_code": "coalesce(agencies.current_agency_code, counted.agency_code)",
    "province_code": "coalesce(heirs.province_code, counted.province_code)",
    "level_code": "coalesce(heirs.level_code, counted.level_code)",
    "succession_state_code": (
        "case when agencies.succession_state_code in ('split', 'dissolved') "
        "then agencies.succession_state_code else 'current' end"
    ),
}
RANKED_FROM = 30
RESTATED = (
    "core.fct_restatements as counted\n"
    "left join core.fct_dossiers as dossiers on counted.dossier_key = dossiers.dossier_key"
)
MEASURED = {
    "received": "<> 'not_counted'",
    "resolved": RESOLVED,
    "resolved_early": "= 'early'",
    "resolved_on_time": "= 'on_time'",
    "resolved_overdue": "= 'overdue'",
    "pending": PENDING,
    "pending_in_due": "= 'in_due'",
    "pending_overdue": "= 'past_due'",
}
"""The figures of a sealed pack that are held against today, by the outcomes that they count."""


def handling_current_map(keys: Keys) -> tuple[Population, ...]:
    return (Population(handling_conditions(keys), source=ON_CURRENT_MAP, places=CURRENT_PLACES),)


def comparison(keys: Keys) -> tuple[Population, ...]:
    conditions = handling_conditions({})
    resolved = conditions["resolved_count"]
    level, own = (
        f"coalesce({LEVEL_OF.format(agency)}, 'unknown')"
        for agency in ("counted.agency_code", quoted(keys.get("agency_code", "")))
    )
    of_place = " and ".join(
        f"peers.{name} = {quoted(keys.get(name, ''))}" for name in ("period_code", "province_code")
    )
    is_ranked = (
        "counted.agency_code in (select peers.agency_code from core.fct_dossier_periods as peers "
        f"where {of_place} and peers.ii06_outcome_code {RESOLVED} "
        f"group by peers.agency_code having count(*) >= {RANKED_FROM})"
    )
    known = "counted.agency_code <> 'unknown'"
    return (
        Population(
            {
                "numerator_count": f"{known} and {conditions['rate_numerator_count']}",
                "denominator_count": f"{known} and {resolved}",
            }
        ),
        Population(
            {"rank_of": f"{known} and {resolved} and {level} = {own} and {is_ranked}"},
            places={"agency_code": None},
            columns=(*DOSSIER_COLUMNS, OWNER_COLUMN),
            measures={"rank_of": "count(distinct owner_agency_code)"},
            is_whole=True,
        ),
    )


def transfers(_keys: Keys) -> tuple[Population, ...]:
    moved = "counted.taken_over_from_agency_code is not null"
    conditions = handling_conditions({})
    names = ("carried_over_count", "received_in_period_count", "resolved_count", "pending_count")
    return (
        Population(
            {
                "transferred_count": moved,
                **{name: f"{moved} and {conditions[name]}" for name in names},
            },
            places={
                "from_agency_code": "counted.taken_over_from_agency_code",
                "to_agency_code": "counted.agency_code",
            },
        ),
    )


def rule_differences(keys: Keys) -> tuple[Population, ...]:
    base, other = outcome_column(DEFAULT_RULE), outcome_column(keys["rule_code"])
    return (
        Population(
            {ROWS: differ(base, other)},
            places={"base_outcome_code": base, "outcome_code": other},
        ),
    )


def rule_points(keys: Keys) -> tuple[Population, ...]:
    base, other = keys["base_rule_code"], keys["rule_code"]
    conditions = {"flipped_count": differ(outcome_column(base), outcome_column(other))}
    for prefix, rule in {"base_": base, "": other}.items():
        of_rule = handling_conditions({"rule_code": rule})
        for name in ("numerator_count", "denominator_count"):
            conditions[f"{prefix}{name}"] = of_rule[f"rate_{name}"]
    return (Population(conditions, places={"base_rule_code": None}),)


def restatements(keys: Keys) -> tuple[Population, ...]:
    measure = keys["measure_code"]
    if measure == "received_in_period":
        then, now = (
            f"coalesce(counted.{name}, false)"
            for name in ("is_sealed_as_received_in_period", "is_received_in_period")
        )
    else:
        then, now = (
            f"counted.{name} {MEASURED[measure]}" if measure in MEASURED else "false"
            for name in ("sealed_outcome_code", "outcome_code")
        )
    return (
        Population(
            {
                "added_count": f"{now} and not {then}",
                "removed_count": f"{then} and not {now}",
                "dossier_count": "true",
            },
            source=RESTATED,
            places={"measure_code": None},
            columns=(
                *("counted.dossier_code", "counted.locality_code", "counted.agency_code"),
                *("counted.reason_code", "counted.changed_columns", "counted.sealed_outcome_code"),
                *("counted.outcome_code", *(f"dossiers.{name}" for name in LINEAGE)),
            ),
        ),
    )


def differ(one: str, other: str) -> str:
    """Whether two outcomes differ, early and on time taken as one."""
    early, late = (f"replace({name}, 'early', 'on_time')" for name in (one, other))
    return f"{early} <> {late}"


COMPARING: Mapping[str, Mart] = {
    "review.mart_review__handling_current_map": Mart(
        (*HANDLING_KEYS, "succession_state_code"), handling_current_map
    ),
    "review.mart_review__comparison": Mart(
        ("period_code", "province_code", "agency_code"), comparison
    ),
    "review.mart_review__transfers": Mart(
        ("period_code", "province_code", "from_agency_code", "to_agency_code"), transfers
    ),
    "review.mart_review__rule_differences": Mart(
        (
            *("rule_code", *PLACE_KEYS, "channel_code"),
            *("base_outcome_code", "outcome_code", "dossier_key"),
        ),
        rule_differences,
        required=("rule_code", "period_code"),
    ),
    "review.mart_review__rule_points": Mart(
        ("base_rule_code", "rule_code", "period_code", "province_code"),
        rule_points,
        required=("base_rule_code", "rule_code", "period_code"),
    ),
    "review.mart_review__restatements": Mart(
        ("review_code", "pack_no", "measure_code", "reason_code"),
        restatements,
        required=("review_code", "pack_no", "measure_code"),
    ),
}
"""Marts of counts side by side."""
