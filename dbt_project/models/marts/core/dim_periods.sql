with periods as (select * from {{ ref('int_periods__all') }}),

final as (
    select
        period_code,
        period_name,
        scheme_code,
        period_kind_code,
        start_date,
        end_date,
        known_to_date,
        previous_period_code,
        same_period_last_year_code
    from periods
)

select * from final
