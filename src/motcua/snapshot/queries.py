"""The SQL that reads one review from the published marts, names in Vietnamese order.

Every query takes the review's codes from the temporary tables ``wanted`` (one row) and
``wanted_periods`` (period_role, period_code), so no value is ever put into a text of SQL. Whose
dossiers it counts is said by the temporary macros ``in_scope(agency_code)`` and
``sends_scope(locality_code)``: the province's, or those of ``wanted.agency_code`` and what is below
it. What the marts count by no agency is read for a province alone.
"""

from collections.abc import Sequence

from motcua.snapshot.marts import (
    DUE_SOON_MEASURES,
    HANDLING_MEASURES,
    MAP_MEASURES,
    OVERDUE_MEASURES,
    PAYER_MEASURES,
    PAYMENT_MEASURES,
    PETITION_MEASURES,
    PROCEDURE_MEASURES,
    RECEPTION_MEASURES,
    TIME_CUT_MEASURES,
)
from motcua.snapshot.ranking import RANKED_FROM

LIST_LINES = 20_000
"""Dossiers that a list of a pack may name: what a workbook still opens with and a person reads."""

REVIEW = """
select
    reviews.review_code,
    reviews.review_name,
    reviews.meeting_date,
    reviews.period_code,
    reviews.previous_period_code,
    reviews.same_period_last_year_code,
    reviews.province_code,
    provinces.province_name,
    periods.period_name,
    periods.period_kind_code,
    periods.scheme_code,
    periods.start_date,
    periods.end_date,
    periods.known_to_date,
    previous.period_name as previous_period_name,
    previous.scheme_code as previous_scheme_code,
    previous.start_date as previous_start_date,
    previous.end_date as previous_end_date,
    previous.known_to_date as previous_known_to_date,
    same.period_name as same_period_name,
    same.scheme_code as same_scheme_code,
    same.start_date as same_start_date,
    same.end_date as same_end_date,
    same.known_to_date as same_known_to_date,
    builds.as_of_date,
    builds.is_simulated,
    builds.rule_code
from review.dim_reviews as reviews
inner join core.dim_periods as periods on reviews.period_code = periods.period_code
left join core.dim_periods as previous on reviews.previous_period_code = previous.period_code
left join core.dim_periods as same on reviews.same_period_last_year_code = same.period_code
left join core.dim_provinces as provinces on reviews.province_code = provinces.province_code
cross join quality.dim_builds as builds
where reviews.review_code = $review_code
"""

WANTED = """
create or replace temporary table wanted as
select
    cast($province_code as varchar) as province_code,
    cast($rule_code as varchar) as rule_code,
    cast($as_of_date as date) as as_of_date,
    cast($end_date as date) as end_date,
    cast($known_to_date as date) as known_to_date,
    cast($period_code as varchar) as period_code,
    cast($review_code as varchar) as review_code,
    cast($agency_code as varchar) as agency_code,
    cast($pack_code as varchar) as pack_code
"""

AGENCY = """
select
    agencies.agency_name,
    agencies.level_code,
    levels.level_name,
    parents.agency_name as parent_name
from core.dim_agencies as agencies
inner join wanted
    on
        agencies.agency_code = wanted.agency_code
        and agencies.province_code = wanted.province_code
left join core.dim_agencies as parents on agencies.parent_code = parents.agency_code
left join core.dim_levels as levels on agencies.level_code = levels.level_code
"""

WANTED_AGENCIES = """
create or replace temporary table wanted_agencies as
with recursive below as (
    select wanted.agency_code from wanted where wanted.agency_code is not null
    union
    select agencies.agency_code
    from core.dim_agencies as agencies
    inner join below on agencies.parent_code = below.agency_code
)
select below.agency_code from below
"""

WHOLE_SCOPE = """
create or replace temporary macro in_scope(agency) as true;
create or replace temporary macro sends_scope(locality) as true
"""

AGENCY_SCOPE = """
create or replace temporary macro in_scope(agency) as (
    agency in (select scope.agency_code from wanted_agencies as scope)
);
create or replace temporary table wanted_localities as
select dossiers.locality_code
from core.fct_dossier_periods as dossiers
inner join wanted on dossiers.province_code = wanted.province_code
where in_scope(dossiers.agency_code)
union
select dossiers.locality_code
from core.fct_dossiers as dossiers
inner join wanted on dossiers.province_code = wanted.province_code
where in_scope(dossiers.receiving_agency_code);
create or replace temporary macro sends_scope(locality) as (
    locality in (select scope.locality_code from wanted_localities as scope)
    or not exists (select 1 from wanted_localities)
)
"""
"""Who sends an agency's dossiers is who ever sent one that it received or owned; where nobody did,
it may be anyone."""

UNITS = """
select
    agencies.agency_code,
    agencies.province_code = wanted.province_code and in_scope(agencies.agency_code) as is_in_pack
from core.dim_agencies as agencies
cross join wanted
"""
"""Every agency, and whether a map of the pack may draw its unit."""

SCOPE = """
select
    agency_code,
    exists (select 1 from wanted_localities) as is_sender_known
from wanted_agencies
order by agency_code
"""

WANTED_PERIODS = """
create or replace temporary table wanted_periods as
select * from (
    values
    ('current', cast($period_code as varchar), cast($end_date as date)),
    ('previous', cast($previous_code as varchar), cast($previous_end as date)),
    ('same', cast($same_code as varchar), cast($same_end as date))
) as roles (period_role, period_code, end_date)
where period_code is not null
"""

LOCALITIES = """
select
    localities.locality_code,
    coalesce(localities.locality_name, localities.locality_code) as locality_name,
    coalesce(localities.is_expected, false) as is_expected,
    count(deliveries.delivery_id) filter (where deliveries.state_code <> 'refused') as taken_count,
    count(deliveries.delivery_id) filter (where deliveries.state_code = 'refused') as refused_count,
    -- What an office typed says nothing of dossiers: it makes no locality complete.
    max(deliveries.exported_at) filter (
        where deliveries.state_code <> 'refused' and deliveries.delivery_id in (
            select datasets.delivery_id from quality.fct_delivery_datasets as datasets
            where datasets.dataset_code = 'dossiers'
        )
    ) as last_exported_at
from core.dim_localities as localities
inner join wanted on localities.province_code = wanted.province_code
left join quality.fct_deliveries as deliveries
    on
        localities.locality_code = deliveries.locality_code
        and cast(deliveries.exported_at as date) <= wanted.as_of_date
where sends_scope(localities.locality_code)
group by localities.locality_code, localities.locality_name, localities.is_expected
order by localities.is_expected desc, coalesce(localities.locality_name, '') collate vi,
    localities.locality_code
"""

LOCALITY_DOSSIERS = """
select sent.period_role, sent.locality_code, count(*) as dossier_count
from (
    select wanted_periods.period_role, dossiers.locality_code
    from core.fct_dossier_periods as dossiers
    inner join wanted on dossiers.province_code = wanted.province_code
    inner join wanted_periods on dossiers.period_code = wanted_periods.period_code
    where dossiers.resolved_count = 1 or dossiers.received_in_period_count = 1
    union all
    select wanted_periods.period_role, duplicates.locality_code
    from core.fct_dossiers as duplicates
    inner join wanted on duplicates.province_code = wanted.province_code
    inner join wanted_periods on true
    inner join core.dim_periods as periods on wanted_periods.period_code = periods.period_code
    where
        duplicates.duplicate_of_dossier_key is not null
        and (
            duplicates.received_date between periods.start_date and periods.known_to_date
            or duplicates.closing_date between periods.start_date and periods.known_to_date
        )
) as sent
where sends_scope(sent.locality_code)
group by sent.period_role, sent.locality_code
order by sent.period_role, sent.locality_code
"""
"""Who sent dossiers of a period has sent them, also where each counts under another code."""

DELIVERIES = """
select
    deliveries.delivery_id,
    deliveries.locality_code,
    coalesce(localities.locality_name, deliveries.locality_code) as locality_name,
    deliveries.delivery_name,
    deliveries.exported_at,
    deliveries.is_simulated,
    deliveries.state_code,
    deliveries.refusal_sentence,
    deliveries.source_count,
    deliveries.accepted_count,
    deliveries.refused_count
from quality.fct_deliveries as deliveries
inner join wanted on deliveries.province_code = wanted.province_code
left join core.dim_localities as localities
    on deliveries.locality_code = localities.locality_code
where
    cast(deliveries.exported_at as date) <= wanted.as_of_date
    and sends_scope(deliveries.locality_code)
order by coalesce(localities.locality_name, deliveries.locality_code) collate vi,
    deliveries.exported_at, deliveries.delivery_id
"""

REFUSALS = """
select
    refusals.dataset_code,
    refusals.rule_code,
    min(refusals.sentence) as sentence,
    cast(sum(refusals.finding_count) as bigint) as refusal_count,
    count(distinct refusals.delivery_id) as delivery_count
from quality.fct_refusals as refusals
inner join quality.fct_deliveries as deliveries on refusals.delivery_id = deliveries.delivery_id
inner join wanted on deliveries.province_code = wanted.province_code
where
    refusals.severity_code = 'critical'
    and cast(deliveries.exported_at as date) <= wanted.as_of_date
    and sends_scope(deliveries.locality_code)
group by refusals.dataset_code, refusals.rule_code
order by sum(refusals.finding_count) desc, refusals.dataset_code, refusals.rule_code
"""

METRICS = """
select metric_code, metric_name, numerator_name, denominator_name, goal_code, definition
from review.dim_metrics
order by metric_code
"""

_SUMS = ",\n    ".join(
    f"cast(coalesce(sum(handling.{name}), 0) as bigint) as {name}" for name in HANDLING_MEASURES
)
_SCOPED_SUMS = ",\n    ".join(
    f"cast(coalesce(sum(handling.{name}) filter (where in_scope(handling.agency_code)), 0)"
    f" as bigint) as {name}"
    for name in HANDLING_MEASURES
)
_FORM_CHANNELS = {
    "received_direct_count": "= 'direct'",
    "received_postal_count": "= 'postal'",
    "received_channel_other_count": "not in ('direct', 'online', 'postal')",
}
_FORM_SUMS = ",\n    ".join(
    (
        *(
            "cast(coalesce(sum(handling.received_in_period_count) filter ("
            f"where handling.channel_code {which}), 0) as bigint) as {name}"
            for name, which in _FORM_CHANNELS.items()
        ),
        "cast(coalesce(sum(handling.pending_stopped_count), 0) as bigint) as pending_stopped_count",
    )
)
_WHOLE_HANDLING = """
from review.mart_review__handling as handling
inner join wanted
    on handling.province_code = wanted.province_code and handling.rule_code = wanted.rule_code
inner join wanted_periods on handling.period_code = wanted_periods.period_code
"""
_HANDLING = f"{_WHOLE_HANDLING.rstrip()} and in_scope(handling.agency_code)\n"

HANDLING_TOTALS = f"""
select
    wanted_periods.period_role,
    {_SCOPED_SUMS}
{_WHOLE_HANDLING}
group by wanted_periods.period_role
order by wanted_periods.period_role
"""

HANDLING_BY_AGENCY = f"""
select
    handling.level_code,
    any_value(levels.level_name) as level_name,
    handling.agency_code,
    coalesce(any_value(agencies.agency_name), handling.agency_code) as agency_name,
    any_value(parents.agency_name) as parent_name,
    {_SUMS},
    {_FORM_SUMS}
{_HANDLING}
left join core.dim_agencies as agencies on handling.agency_code = agencies.agency_code
left join core.dim_agencies as parents on agencies.parent_code = parents.agency_code
left join core.dim_levels as levels on handling.level_code = levels.level_code
where wanted_periods.period_role = 'current'
group by handling.level_code, handling.agency_code
order by
    handling.level_code,
    coalesce(any_value(agencies.agency_name), handling.agency_code) collate vi,
    coalesce(any_value(parents.agency_name), '') collate vi,
    handling.agency_code
"""

HANDLING_BY_FIELD = f"""
select
    handling.field_code,
    coalesce(any_value(fields.field_name), handling.field_code) as field_name,
    {_SUMS}
{_HANDLING}
left join core.dim_fields as fields on handling.field_code = fields.field_code
where wanted_periods.period_role = 'current'
group by handling.field_code
order by coalesce(any_value(fields.field_name), handling.field_code) collate vi, handling.field_code
"""

HANDLING_BY_CHANNEL = f"""
select
    handling.channel_code,
    coalesce(any_value(channels.channel_name), handling.channel_code) as channel_name,
    {_SUMS}
{_HANDLING}
left join core.dim_channels as channels on handling.channel_code = channels.channel_code
where wanted_periods.period_role = 'current'
group by handling.channel_code
order by handling.channel_code
"""

_MAP_SUMS = ",\n        ".join(
    f"cast(sum({counted}) as bigint) as {name}"
    for name, counted in (
        ("received_count", "handling.received_count"),
        ("resolved_count", "handling.resolved_count"),
        ("in_time_count", "handling.resolved_early_count + handling.resolved_on_time_count"),
        ("pending_count", "handling.pending_count"),
    )
)
_SIDES = ",\n    ".join(
    f"{side}_map.{name} as {side}_{name}" for side in ("then", "now") for name in MAP_MEASURES
)

HANDLING_MAPS = f"""
with then_map as (
    select
        handling.level_code,
        handling.agency_code,
        {_MAP_SUMS}
    {_HANDLING}
    where wanted_periods.period_role = 'current'
    group by handling.level_code, handling.agency_code
),

now_map as (
    select
        handling.level_code,
        handling.agency_code,
        min(handling.succession_state_code) as succession_state_code,
        {_MAP_SUMS}
    from review.mart_review__handling_current_map as handling
    inner join wanted
        on
            handling.rule_code = wanted.rule_code
            and handling.period_code = wanted.period_code
    where
        case
            when wanted.agency_code is null then handling.province_code = wanted.province_code
            else handling.agency_code in (
                select coalesce(agencies.current_agency_code, agencies.agency_code)
                from core.dim_agencies as agencies
                where in_scope(agencies.agency_code)
            )
        end
    group by handling.level_code, handling.agency_code
)

select
    coalesce(then_map.level_code, now_map.level_code) as level_code,
    levels.level_name,
    coalesce(then_map.agency_code, now_map.agency_code) as agency_code,
    coalesce(agencies.agency_name, then_map.agency_code, now_map.agency_code) as agency_name,
    parents.agency_name as parent_name,
    coalesce(heirs.agency_name, agencies.current_agency_code) as current_agency_name,
    now_map.succession_state_code,
    {_SIDES}
from then_map
full outer join now_map
    on
        then_map.agency_code = now_map.agency_code
        and then_map.level_code = now_map.level_code
left join core.dim_agencies as agencies
    on coalesce(then_map.agency_code, now_map.agency_code) = agencies.agency_code
left join core.dim_agencies as heirs on agencies.current_agency_code = heirs.agency_code
left join core.dim_agencies as parents on agencies.parent_code = parents.agency_code
left join core.dim_levels as levels
    on coalesce(then_map.level_code, now_map.level_code) = levels.level_code
order by
    level_code, agency_name collate vi, coalesce(parents.agency_name, '') collate vi, agency_code
"""
"""By today's map, the agencies of the province, or of an agency's pack those that its own are now:
an heir has all that it took over, also from elsewhere."""

DUPLICATES = """
select
    pairs.state_code,
    count(*) as pair_count,
    count(*) filter (where pairs.confidence_code = 'high') as high_count,
    count(*) filter (where pairs.confidence_code = 'medium') as medium_count,
    count(*) filter (where pairs.confidence_code = 'low') as low_count,
    count(*) filter (where pairs.confidence_code = 'none') as none_count
from quality.dim_dossier_duplicates as pairs
left join core.dim_agencies as others on pairs.other_agency_code = others.agency_code
inner join wanted on coalesce(pairs.province_code, others.province_code) = wanted.province_code
where in_scope(pairs.agency_code) or in_scope(pairs.other_agency_code)
group by pairs.state_code
order by pairs.state_code
"""

CUBE_ROWS = f"""
select
    handling.agency_code,
    handling.field_code,
    handling.level_code,
    handling.channel_code,
    {_SUMS}
{_HANDLING}
where wanted_periods.period_role = 'current'
group by
    handling.agency_code, handling.field_code, handling.level_code, handling.channel_code
order by
    handling.agency_code, handling.field_code, handling.level_code, handling.channel_code
"""

CUBE_DEFINITIONS = """
select column_name as measure_code, comment as definition
from duckdb_columns()
where
    schema_name = 'review' and table_name = 'mart_review__handling' and comment is not null
order by column_index
"""

DOSSIER_LIMIT = 10_000
"""Codes of overdue dossiers that a page carries: 200 KB; a province of a million has 3.000."""

CUBE_DOSSIERS = f"""
select
    dossiers.dossier_code,
    dossiers.agency_code,
    dossiers.field_code,
    dossiers.level_code,
    dossiers.channel_code,
    if(
        dossiers.outcome_code = 'overdue', 'resolved_overdue_count', 'pending_overdue_count'
    ) as measure_code
from review.mart_review__overdue_dossiers as dossiers
inner join wanted
    on
        dossiers.province_code = wanted.province_code
        and dossiers.period_code = wanted.period_code
where in_scope(dossiers.agency_code)
order by dossiers.overdue_working_days desc nulls last, dossiers.dossier_code,
    dossiers.dossier_key
limit {DOSSIER_LIMIT}
"""

DEADLINES = """
with pending as (
    select
        dossiers.pending_overdue_count = 1 as is_overdue,
        due.working_day_position_no - known_to.working_day_position_no as days_left
    from core.fct_dossier_periods as dossiers
    inner join wanted
        on
            dossiers.province_code = wanted.province_code
            and dossiers.period_code = wanted.period_code
    inner join core.dim_dates as known_to on wanted.known_to_date = known_to.calendar_date
    left join core.dim_dates as due on dossiers.due_date = due.calendar_date
    where dossiers.pending_count = 1 and in_scope(dossiers.agency_code)
)
select
    count(*) filter (where is_overdue) as overdue_count,
    count(days_left) filter (where is_overdue) as overdue_dated_count,
    median(-days_left) filter (where is_overdue) as overdue_median_days,
    max(-days_left) filter (where is_overdue) as overdue_longest_days
from pending
having count(*) > 0
"""

SUBMISSION_HELP = """
select dossiers.submission_help_code, count(*) as dossier_count
from core.fct_dossier_periods as counted
inner join wanted
    on
        counted.province_code = wanted.province_code
        and counted.period_code = wanted.period_code
inner join core.fct_dossiers as dossiers on counted.dossier_key = dossiers.dossier_key
where counted.received_online_count = 1 and in_scope(counted.agency_code)
group by dossiers.submission_help_code
order by dossiers.submission_help_code nulls last
"""

PROCEDURES = """
with counted as (
    select
        procedures.procedure_code,
        procedures.procedure_name,
        procedures.field_code,
        procedures.received_count,
        procedures.resolved_count,
        procedures.resolved_overdue_count,
        procedures.pending_overdue_count
    from review.mart_review__procedures as procedures
    inner join wanted
        on
            procedures.province_code = wanted.province_code
            and procedures.period_code = wanted.period_code
    where wanted.agency_code is null
    union all
    select
        dossiers.procedure_code,
        procedures.procedure_name,
        dossiers.field_code,
        dossiers.received_count,
        dossiers.resolved_count,
        dossiers.resolved_overdue_count,
        dossiers.pending_overdue_count
    from core.fct_dossier_periods as dossiers
    inner join wanted
        on
            dossiers.province_code = wanted.province_code
            and dossiers.period_code = wanted.period_code
    left join core.dim_procedures as procedures
        on
            dossiers.province_code = procedures.province_code
            and dossiers.procedure_code = procedures.procedure_code
    where wanted.agency_code is not null and in_scope(dossiers.agency_code)
)
select
    counted.procedure_code,
    coalesce(any_value(counted.procedure_name), counted.procedure_code) as procedure_name,
    any_value(fields.field_name) as field_name,
    cast(sum(counted.received_count) as bigint) as received_count,
    cast(sum(counted.resolved_count) as bigint) as resolved_count,
    cast(sum(counted.resolved_overdue_count) as bigint) as resolved_overdue_count,
    cast(sum(counted.pending_overdue_count) as bigint) as pending_overdue_count
from counted
left join core.dim_fields as fields on counted.field_code = fields.field_code
where counted.procedure_code <> 'unknown'
group by counted.procedure_code
order by coalesce(any_value(counted.procedure_name), counted.procedure_code) collate vi,
    counted.procedure_code
"""
"""The marts count procedures by no agency: those of one are counted from its dossiers."""

_RATE_SUMS = """
    cast(coalesce(sum(rates.numerator_count), 0) as bigint) as numerator_count,
    cast(coalesce(sum(rates.denominator_count), 0) as bigint) as denominator_count,
    cast(coalesce(sum(rates.unknown_count), 0) as bigint) as unknown_count,
    min(rates.denominator_name) as denominator_name
"""
_RATE_COUNTS = ("numerator_count", "denominator_count", "unknown_count")


def rates(table: str, metric_code: str = "", agency: str = "agency_code") -> str:
    """Read the sums of each metric of one mart of rates, for each period.

    Args:
        table: the mart.
        metric_code: what a mart measures that is of one metric alone and does not name it.
        agency: the mart's column of the agency that is answerable.
    """
    metric = f"'{metric_code}'" if metric_code else "rates.metric_code"
    sums = ",\n    ".join(
        f"cast(coalesce(sum(rates.{name}) filter (where in_scope(rates.{agency})), 0) as bigint) "
        f"as {name}"
        for name in _RATE_COUNTS
    )
    return f"""
select
    wanted_periods.period_role,
    {metric} as metric_code,
    {sums},
    min(rates.denominator_name) as denominator_name
from review.{table} as rates
inner join wanted on rates.province_code = wanted.province_code
inner join wanted_periods on rates.period_code = wanted_periods.period_code
group by all
order by metric_code, wanted_periods.period_role
"""


def rates_by_agency(table: str) -> str:
    """Read the sums of each metric of one mart of rates by agency, in the review's period."""
    return f"""
select
    rates.metric_code,
    rates.level_code,
    any_value(levels.level_name) as level_name,
    rates.agency_code,
    coalesce(any_value(agencies.agency_name), rates.agency_code) as agency_name,
    any_value(parents.agency_name) as parent_name,
    {_RATE_SUMS}
from review.{table} as rates
inner join wanted
    on rates.province_code = wanted.province_code and rates.period_code = wanted.period_code
left join core.dim_agencies as agencies on rates.agency_code = agencies.agency_code
left join core.dim_agencies as parents on agencies.parent_code = parents.agency_code
left join core.dim_levels as levels on rates.level_code = levels.level_code
where in_scope(rates.agency_code)
group by rates.metric_code, rates.level_code, rates.agency_code
order by
    rates.level_code,
    coalesce(any_value(agencies.agency_name), rates.agency_code) collate vi,
    coalesce(any_value(parents.agency_name), '') collate vi,
    rates.agency_code,
    rates.metric_code
"""


SERVICES = """
select
    wanted_periods.period_role,
    services.competence_level_code,
    any_value(levels.level_name) as level_name,
    services.service_grade_code,
    cast(coalesce(sum(services.procedure_count), 0) as bigint) as procedure_count,
    cast(coalesce(sum(services.with_dossier_count), 0) as bigint) as with_dossier_count
from review.mart_review__services as services
inner join wanted on services.province_code = wanted.province_code
inner join wanted_periods on services.period_code = wanted_periods.period_code
left join core.dim_levels as levels on services.competence_level_code = levels.level_code
where wanted.agency_code is null
group by
    wanted_periods.period_role, services.competence_level_code, services.service_grade_code
order by
    wanted_periods.period_role, services.competence_level_code, services.service_grade_code
"""

RATINGS = """
select
    ratings.criterion_code,
    ratings.rating_code,
    cast(coalesce(sum(ratings.numerator_count), 0) as bigint) as numerator_count
from review.mart_review__ratings as ratings
inner join wanted
    on ratings.province_code = wanted.province_code and ratings.period_code = wanted.period_code
where in_scope(ratings.agency_code)
group by ratings.criterion_code, ratings.rating_code
order by ratings.criterion_code, ratings.rating_code
"""

INDICES = """
select
    indices.index_code,
    indices.component_code,
    indices.year,
    indices.agency_code,
    coalesce(agencies.agency_name, provinces.province_name, indices.agency_code) as agency_name,
    indices.index_name,
    indices.component_name,
    indices.value,
    indices.rank,
    indices.rank_of,
    indices.source_document
from review.mart_review__indices as indices
inner join wanted on indices.province_code = wanted.province_code
left join core.dim_agencies as agencies on indices.agency_code = agencies.agency_code
left join core.dim_provinces as provinces on indices.agency_code = provinces.province_code
where indices.year <= extract(year from wanted.as_of_date) and in_scope(indices.agency_code)
order by
    indices.index_name collate vi, indices.index_code, indices.year desc,
    coalesce(indices.component_code, 'total') <> 'total', indices.component_code,
    coalesce(agencies.agency_name, indices.agency_code) collate vi
"""

PLAN_TASKS = """
select
    wanted_periods.period_role,
    tasks.year,
    tasks.lead_agency_code,
    coalesce(any_value(agencies.agency_name), tasks.lead_agency_code) as agency_name,
    cast(coalesce(sum(tasks.numerator_count), 0) as bigint) as numerator_count,
    cast(coalesce(sum(tasks.denominator_count), 0) as bigint) as denominator_count,
    cast(coalesce(sum(tasks.overdue_count), 0) as bigint) as overdue_count
from review.mart_review__plan_tasks as tasks
inner join wanted on tasks.province_code = wanted.province_code
inner join wanted_periods on tasks.year = extract(year from wanted_periods.end_date)
left join core.dim_agencies as agencies on tasks.lead_agency_code = agencies.agency_code
where in_scope(tasks.lead_agency_code)
group by wanted_periods.period_role, tasks.year, tasks.lead_agency_code
order by
    wanted_periods.period_role,
    coalesce(any_value(agencies.agency_name), tasks.lead_agency_code) collate vi,
    tasks.lead_agency_code
"""

PLAN_OPEN = """
select
    tasks.task_code,
    coalesce(tasks.task_name, tasks.task_code) as task_name,
    tasks.lead_agency_code,
    coalesce(agencies.agency_name, tasks.lead_agency_code) as agency_name,
    tasks.due_date,
    tasks.product,
    tasks.is_overdue
from core.fct_plan_tasks as tasks
inner join wanted
    on
        tasks.province_code = wanted.province_code
        and tasks.year = extract(year from wanted.end_date)
left join core.dim_agencies as agencies on tasks.lead_agency_code = agencies.agency_code
where not tasks.is_done and in_scope(tasks.lead_agency_code)
order by tasks.is_overdue desc, tasks.due_date nulls last, tasks.task_code
"""
"""The tasks of the year's plan that are not done, overdue ones first."""

_OWN_SCORE = (
    "if(wanted.agency_code is null, {table}.scope_code = 'province', "
    "{table}.scope_code = 'agency' and {table}.agency_code = wanted.agency_code)"
)
"""A score is of the province or of one agency, without what is below it: it cannot be summed."""

SCORECARD_COMPONENTS = f"""
select
    components.display_group_code,
    components.display_group_name,
    components.component_code,
    components.component_name,
    components.numerator_name,
    components.denominator_name,
    components.formula,
    components.source_document,
    scorecard.state_code,
    scorecard.numerator_count,
    scorecard.denominator_count,
    scorecard.unknown_count,
    scorecard.max_score,
    scorecard.score
from review.mart_review__scorecard as scorecard
inner join wanted
    on scorecard.province_code = wanted.province_code and scorecard.period_code = wanted.period_code
inner join review.dim_scorecard_components as components
    on
        scorecard.version_code = components.version_code
        and scorecard.component_code = components.component_code
where
    {_OWN_SCORE.format(table="scorecard")}
order by components.version_code, components.position_no
"""

SCORECARD_GROUPS = f"""
select
    groups.display_group_code,
    any_value(components.display_group_name) as display_group_name,
    any_value(components.group_name) as group_name,
    any_value(groups.score) as score,
    any_value(groups.scorable_max_score) as scorable_max_score,
    any_value(groups.max_score) as max_score,
    any_value(groups.lowest_grade_name) as lowest_grade_name,
    any_value(groups.highest_grade_name) as highest_grade_name
from review.mart_review__scorecard_groups as groups
inner join wanted
    on groups.province_code = wanted.province_code and groups.period_code = wanted.period_code
left join review.dim_scorecard_components as components
    on
        groups.version_code = components.version_code
        and groups.display_group_code = components.display_group_code
where
    {_OWN_SCORE.format(table="groups")}
group by groups.version_code, groups.display_group_code
order by groups.version_code, min(components.position_no) nulls last
"""

SCORECARD_TOTALS = """
select
    groups.scope_code,
    groups.level_code,
    levels.level_name,
    groups.agency_code,
    coalesce(agencies.agency_name, groups.agency_code) as agency_name,
    parents.agency_name as parent_name,
    groups.score,
    groups.scorable_max_score,
    groups.max_score,
    groups.lowest_grade_name,
    groups.highest_grade_name
from review.mart_review__scorecard_groups as groups
inner join wanted
    on groups.province_code = wanted.province_code and groups.period_code = wanted.period_code
left join core.dim_agencies as agencies on groups.agency_code = agencies.agency_code
left join core.dim_agencies as parents on agencies.parent_code = parents.agency_code
left join core.dim_levels as levels on groups.level_code = levels.level_code
where
    groups.display_group_code = 'total'
    and (
        wanted.agency_code is null
        or (groups.scope_code = 'agency' and in_scope(groups.agency_code))
        or (
            groups.scope_code = 'level'
            and groups.level_code in (
                select scoped.level_code
                from core.dim_agencies as scoped
                where in_scope(scoped.agency_code)
            )
        )
    )
order by
    groups.level_code,
    coalesce(agencies.agency_name, groups.agency_code) collate vi,
    coalesce(parents.agency_name, '') collate vi,
    groups.agency_code
"""

ONLINE_BY_AREA = f"""
select
    coalesce(agencies.area_code, 'unknown') as area_code,
    coalesce(any_value(areas.code_name), 'Chưa xác định') as area_name,
    {_RATE_SUMS}
from review.mart_review__online as rates
inner join wanted
    on rates.province_code = wanted.province_code and rates.period_code = wanted.period_code
left join core.dim_agencies as agencies on rates.agency_code = agencies.agency_code
left join core.dim_codes as areas
    on agencies.area_code = areas.code and areas.list_code = 'area'
where rates.metric_code = 'online_received' and in_scope(rates.agency_code)
group by coalesce(agencies.area_code, 'unknown')
order by min(areas.position_no) nulls last, coalesce(agencies.area_code, 'unknown')
"""


def _sums(measures: Sequence[str]) -> str:
    """Write the sums of counts, and of amounts and days, which are decimals."""
    return ",\n    ".join(
        f"cast(coalesce(sum(counted.{name}), 0) as bigint) as {name}"
        if name.endswith("_count")
        else f"coalesce(sum(counted.{name}), 0) as {name}"
        for name in measures
    )


def _by_agency(
    table: str, measures: Sequence[str], agency: str = "agency_code", where: str = "true"
) -> str:
    """Read the sums of a mart by level and agency in the review's period."""
    return f"""
select
    counted.level_code,
    any_value(levels.level_name) as level_name,
    counted.{agency} as agency_code,
    coalesce(any_value(agencies.agency_name), counted.{agency}) as agency_name,
    any_value(parents.agency_name) as parent_name,
    {_sums(measures)}
from review.{table} as counted
inner join wanted
    on counted.province_code = wanted.province_code and counted.period_code = wanted.period_code
left join core.dim_agencies as agencies on counted.{agency} = agencies.agency_code
left join core.dim_agencies as parents on agencies.parent_code = parents.agency_code
left join core.dim_levels as levels on counted.level_code = levels.level_code
where in_scope(counted.{agency}) and {where}
group by counted.level_code, counted.{agency}
order by
    counted.level_code,
    coalesce(any_value(agencies.agency_name), counted.{agency}) collate vi,
    coalesce(any_value(parents.agency_name), '') collate vi,
    counted.{agency}
"""


def _coded(table: str, column: str, list_code: str) -> str:
    """Read from a mart in the review's period and scope, beside the list of a column's codes."""
    return f"""from review.{table} as counted
inner join wanted
    on counted.province_code = wanted.province_code and counted.period_code = wanted.period_code
left join core.dim_codes as codes
    on counted.{column} = codes.code and codes.list_code = '{list_code}'
where in_scope(counted.agency_code)"""


def _by_code(table: str, measures: Sequence[str], column: str, list_code: str) -> str:
    """Read the sums of a mart by a code in the review's period, in the order of the code's list."""
    return f"""
select
    counted.{column} as code,
    coalesce(any_value(codes.code_name), counted.{column}) as code_name,
    {_sums(measures)}
{_coded(table, column, list_code)}
group by counted.{column}
order by min(codes.position_no) nulls last, counted.{column}
"""


def _by_field(table: str, measures: Sequence[str], where: str) -> str:
    """Read the sums of a mart by field in the review's period."""
    return f"""
select
    counted.field_code,
    coalesce(any_value(fields.field_name), counted.field_code) as field_name,
    {_sums(measures)}
from review.{table} as counted
inner join wanted
    on counted.province_code = wanted.province_code and counted.period_code = wanted.period_code
left join core.dim_fields as fields on counted.field_code = fields.field_code
where {where}
group by counted.field_code
order by coalesce(any_value(fields.field_name), counted.field_code) collate vi, counted.field_code
"""


PROCEDURE_COUNTS = _by_field(
    "mart_review__procedure_counts", PROCEDURE_MEASURES, "wanted.agency_code is null"
)
DUE_SOON = _by_field("mart_review__due_soon", DUE_SOON_MEASURES, "in_scope(counted.agency_code)")
LATE_RECEPTION = _by_agency(
    "mart_review__late_reception", RECEPTION_MEASURES, "receiving_agency_code"
)
OVERDUE_BY_AGENCY = _by_agency("mart_review__overdue", OVERDUE_MEASURES)
PAYMENTS = _by_code("mart_review__payments", PAYMENT_MEASURES, "fee_group_code", "fee_group")
PAYMENTS_BY_AGENCY = _by_agency(
    "mart_review__payments", PAYER_MEASURES, where="counted.fee_group_code = 'charge_or_fee'"
)
PETITIONS_BY_KIND = _by_code(
    "mart_review__petitions", PETITION_MEASURES, "kind_code", "petition_kind"
)
PETITIONS_BY_SOURCE = _by_code(
    "mart_review__petitions", PETITION_MEASURES, "source_code", "petition_source"
)
PETITIONS_BY_AGENCY = _by_agency("mart_review__petitions", PETITION_MEASURES)

OVERDUE_DAYS = """
with days as (
    select
        days.scope_code,
        days.member_code,
        days.outcome_code,
        days.overdue_count,
        days.median_overdue_days,
        days.longest_overdue_days
    from review.mart_review__overdue_days as days
    inner join wanted
        on days.province_code = wanted.province_code and days.period_code = wanted.period_code
    where wanted.agency_code is null
    union all
    select
        scopes.scope_code,
        case scopes.scope_code
            when 'province' then 'all'
            when 'level' then dossiers.level_code
            when 'agency' then dossiers.agency_code
            when 'field' then dossiers.field_code
            when 'cause' then dossiers.overdue_cause_code
            when 'responsible' then dossiers.responsible_agency_code
        end as member_code,
        dossiers.outcome_code,
        count(*) as overdue_count,
        median(dossiers.overdue_days) as median_overdue_days,
        max(dossiers.overdue_days) as longest_overdue_days
    from review.mart_review__overdue_dossiers as dossiers
    inner join wanted
        on
            dossiers.province_code = wanted.province_code
            and dossiers.period_code = wanted.period_code
    cross join (
        values ('province'), ('level'), ('agency'), ('field'), ('cause'), ('responsible')
    ) as scopes (scope_code)
    where wanted.agency_code is not null and in_scope(dossiers.agency_code)
    group by all
)
select
    days.scope_code,
    days.member_code,
    case
        when days.member_code = 'unknown' then 'Chưa xác định'
        else coalesce(
            agencies.agency_name, fields.field_name, causes.code_name, levels.level_name,
            days.member_code
        )
    end as member_name,
    parents.agency_name as parent_name,
    days.outcome_code,
    days.overdue_count,
    days.median_overdue_days,
    days.longest_overdue_days
from days
left join core.dim_agencies as agencies
    on days.member_code = agencies.agency_code and days.scope_code in ('agency', 'responsible')
left join core.dim_agencies as parents on agencies.parent_code = parents.agency_code
left join core.dim_fields as fields
    on days.member_code = fields.field_code and days.scope_code = 'field'
left join core.dim_levels as levels
    on days.member_code = levels.level_code and days.scope_code = 'level'
left join core.dim_codes as causes
    on
        days.member_code = causes.code
        and causes.list_code = 'overdue_cause'
        and days.scope_code = 'cause'
order by
    days.scope_code, causes.position_no nulls last, days.member_code = 'unknown',
    member_name collate vi, coalesce(parents.agency_name, '') collate vi, days.member_code,
    days.outcome_code
"""

OVERDUE_CAUSES = f"""
select
    counted.agency_code,
    counted.overdue_cause_code,
    any_value(counted.overdue_cause_name) as overdue_cause_name,
    cast(sum(counted.resolved_overdue_count + counted.pending_overdue_count) as bigint)
        as overdue_count
{_coded("mart_review__overdue", "overdue_cause_code", "overdue_cause")}
group by counted.agency_code, counted.overdue_cause_code
order by counted.agency_code, min(codes.position_no) nulls last, counted.overdue_cause_code
"""

OVERDUE_DOSSIERS = f"""
select
    dossiers.dossier_code,
    dossiers.procedure_name,
    dossiers.received_date,
    dossiers.due_date,
    dossiers.result_date,
    dossiers.overdue_days,
    dossiers.overdue_working_days,
    coalesce(agencies.agency_name, dossiers.agency_code) as agency_name,
    dossiers.overdue_cause_name,
    dossiers.apology_sent_date
from review.mart_review__overdue_dossiers as dossiers
inner join wanted
    on dossiers.province_code = wanted.province_code and dossiers.period_code = wanted.period_code
left join core.dim_agencies as agencies on dossiers.agency_code = agencies.agency_code
where in_scope(dossiers.agency_code)
order by dossiers.overdue_days desc nulls last, dossiers.dossier_code, dossiers.dossier_key
limit {LIST_LINES}
"""

SUPPLEMENTS = """
with asked as (
    select supplements.dossier_key, count(*) as request_count
    from core.fct_supplements as supplements
    inner join wanted on supplements.province_code = wanted.province_code
    where cast(supplements.requested_at as date) <= wanted.known_to_date
    group by supplements.dossier_key
)
select
    count(*) as dossier_count,
    count(asked.dossier_key) as asked_count,
    count(*) filter (where asked.request_count >= 2) as asked_again_count
from core.fct_dossier_periods as counted
inner join wanted
    on
        counted.province_code = wanted.province_code
        and counted.period_code = wanted.period_code
left join asked on counted.dossier_key = asked.dossier_key
where counted.received_count = 1 and in_scope(counted.agency_code)
having exists (
    select 1 from core.fct_supplements as supplements
    inner join wanted on supplements.province_code = wanted.province_code
)
"""

TIME_CUTS = f"""
select
    counted.competence_level_code as level_code,
    any_value(levels.level_name) as level_name,
    counted.field_code,
    coalesce(any_value(fields.field_name), counted.field_code) as field_name,
    counted.time_unit_code,
    {_sums(TIME_CUT_MEASURES)}
from review.mart_review__time_cuts as counted
inner join wanted
    on counted.province_code = wanted.province_code and counted.period_code = wanted.period_code
left join core.dim_levels as levels on counted.competence_level_code = levels.level_code
left join core.dim_fields as fields on counted.field_code = fields.field_code
where wanted.agency_code is null
group by counted.competence_level_code, counted.field_code, counted.time_unit_code
order by
    counted.competence_level_code,
    coalesce(any_value(fields.field_name), counted.field_code) collate vi,
    counted.field_code,
    counted.time_unit_code desc
"""


def _hours(name: str) -> str:
    """Sum hours so that the order of lines, which is anybody's guess, moves no digit."""
    return f"cast(sum(cast({name} as decimal(18, 9))) as double)"


INCIDENTS = f"""
select
    incidents.system_code,
    incidents.counterpart_system_code,
    coalesce(any_value(kinds.code_name), incidents.kind_code) as kind_name,
    incidents.agency_code,
    coalesce(any_value(agencies.agency_name), incidents.agency_code) as agency_name,
    cast(sum(incidents.incident_count) as bigint) as incident_count,
    cast(sum(incidents.open_incident_count) as bigint) as open_incident_count,
    {_hours("incidents.incident_hours")} as incident_hours,
    {_hours("incidents.incident_working_hours")} as incident_working_hours,
    cast(sum(incidents.due_dossier_count) as bigint) as due_dossier_count,
    cast(sum(incidents.overdue_dossier_count) as bigint) as overdue_dossier_count
from review.mart_review__incidents as incidents
inner join wanted
    on
        incidents.province_code = wanted.province_code
        and incidents.period_code = wanted.period_code
left join core.dim_codes as kinds
    on incidents.kind_code = kinds.code and kinds.list_code = 'incident_kind'
left join core.dim_agencies as agencies on incidents.agency_code = agencies.agency_code
where in_scope(incidents.agency_code)
group by
    incidents.system_code, incidents.counterpart_system_code, incidents.kind_code,
    incidents.agency_code
order by
    incidents.system_code, incidents.counterpart_system_code, min(kinds.position_no) nulls last,
    incidents.kind_code, incidents.agency_code
"""

STEPS = f"""
select
    counted.step_kind_code,
    coalesce(any_value(codes.code_name), counted.step_kind_code) as step_kind_name,
    cast(sum(counted.step_count) as bigint) as step_count,
    cast(sum(counted.open_step_count) as bigint) as open_step_count,
    cast(sum(counted.timed_step_count) as bigint) as timed_step_count,
    {_hours("counted.taken_hours")} as taken_hours,
    {_hours("counted.taken_working_hours")} as taken_working_hours,
    cast(sum(counted.late_step_count) as bigint) as late_step_count,
    cast(sum(counted.on_site_count) as bigint) as on_site_count,
    cast(sum(counted.on_site_unknown_count) as bigint) as on_site_unknown_count,
    count(distinct counted.procedure_code) filter (where counted.on_site_count > 0)
        as on_site_procedure_count,
    cast(sum(counted.electronic_count) as bigint) as electronic_count,
    cast(sum(counted.electronic_unknown_count) as bigint) as electronic_unknown_count,
    count(distinct counted.procedure_code) filter (where counted.electronic_count > 0)
        as electronic_procedure_count
{_coded("mart_review__steps", "step_kind_code", "step_kind")}
group by counted.step_kind_code
order by min(codes.position_no) nulls last, counted.step_kind_code
"""

TARGETS = """
with of_scope as (
    select targets.*
    from review.mart_review__targets as targets
    inner join wanted
        on targets.province_code = wanted.province_code and targets.period_code = wanted.period_code
    where
        wanted.agency_code is null
        or (
            targets.scope_code = 'agency'
            and targets.agency_code <> wanted.agency_code
            and in_scope(targets.agency_code)
        )
        or (
            targets.scope_code = 'level'
            and targets.level_code in (
                select scoped.level_code
                from core.dim_agencies as scoped
                where in_scope(scoped.agency_code)
            )
        )
),
-- What an agency was given is judged by all that its pack counts, what is below it too.
own as (
    select
        targets.metric_code,
        any_value(targets.metric_name) as metric_name,
        max(targets.target_percent) filter (
            where targets.agency_code = wanted.agency_code
        )
            as target_percent,
        max(targets.source_document) filter (
            where targets.agency_code = wanted.agency_code
        )
            as source_document,
        cast(sum(targets.numerator_count) as bigint) as numerator_count,
        cast(sum(targets.denominator_count) as bigint) as denominator_count
    from review.mart_review__targets as targets
    inner join wanted
        on targets.province_code = wanted.province_code and targets.period_code = wanted.period_code
    where
        wanted.agency_code is not null
        and targets.scope_code = 'agency'
        and in_scope(targets.agency_code)
    group by targets.metric_code
),
targets as (
    select
        of_scope.metric_code,
        of_scope.metric_name,
        of_scope.scope_code,
        of_scope.level_code,
        of_scope.agency_code,
        of_scope.target_percent,
        of_scope.source_document,
        of_scope.state_code,
        of_scope.numerator_count,
        of_scope.denominator_count
    from of_scope
    union all
    select
        own.metric_code,
        own.metric_name,
        'province' as scope_code,
        'all' as level_code,
        'all' as agency_code,
        own.target_percent,
        own.source_document,
        case
            when own.target_percent is null then 'not_given'
            when own.denominator_count = 0 then 'no_result'
            when 100 * own.numerator_count >= own.target_percent * own.denominator_count
                then 'reached'
            else 'not_reached'
        end as state_code,
        own.numerator_count,
        own.denominator_count
    from own
)
select
    targets.metric_code,
    coalesce(targets.metric_name, targets.metric_code) as metric_name,
    targets.scope_code,
    targets.level_code,
    levels.level_name,
    targets.agency_code,
    agencies.agency_name,
    parents.agency_name as parent_name,
    targets.target_percent,
    targets.source_document,
    targets.state_code,
    coalesce(states.code_name, targets.state_code) as state_name,
    targets.numerator_count,
    targets.denominator_count
from targets
left join core.dim_agencies as agencies on targets.agency_code = agencies.agency_code
left join core.dim_agencies as parents on agencies.parent_code = parents.agency_code
left join core.dim_levels as levels on targets.level_code = levels.level_code
left join core.dim_codes as states
    on targets.state_code = states.code and states.list_code = 'target_state'
where targets.scope_code = 'province' or targets.state_code <> 'not_given'
order by
    targets.scope_code = 'province' desc, targets.scope_code desc, targets.level_code,
    coalesce(agencies.agency_name, targets.agency_code) collate vi,
    coalesce(parents.agency_name, '') collate vi, targets.agency_code,
    metric_name collate vi, targets.metric_code
"""
"""The scope ``province`` is what the pack is of; of an agency's pack, that agency."""

REFORM_FIGURES = f"""
select
    counted.figure_code,
    any_value(counted.figure_name) as figure_name,
    counted.unit_code,
    any_value(counted.unit_name) as unit_name,
    max(counted.value) filter (
        where counted.agency_code = coalesce(wanted.agency_code, counted.province_code)
    ) as province_value,
    sum(counted.value) filter (
        where counted.agency_code <> coalesce(wanted.agency_code, counted.province_code)
    ) as agencies_value,
    count(*) filter (
        where counted.agency_code <> coalesce(wanted.agency_code, counted.province_code)
    ) as agency_count,
    string_agg(distinct counted.source_document, '; ' order by counted.source_document)
        as source_documents
{_coded("mart_review__reform_figures", "figure_code", "reform_figure")}
group by counted.figure_code, counted.unit_code
order by min(codes.position_no) nulls last, counted.figure_code, counted.unit_code
"""

COUNTER_SURVEYS = """
select
    surveys.item_code,
    count(*) as agency_count,
    cast(sum(surveys.needed_count) as bigint) as needed_count,
    cast(sum(surveys.present_count) as bigint) as present_count,
    cast(sum(surveys.degraded_count) as bigint) as degraded_count,
    min(surveys.surveyed_date) as first_date,
    max(surveys.surveyed_date) as last_date
from review.mart_review__counter_surveys as surveys
inner join wanted
    on surveys.province_code = wanted.province_code and surveys.period_code = wanted.period_code
where in_scope(surveys.agency_code)
group by surveys.item_code
order by surveys.item_code
"""

TO_EXPLAIN = """
select
    flagged.flag_code,
    flagged.flag_name,
    flags.definition,
    flagged.agency_code,
    coalesce(agencies.agency_name, flagged.agency_code) as agency_name,
    parents.agency_name as parent_name,
    flagged.dossier_count,
    flagged.denominator_count,
    flagged.denominator_name,
    flagged.peer_median_rate,
    flagged.peer_agency_count
from review.mart_review__to_explain as flagged
inner join wanted
    on flagged.province_code = wanted.province_code and flagged.period_code = wanted.period_code
inner join review.dim_dossier_flags as flags on flagged.flag_code = flags.flag_code
left join core.dim_agencies as agencies on flagged.agency_code = agencies.agency_code
left join core.dim_agencies as parents on agencies.parent_code = parents.agency_code
where in_scope(flagged.agency_code)
order by
    flags.position_no, coalesce(agencies.agency_name, flagged.agency_code) collate vi,
    coalesce(parents.agency_name, '') collate vi, flagged.agency_code
"""

RULE_POINTS = """
select
    points.rule_code,
    rules.rule_name,
    points.flipped_count,
    points.numerator_count,
    points.denominator_count
from review.mart_review__rule_points as points
inner join wanted
    on
        points.province_code = wanted.province_code
        and points.period_code = wanted.period_code
        and points.base_rule_code = wanted.rule_code
inner join review.dim_rules as rules on points.rule_code = rules.rule_code
where
    wanted.agency_code is null
    and points.denominator_count > 0
    and (
        points.flipped_count > 0
        or points.numerator_count <> points.base_numerator_count
        or points.denominator_count <> points.base_denominator_count
    )
order by points.rule_code
"""

LOWEST_AGENCIES = f"""
select
    compared.level_code,
    levels.level_name,
    compared.agency_code,
    coalesce(agencies.agency_name, compared.agency_code) as agency_name,
    compared.numerator_count,
    compared.denominator_count,
    compared.low_rate,
    compared.high_rate,
    compared.best_rank - 1 as better_count,
    compared.rank_of - 1 as peer_count,
    compared.level_in_time_rate,
    compared.mix_adjusted_in_time_rate
from review.mart_review__comparison as compared
inner join wanted
    on
        compared.province_code = wanted.province_code
        and compared.period_code = wanted.period_code
left join core.dim_agencies as agencies on compared.agency_code = agencies.agency_code
left join core.dim_levels as levels on compared.level_code = levels.level_code
where
    compared.denominator_count >= {RANKED_FROM}
    and compared.resolved_in_time_rate < compared.level_in_time_rate
    and in_scope(compared.agency_code)
qualify row_number() over (
    partition by compared.level_code
    order by compared.resolved_in_time_rate, compared.denominator_count desc, compared.agency_code
) = 1
order by compared.level_code
"""

SEALED_PACKS = """
select packs.pack_no, packs.as_of_date
from review.dim_sealed_packs as packs
inner join wanted on packs.review_code = wanted.pack_code
order by packs.pack_no
"""

RESTATEMENTS = """
select
    restatements.pack_no,
    restatements.measure_code,
    restatements.reason_code,
    restatements.reason_name,
    restatements.added_count,
    restatements.removed_count,
    restatements.dossier_count
from review.mart_review__restatements as restatements
inner join wanted on restatements.review_code = wanted.pack_code
left join review.dim_restatement_reasons as reasons
    on restatements.reason_code = reasons.reason_code
order by restatements.pack_no, reasons.position_no nulls last, restatements.reason_code
"""

COMPARISON = """
select
    compared.level_code,
    levels.level_name,
    compared.agency_code,
    coalesce(agencies.agency_name, compared.agency_code) as agency_name,
    parents.agency_name as parent_name,
    compared.numerator_count,
    compared.denominator_count,
    compared.low_rate,
    compared.high_rate,
    compared.best_rank,
    compared.worst_rank,
    compared.rank_of,
    compared.mix_adjusted_in_time_rate,
    compared.level_in_time_rate
from review.mart_review__comparison as compared
inner join wanted
    on compared.province_code = wanted.province_code and compared.period_code = wanted.period_code
left join core.dim_agencies as agencies on compared.agency_code = agencies.agency_code
left join core.dim_agencies as parents on agencies.parent_code = parents.agency_code
left join core.dim_levels as levels on compared.level_code = levels.level_code
where compared.denominator_count > 0 and in_scope(compared.agency_code)
order by
    compared.level_code,
    coalesce(agencies.agency_name, compared.agency_code) collate vi,
    coalesce(parents.agency_name, '') collate vi,
    compared.agency_code
"""

POINTS = """
select
    points.scope_code,
    points.member_code,
    causes.code_name as cause_name,
    points.component_code,
    components.component_name,
    points.missed_count,
    points.denominator_count,
    points.max_score,
    points.score,
    points.score_if_met,
    points.lost_points,
    points.points_per_miss
from review.mart_review__points as points
inner join wanted
    on points.province_code = wanted.province_code and points.period_code = wanted.period_code
inner join review.dim_scorecard_components as components
    on
        points.version_code = components.version_code
        and points.component_code = components.component_code
left join core.dim_codes as causes
    on
        points.member_code = causes.code
        and points.scope_code = 'cause'
        and causes.list_code = 'overdue_cause'
where wanted.agency_code is null
order by
    points.version_code, points.scope_code, components.position_no, points.member_code
"""

RECONCILIATION = """
select
    cells.column_no,
    cast(sum(cells.reported_count) as bigint) as reported_count,
    cast(sum(if(cells.reported_count is null, 0, cells.recomputed_count)) as bigint)
        as recomputed_count,
    cast(sum(cells.reported_gap_dossiers) as bigint) as reported_gap_dossiers,
    cast(sum(cells.rule_gap_dossiers) as bigint) as rule_gap_dossiers,
    cast(sum(cells.late_arrival_count) as bigint) as late_arrival_count,
    cast(sum(cells.reported_unexplained_dossiers) as bigint) as reported_unexplained_dossiers,
    cast(sum(cells.portal_compared_count) as bigint) as portal_compared_count,
    cast(sum(cells.portal_count) as bigint) as portal_count,
    cast(sum(cells.portal_gap_dossiers) as bigint) as portal_gap_dossiers,
    cast(sum(cells.only_on_portal_count) as bigint) as only_on_portal_count,
    cast(sum(cells.added_by_portal_count) as bigint) as added_by_portal_count,
    cast(sum(cells.portal_lacks_count) as bigint) as portal_lacks_count,
    cast(sum(cells.removed_by_portal_count) as bigint) as removed_by_portal_count,
    cast(sum(cells.portal_unexplained_dossiers) as bigint) as portal_unexplained_dossiers
from review.mart_review__reconciliation as cells
inner join wanted
    on cells.province_code = wanted.province_code and cells.period_code = wanted.period_code
where in_scope(cells.agency_code)
group by cells.column_no
order by cells.column_no
"""

RECONCILED_AGENCIES = """
with cells as (
    select
        reconciliation.agency_code,
        case
            when reconciliation.reported_count is null then 'none'
            when reconciliation.reported_unexplained_dossiers <> 0 then 'open'
            when reconciliation.reported_gap_dossiers <> 0 then 'explained'
            else 'equal'
        end as reported_state,
        case
            when reconciliation.portal_compared_count is null then 'none'
            when reconciliation.portal_unexplained_dossiers <> 0 then 'open'
            when reconciliation.portal_gap_dossiers <> 0 then 'explained'
            else 'equal'
        end as portal_state
    from review.mart_review__reconciliation as reconciliation
    inner join wanted
        on
            reconciliation.province_code = wanted.province_code
            and reconciliation.period_code = wanted.period_code
    where in_scope(reconciliation.agency_code)
)
select
    coalesce(any_value(agencies.level_code), 'unknown') as level_code,
    any_value(levels.level_name) as level_name,
    cells.agency_code,
    coalesce(any_value(agencies.agency_name), cells.agency_code) as agency_name,
    any_value(parents.agency_name) as parent_name,
    count(*) filter (where cells.reported_state <> 'none') as reported_cell_count,
    count(*) filter (where cells.reported_state = 'equal') as reported_equal_count,
    count(*) filter (where cells.reported_state = 'explained') as reported_explained_count,
    count(*) filter (where cells.reported_state = 'open') as reported_open_count,
    count(*) filter (where cells.portal_state <> 'none') as portal_cell_count,
    count(*) filter (where cells.portal_state = 'equal') as portal_equal_count,
    count(*) filter (where cells.portal_state = 'explained') as portal_explained_count,
    count(*) filter (where cells.portal_state = 'open') as portal_open_count
from cells
left join core.dim_agencies as agencies on cells.agency_code = agencies.agency_code
left join core.dim_agencies as parents on agencies.parent_code = parents.agency_code
left join core.dim_levels as levels on agencies.level_code = levels.level_code
group by cells.agency_code
order by
    level_code,
    coalesce(any_value(agencies.agency_name), cells.agency_code) collate vi,
    coalesce(any_value(parents.agency_name), '') collate vi,
    cells.agency_code
"""

PORTAL_DIFFERENCES = f"""
select
    counted.reason_code,
    coalesce(any_value(codes.code_name), counted.reason_code) as reason_name,
    count(*) as dossier_count
{_coded("mart_review__portal_differences", "reason_code", "portal_difference")}
group by counted.reason_code
order by min(codes.position_no) nulls last, counted.reason_code
"""

ANNOUNCEMENTS_BY_FIELD = """
select
    announced.field_code,
    coalesce(any_value(fields.field_name), announced.field_code) as field_name,
    count(*) filter (where announced.announcement_code <> 'none') as announcement_all_count,
    count(*) filter (where announced.announcement_code = 'on_time') as announcement_on_time_count,
    count(*) filter (where announced.announcement_code = 'late') as announcement_late_count,
    count(*) filter (where announced.announcement_code = 'unknown') as announcement_unknown_count,
    count(*) filter (where announced.publication_code <> 'none') as publication_all_count,
    count(*) filter (where announced.publication_code = 'on_time') as publication_on_time_count,
    count(*) filter (where announced.publication_code = 'late') as publication_late_count,
    count(*) filter (where announced.publication_code = 'unknown') as publication_unknown_count
from review.mart_review__announcements as announced
inner join wanted
    on announced.province_code = wanted.province_code and announced.period_code = wanted.period_code
left join core.dim_fields as fields on announced.field_code = fields.field_code
where wanted.agency_code is null
group by announced.field_code
order by
    coalesce(any_value(fields.field_name), announced.field_code) collate vi, announced.field_code
"""

ANNOUNCED_LATE = f"""
select
    announced.procedure_code,
    announced.procedure_name,
    announced.effective_date,
    announced.submitted_for_announcement_date,
    announced.announced_date,
    announced.publicised_date,
    announced.announcement_code,
    announced.announcement_late_days,
    announced.publication_code,
    announced.publication_late_days
from review.mart_review__announcements as announced
inner join wanted
    on announced.province_code = wanted.province_code and announced.period_code = wanted.period_code
where
    wanted.agency_code is null
    and (announced.announcement_code = 'late' or announced.publication_code = 'late')
order by
    if(announced.announcement_code = 'late', announced.announcement_late_days, 0) desc,
    if(announced.publication_code = 'late', announced.publication_late_days, 0) desc,
    announced.procedure_code
limit {LIST_LINES}
"""

CONCLUSIONS = """
select
    conclusions.position_no,
    conclusions.concluded_review_code,
    conclusions.concluded_date,
    conclusions.content,
    conclusions.lead_agency_code,
    coalesce(
        agencies.agency_name,
        if(conclusions.lead_agency_code = provinces.province_code, provinces.province_name, null),
        conclusions.lead_agency_code
    ) as agency_name,
    conclusions.metric_name,
    conclusions.goal_code,
    conclusions.target_percent,
    conclusions.due_date,
    conclusions.state_code,
    coalesce(states.code_name, conclusions.state_code) as state_name,
    conclusions.numerator_count,
    conclusions.denominator_count
from review.mart_review__conclusions as conclusions
inner join wanted on conclusions.review_code = wanted.review_code
left join core.dim_agencies as agencies on conclusions.lead_agency_code = agencies.agency_code
left join core.dim_provinces as provinces
    on conclusions.province_code = provinces.province_code
left join core.dim_codes as states
    on conclusions.state_code = states.code and states.list_code = 'conclusion_state'
where in_scope(conclusions.lead_agency_code)
order by conclusions.position_no
"""
