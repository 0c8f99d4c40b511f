-- The days for which the seed knows holidays and swapped days; 1 January 2010 was a Friday.
with digits as (select * from {{ ref('digits') }}),

special_days as (select * from {{ ref('special_days') }}),

numbered as (
    select
        1000 * thousands.digit_no + 100 * hundreds.digit_no + 10 * tens.digit_no + ones.digit_no
            as day_no
    from digits as thousands
    cross join digits as hundreds
    cross join digits as tens
    cross join digits as ones
),

dates as (
    select
        cast('2010-01-01' as date) + cast(numbered.day_no as integer) as calendar_date,
        (numbered.day_no + 4) % 7 + 1 as weekday_no
    from numbered
    where numbered.day_no < 6574
),

final as (
    select
        dates.calendar_date,
        cast(extract(year from dates.calendar_date) as integer) as calendar_year,
        cast(extract(month from dates.calendar_date) as integer) as month_no,
        cast(extract(day from dates.calendar_date) as integer) as day_no,
        cast(dates.weekday_no as integer) as weekday_no,
        coalesce(special_days.is_working_day, dates.weekday_no <= 5) as is_working_day,
        special_days.day_name,
        special_days.instrument
    from dates
    left join special_days on dates.calendar_date = special_days.calendar_date
)

select * from final
