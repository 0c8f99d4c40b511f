"""What form II.06 as typed, our own count and the national portal's list each count, and why."""

from collections.abc import Mapping

from motcua.explain.agenda import OF_DOSSIER
from motcua.explain.populations import (
    DEFAULT_RULE,
    DOSSIER_COLUMNS,
    DOSSIERS_IN_PERIODS,
    LINEAGE,
    PENDING,
    RESOLVED,
    ROWS,
    Keys,
    Mart,
    Population,
    handling_conditions,
)
from motcua.explain.scoring import SENT
from motcua.sql import quoted

FORM_COLUMNS = {
    "3": "received_count",
    "4": "received_online_count",
    "5": "received_other_count",
    "6": "carried_over_count",
    "7": "resolved_count",
    "8": "resolved_early_count",
    "9": "resolved_on_time_count",
    "10": "resolved_overdue_count",
    "11": "pending_count",
    "12": "pending_in_due_count",
    "13": "pending_overdue_count",
}
"""The numbered columns of form II.06 and the counts that they are."""
PLACE = ("period_code", "province_code", "agency_code", "field_code")
NO_COLUMN = {"column_no": None, "nearest_rule_code": None}
TYPED = "core.fct_reported_totals"
TYPED_COLUMNS = (
    *("counted.form_code", "counted.locality_code", "counted.agency_code", "counted.field_code"),
    *("counted.column_no", "counted.value", *(f"counted.{name}" for name in LINEAGE)),
)
LATE = (
    "(select min(v.valid_from) from core.fct_dossier_versions as v "
    "where v.dossier_key = counted.dossier_key) > "
    f"(select max(t._exported_at) from {TYPED} as t where t.form_code = 'II.06' "
    "and t.period_code = counted.period_code and t.agency_code = counted.agency_code)"
)
DIFFERENCES = (
    "review.mart_review__portal_differences as counted\n"
    f"{OF_DOSSIER}\n"
    "left join core.fct_portal_dossiers as listed\n"
    "    on counted.dossier_key = listed.dossier_key and listed.system_code = 'national_portal'"
)
LISTED = """(
    select coalesce(listed.dossier_key, ours.dossier_key) as dossier_key,
        coalesce(listed.dossier_code, dossiers.dossier_code) as dossier_code,
        coalesce(listed.locality_code, ours.locality_code) as locality_code,
        coalesce(listed.province_code, ours.province_code) as province_code,
        coalesce(listed.period_code, ours.period_code) as period_code,
        coalesce(ours.agency_code, dossiers.agency_code, 'unknown') as agency_code,
        coalesce(ours.field_code, dossiers.field_code, 'unknown') as field_code,
        listed.status_code, listed.received_date, listed.due_date, listed.closing_date,
        listed.start_date, listed.known_to_date,
        coalesce(ours.ii06_outcome_code, 'not_counted') as ii06_outcome_code,
        coalesce(ours.received_in_period_count = 1, false) as is_received,
        coalesce(listed._delivery_id, dossiers._delivery_id) as _delivery_id,
        coalesce(listed._source_file, dossiers._source_file) as _source_file,
        coalesce(listed._source_row, dossiers._source_row) as _source_row
    from (
        select shown.*, p.period_code, p.start_date, p.known_to_date
        from core.fct_portal_dossiers as shown
        inner join core.dim_review_periods as p on shown.province_code = p.province_code
        where shown.system_code = 'national_portal' and p.period_code = {period}
    ) as listed
    full join (select * from core.fct_dossier_periods where period_code = {period}) as ours
        on listed.dossier_key = ours.dossier_key and listed.period_code = ours.period_code
    left join core.fct_dossiers as dossiers
        on coalesce(listed.dossier_key, ours.dossier_key) = dossiers.dossier_key
) as counted"""
LISTED_COLUMNS = (
    *("counted.dossier_code", "counted.locality_code", "counted.status_code"),
    *("counted.received_date", "counted.due_date", "counted.closing_date"),
    *("counted.ii06_outcome_code", *(f"counted.{name}" for name in LINEAGE)),
)
_KNOWN = (
    "counted.status_code not in ('1', '3') and counted.received_date <= counted.known_to_date "
    "and (counted.received_date >= counted.start_date or counted.closing_date is null "
    "or counted.closing_date >= counted.start_date)"
)
_CLOSED = f"{_KNOWN} and coalesce(counted.closing_date <= counted.known_to_date, false)"
_OPEN = f"{_KNOWN} and coalesce(counted.closing_date > counted.known_to_date, true)"
_JUDGED = f"{_CLOSED} and counted.status_code <> '7' and counted.due_date is not null"
_EARLY = f"{_JUDGED} and counted.closing_date < counted.due_date"
_OVERDUE = f"{_JUDGED} and counted.closing_date > counted.due_date"
_PAST_DUE = f"{_OPEN} and coalesce(counted.due_date < counted.known_to_date, false)"
ON_PORTAL = {
    "3": _KNOWN,
    "6": f"{_KNOWN} and counted.received_date < counted.start_date",
    "7": _CLOSED,
    "8": _EARLY,
    "9": f"{_CLOSED} and not ({_EARLY}) and not ({_OVERDUE})",
    "10": _OVERDUE,
    "11": _OPEN,
    "12": f"{_OPEN} and not ({_PAST_DUE})",
    "13": _PAST_DUE,
}
"""Form II.06 on the portal's own days and state; how a dossier came in its list does not say."""


def reconciliation(keys: Keys) -> tuple[Population, ...]:
    number = keys["column_no"]
    count = FORM_COLUMNS.get(number)
    rule = keys.get("nearest_rule_code", DEFAULT_RULE)
    ours, nearest = (
        handling_conditions({"rule_code": code})[count] if count else "false"
        for code in (DEFAULT_RULE, rule)
    )
    return (
        Population(
            {"reported_count": "counted.form_code = 'II.06'"},
            source=f"{TYPED} as counted",
            places={"nearest_rule_code": None},
            columns=TYPED_COLUMNS,
            unit="typed cells",
            measures={"reported_count": "sum(value)"},
            is_whole=True,
        ),
        Population(
            {
                "recomputed_count": ours,
                "late_arrival_count": f"({ours}) and {LATE}",
                "portal_compared_count": f"({ours}) and {SENT.format('portal_dossiers')}",
            },
            places=NO_COLUMN,
            is_whole=True,
        ),
        Population(
            {"rule_gap_dossiers": f"({ours}) <> ({nearest})"},
            places=NO_COLUMN,
            columns=(*DOSSIER_COLUMNS, f"case when {nearest} then 1 else -1 end as weight"),
            measures={"rule_gap_dossiers": "coalesce(sum(weight), 0)"},
            is_whole=True,
        ),
        _of_typed(number, ours, nearest),
        _of_portal(number, keys),
        _of_differences(number),
    )


def portal_differences(keys: Keys) -> tuple[Population, ...]:
    """A dossier of a locality that sent the list which the two sides count otherwise."""
    theirs = (
        f"case when {_EARLY} then 'early' when {_OVERDUE} then 'overdue' "
        f"when {_CLOSED} then 'on_time' when {_PAST_DUE} then 'past_due' "
        f"when {_OPEN} then 'in_due' else 'not_counted' end"
    )
    received = "coalesce(counted.received_date >= counted.start_date, false)"
    differs = (
        f"(counted.ii06_outcome_code <> {theirs} or (counted.ii06_outcome_code <> 'not_counted' "
        f"and counted.is_received <> {received}))"
    )
    return (
        Population(
            {ROWS: f"{SENT.format('portal_dossiers')} and {differs}"},
            source=LISTED.format(period=quoted(keys["period_code"])),
            places={"outcome_code": "counted.ii06_outcome_code"},
            columns=LISTED_COLUMNS,
        ),
    )


def _of_typed(number: str, ours: str, nearest: str) -> Population:
    """What is typed less what is counted, each row with its weight in the gap."""
    place = ", ".join(f"counted.{name}" for name in PLACE)
    lineage = ", ".join(f"{{0}}.{name}" for name in LINEAGE)
    dossiers = (
        f"select {place}, {{what}} as what_code, dossiers.dossier_code as code, "
        f"dossiers.locality_code, {{weight}} as weight, {lineage.format('dossiers')} "
        f"from {DOSSIERS_IN_PERIODS}\nwhere {{where}}"
    )
    parts = [
        f"select {place}, 'typed' as what_code, counted.form_code as code, counted.locality_code, "
        f"counted.value as weight, {lineage.format('counted')} from {TYPED} as counted\n"
        f"where counted.form_code = 'II.06' and counted.column_no = {number}",
        dossiers.format(what="'counted'", weight=-1, where=ours),
        dossiers.format(what="'counted by nearest rule'", weight=-1, where=nearest),
        dossiers.format(what="'arrived after the form'", weight=1, where=f"({ours}) and {LATE}"),
    ]
    union = "\nunion all\n".join(parts)
    return Population(
        {
            "reported_gap_dossiers": "counted.what_code in ('typed', 'counted')",
            "reported_unexplained_dossiers": "counted.what_code <> 'counted'",
        },
        source=f"({union}) as counted",
        places=NO_COLUMN,
        columns=(
            *("counted.code", "counted.locality_code", "counted.what_code", "counted.weight"),
            *(f"counted.{name}" for name in LINEAGE),
        ),
        unit="typed cells and dossiers",
        measures=dict.fromkeys(
            ("reported_gap_dossiers", "reported_unexplained_dossiers"), "sum(weight)"
        ),
        is_whole=True,
    )


def _of_portal(number: str, keys: Keys) -> Population:
    return Population(
        {"portal_count": f"{ON_PORTAL.get(number, 'false')} and {SENT.format('portal_dossiers')}"},
        source=LISTED.format(period=quoted(keys["period_code"])),
        places=NO_COLUMN,
        columns=LISTED_COLUMNS,
        unit="lines of the portal's list",
        is_whole=True,
    )


def _of_differences(number: str) -> Population:
    """Dossiers that stand in the column of one side only, by what explains them."""
    ours = form_condition(number, "counted.outcome_code", "counted.is_received_in_period")
    theirs = form_condition(
        number, "counted.portal_outcome_code", "counted.is_portal_received_in_period"
    )
    moved = f"({ours}) <> ({theirs})"
    other = "counted.reason_code not in ('portal_lacks', 'only_on_portal', 'unexplained')"
    weighted = ("portal_gap_dossiers", "portal_unexplained_dossiers")
    return Population(
        {
            "portal_gap_dossiers": moved,
            "portal_unexplained_dossiers": f"{moved} and counted.reason_code = 'unexplained'",
            "portal_lacks_count": f"{moved} and counted.reason_code = 'portal_lacks'",
            "only_on_portal_count": f"{moved} and counted.reason_code = 'only_on_portal'",
            "added_by_portal_count": f"{moved} and {other} and {theirs}",
            "removed_by_portal_count": f"{moved} and {other} and {ours}",
        },
        source=DIFFERENCES,
        places=NO_COLUMN,
        columns=(
            "coalesce(dossiers.dossier_code, listed.dossier_code) as dossier_code",
            *("counted.locality_code", "counted.outcome_code", "counted.portal_outcome_code"),
            *("counted.reason_code", f"case when {theirs} then 1 else -1 end as weight"),
            *(f"coalesce(dossiers.{name}, listed.{name}) as {name}" for name in LINEAGE),
        ),
        measures=dict.fromkeys(weighted, "coalesce(sum(weight), 0)"),
        is_whole=True,
    )


def form_condition(number: str, outcome: str, received: str) -> str:
    """Whether a dossier of an outcome stands in a numbered column, but for how it came in."""
    conditions = {
        "3": f"{outcome} <> 'not_counted'",
        "6": f"{outcome} <> 'not_counted' and not {received}",
        "7": f"{outcome} {RESOLVED}",
        "8": f"{outcome} = 'early'",
        "9": f"{outcome} = 'on_time'",
        "10": f"{outcome} = 'overdue'",
        "11": f"{outcome} {PENDING}",
        "12": f"{outcome} = 'in_due'",
        "13": f"{outcome} = 'past_due'",
    }
    return f"({conditions.get(number, 'false')})"


RECONCILING: Mapping[str, Mart] = {
    "review.mart_review__reconciliation": Mart(
        (*PLACE, "column_no"),
        reconciliation,
        required=("period_code", "column_no"),
        told_by_row=("nearest_rule_code",),
    ),
    "review.mart_review__portal_differences": Mart(
        (*PLACE, "outcome_code", "dossier_key"), portal_differences
    ),
}
"""Marts of the three counts."""
