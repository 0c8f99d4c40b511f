with reviews as (select * from {{ ref('int_reviews__all') }}),

final as (
    select
        review_code,
        review_name,
        period_code,
        previous_period_code,
        same_period_last_year_code,
        province_code,
        scope_agency_code,
        meeting_date,
        {{ as_of_date() }} as as_of_date
    from reviews
)

select * from final
