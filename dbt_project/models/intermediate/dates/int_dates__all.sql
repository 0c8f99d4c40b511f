{{ config(materialized='table') }}

-- A table, not a view: of a table it is known that a day comes once. Else what is joined with days
-- is taken for billions of rows, and dossiers are hashed in its place (int_dossiers__counted).
-- Which days are worked, said here and nowhere else: Monday to Friday, but for the days of the two
-- seeds; an override goes before what the package knows. 1 January 2010 was a Friday.
-- Between two days lie as many days, or working days, as their positions differ.
with digits as (select * from {{ ref('digits') }}),

official_days as (select * from {{ ref('special_days') }}),

overrides as (select * from {{ ref('special_day_overrides') }}),

special_days as (
    select
        calendar_date,
        is_working_day,
        half_code,
        day_name,
        instrument
    from overrides
    union all
    select
        calendar_date,
        is_working_day,
        cast(null as string) as half_code,
        day_name,
        instrument
    from official_days
    where calendar_date not in (select overrides.calendar_date from overrides)
),

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
        (numbered.day_no + 4) % 7 + 1 as weekday_no,
        numbered.day_no
    from numbered
    where numbered.day_no < 6574
),

judged as (
    select
        dates.calendar_date,
        dates.day_no,
        dates.weekday_no,
        coalesce(special_days.is_working_day, dates.weekday_no <= 5) as is_working_day,
        special_days.half_code,
        special_days.day_name,
        special_days.instrument
    from dates
    left join special_days on dates.calendar_date = special_days.calendar_date
),

final as (
    select
        calendar_date,
        cast(weekday_no as integer) as weekday_no,
        is_working_day,
        half_code,
        day_name,
        instrument,
        cast(day_no as integer) as day_position_no,
        cast(
            sum(case when is_working_day then 1 else 0 end) over (
                order by calendar_date asc nulls last
            ) as integer
        ) as working_day_position_no
    from judged
)

select * from final
