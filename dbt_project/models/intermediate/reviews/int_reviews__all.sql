-- The register of reviews, and those that a pack asks for by name.
with registered as (select * from {{ ref('reviews') }}),

periods as (select * from {{ ref('int_periods__all') }}),

requested as (
    {{ extra_reviews() }}
),

together as (
    select
        registered.review_code,
        registered.review_name,
        registered.meeting_date,
        registered.period_code,
        registered.province_code,
        registered.scope_agency_code
    from registered
    union all
    select
        requested.review_code,
        cast(null as string) as review_name,
        cast(null as date) as meeting_date,
        requested.period_code,
        requested.province_code,
        requested.province_code as scope_agency_code
    from requested
    where requested.review_code not in (select registered.review_code from registered)
),

final as (
    select
        together.review_code,
        coalesce(
            together.review_name,
            periods.period_name || ' (' || together.province_code || ')',
            together.review_code
        ) as review_name,
        together.meeting_date,
        together.period_code,
        periods.previous_period_code,
        periods.same_period_last_year_code,
        together.province_code,
        together.scope_agency_code
    from together
    left join periods on together.period_code = periods.period_code
)

select * from final
