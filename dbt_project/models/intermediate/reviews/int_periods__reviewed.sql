-- The periods that reviews read: their own, the one before and the same one last year. A province
-- that became part of another reads what that one does: what it handed over is counted there.
with reviews as (select * from {{ ref('int_reviews__all') }}),

periods as (select * from {{ ref('int_periods__all') }}),

successions as (
    select *
    from {{ ref('stg_landing__agency_successions') }}
    where effective_date <= {{ as_of_date() }}
),

asked as (
    select
        province_code,
        period_code
    from reviews
    union
    select
        province_code,
        previous_period_code as period_code
    from reviews
    union
    select
        province_code,
        same_period_last_year_code as period_code
    from reviews
),

pairs as (
    select
        province_code,
        period_code
    from asked
    union
    select
        successions.old_province_code as province_code,
        asked.period_code
    from asked
    inner join successions on asked.province_code = successions.new_province_code
),

final as (
    select
        pairs.province_code,
        periods.period_code,
        periods.start_date,
        periods.end_date,
        periods.known_to_date,
        cast(periods.start_date as timestamp) as start_at,
        cast(cast(periods.known_to_date as string) || ' 23:59:59' as timestamp) as known_to_at
    from pairs
    inner join periods on pairs.period_code = periods.period_code
    where periods.start_date <= {{ as_of_date() }}
)

select * from final
