-- The periods that reviews read: their own, the one before and the same one last year.
with reviews as (select * from {{ ref('int_reviews__all') }}),

periods as (select * from {{ ref('int_periods__all') }}),

pairs as (
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
