{%- set are_apart = are_agencies_apart() -%}
-- Every dossier that a period's dates let in is counted once, in its own agency. Agencies that
-- ended, and those that took over, are looked at together: who owns what is for another test.
-- A decided duplicate is in no period, and what it is a duplicate of is a dossier that counts.
with successions as (select * from {{ ref('dim_agency_successions') }}),

kept as (
    select
        dossier_key,
        duplicate_of_dossier_key
    from {{ ref('fct_dossiers') }}
    where
        dossier_key in (
            select duplicates.duplicate_of_dossier_key
            from {{ ref('fct_dossiers') }} as duplicates
            where duplicates.duplicate_of_dossier_key is not null
        )
),

lost as (
    select
        duplicates.province_code,
        duplicates.agency_code,
        count(*) as dossier_count
    from {{ ref('fct_dossiers') }} as duplicates
    left join kept on duplicates.duplicate_of_dossier_key = kept.dossier_key
    where
        duplicates.duplicate_of_dossier_key is not null
        and (kept.dossier_key is null or kept.duplicate_of_dossier_key is not null)
    group by duplicates.province_code, duplicates.agency_code
),

in_succession as (
    select successions.old_agency_code as agency_code
    from successions
    union
    select successions.new_agency_code as agency_code
    from successions
),

periods as (
    select
        reviewed.province_code,
        periods.period_code,
        periods.start_date,
        periods.known_to_date
    from {{ ref('int_periods__reviewed') }} as reviewed
    inner join {{ ref('dim_periods') }} as periods on reviewed.period_code = periods.period_code
),

expected as (
    select
        case when in_succession.agency_code is null then dossiers.province_code else 'any' end
            as province_code,
        periods.period_code,
        case when in_succession.agency_code is null then dossiers.agency_code else 'any' end
            as agency_code,
        count(*) as dossier_count,
        count(case when dossiers.closing_date <= periods.known_to_date then 1 end)
            as closed_count
    from {{ ref('fct_dossiers') }} as dossiers
    inner join periods on dossiers.province_code = periods.province_code
    left join in_succession on dossiers.agency_code = in_succession.agency_code
    where
        coalesce(dossiers.status_code, '') not in ('1', '3')
        and dossiers.duplicate_of_dossier_key is null
        and dossiers.received_date <= periods.known_to_date
        and not (
            dossiers.received_date < periods.start_date
            and coalesce(dossiers.closing_date < periods.start_date, false)
        ) {{ in_touched_agencies("dossiers.", are_apart) }}
    group by
        case when in_succession.agency_code is null then dossiers.province_code else 'any' end,
        periods.period_code,
        case when in_succession.agency_code is null then dossiers.agency_code else 'any' end
),

counted as (
    select
        case when in_succession.agency_code is null then handling.province_code else 'any' end
            as province_code,
        handling.period_code,
        case when in_succession.agency_code is null then handling.agency_code else 'any' end
            as agency_code,
        sum(handling.received_count) as received_count,
        sum(handling.resolved_count) as resolved_count,
        sum(handling.pending_count) as pending_count
    from {{ ref('mart_review__handling') }} as handling
    left join in_succession on handling.agency_code = in_succession.agency_code
    where
        handling.rule_code = 'ii06' {{ and_agency_is_touched("handling.agency_code", are_apart) }}
    group by
        case when in_succession.agency_code is null then handling.province_code else 'any' end,
        handling.period_code,
        case when in_succession.agency_code is null then handling.agency_code else 'any' end
)

select
    coalesce(expected.province_code, counted.province_code) as province_code,
    coalesce(expected.period_code, counted.period_code) as period_code,
    coalesce(expected.agency_code, counted.agency_code) as agency_code,
    expected.dossier_count,
    counted.received_count,
    counted.resolved_count,
    counted.pending_count
from expected
full outer join counted
    on
        expected.province_code = counted.province_code
        and expected.period_code = counted.period_code
        and expected.agency_code = counted.agency_code
where
    coalesce(expected.dossier_count, 0) <> coalesce(counted.received_count, 0)
    or coalesce(expected.closed_count, 0) <> coalesce(counted.resolved_count, 0)
    or coalesce(expected.dossier_count, 0)
    <> coalesce(counted.resolved_count, 0) + coalesce(counted.pending_count, 0)
union all
select
    lost.province_code,
    'any' as period_code,
    lost.agency_code,
    lost.dossier_count,
    0 as received_count,
    0 as resolved_count,
    0 as pending_count
from lost
