-- The score of progress is the rate of rule qd766 in the handling mart, for the whole province and
-- by agency. Periods that nobody sent, and dossiers of no known agency, are not scored.
with handled as (
    select
        period_code,
        province_code,
        'all' as agency_code,
        sum(rate_numerator_count) as in_time_count,
        sum(rate_denominator_count) as judged_count
    from {{ ref('mart_review__handling') }}
    where rule_code = 'qd766'
    group by period_code, province_code
    union all
    select
        period_code,
        province_code,
        agency_code,
        sum(rate_numerator_count) as in_time_count,
        sum(rate_denominator_count) as judged_count
    from {{ ref('mart_review__handling') }}
    where rule_code = 'qd766' and agency_code <> 'unknown'
    group by period_code, province_code, agency_code
),

scored as (
    select
        period_code,
        province_code,
        agency_code,
        sum(numerator_count) as in_time_count,
        sum(denominator_count) as judged_count
    from {{ ref('fct_scorecard_counts') }}
    where component_code = 'progress' and scope_code <> 'level'
    group by period_code, province_code, agency_code
)

select
    scored.period_code,
    scored.province_code,
    scored.agency_code,
    scored.judged_count,
    handled.judged_count as handled_count
from scored
left join handled
    on
        scored.period_code = handled.period_code
        and scored.province_code = handled.province_code
        and scored.agency_code = handled.agency_code
where
    scored.judged_count <> coalesce(handled.judged_count, 0)
    or scored.in_time_count <> coalesce(handled.in_time_count, 0)
