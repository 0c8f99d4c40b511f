-- A numerator is part of its denominator, and digitisation leaves out what nobody knows, no more.
with rates as (
    select
        metric_code,
        period_code,
        province_code,
        sum(numerator_count) as numerator_count,
        sum(denominator_count) as denominator_count,
        sum(unknown_count) as unknown_count
    from {{ ref('mart_review__digitisation') }}
    group by metric_code, period_code, province_code
),

resolved as (
    select
        period_code,
        province_code,
        sum(resolved_count) as resolved_count
    from {{ ref('mart_review__handling') }}
    where rule_code = 'ii06'
    group by period_code, province_code
)

select
    rates.metric_code,
    rates.period_code,
    rates.province_code,
    rates.numerator_count,
    rates.denominator_count,
    rates.unknown_count,
    resolved.resolved_count
from rates
left join resolved
    on rates.period_code = resolved.period_code and rates.province_code = resolved.province_code
where
    rates.numerator_count > rates.denominator_count
    or rates.denominator_count + rates.unknown_count <> coalesce(resolved.resolved_count, 0)
union all
select
    metric_code,
    period_code,
    province_code,
    numerator_count,
    denominator_count,
    unknown_count,
    cast(null as bigint) as resolved_count
from {{ ref('mart_review__online') }}
where numerator_count > denominator_count
