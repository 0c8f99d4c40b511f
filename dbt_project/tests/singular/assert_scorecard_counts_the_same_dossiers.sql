-- The score of progress stands on the dossiers of the handling mart, for the whole province and by
-- agency. Periods that nobody sent, and dossiers of no known agency, are not scored.
with handled as (
    select
        period_code,
        province_code,
        'all' as agency_code,
        sum(received_count) as received_count
    from {{ ref('mart_review__handling') }}
    where rule_code = 'ii06'
    group by period_code, province_code
    union all
    select
        period_code,
        province_code,
        agency_code,
        sum(received_count) as received_count
    from {{ ref('mart_review__handling') }}
    where rule_code = 'ii06' and agency_code <> 'unknown'
    group by period_code, province_code, agency_code
),

scored as (
    select
        period_code,
        province_code,
        agency_code,
        sum(denominator_count) as received_count
    from {{ ref('fct_scorecard_counts') }}
    where component_code = 'progress' and scope_code <> 'level'
    group by period_code, province_code, agency_code
)

select
    scored.period_code,
    scored.province_code,
    scored.agency_code,
    scored.received_count,
    handled.received_count as handled_count
from scored
left join handled
    on
        scored.period_code = handled.period_code
        and scored.province_code = handled.province_code
        and scored.agency_code = handled.agency_code
where scored.received_count is distinct from handled.received_count
