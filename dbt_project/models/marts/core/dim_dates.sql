with dates as (select * from {{ ref('int_dates__all') }}),

final as (
    select
        calendar_date,
        cast(extract(year from calendar_date) as integer) as calendar_year,
        cast(extract(month from calendar_date) as integer) as month_no,
        cast(extract(day from calendar_date) as integer) as day_no,
        weekday_no,
        is_working_day,
        day_name,
        instrument,
        day_position_no,
        working_day_position_no
    from dates
)

select * from final
