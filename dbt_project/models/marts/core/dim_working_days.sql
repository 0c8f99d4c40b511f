-- Working time, said here and nowhere else: of each calendar the hours worked on each day, and how
-- many days and seconds were worked before. What lies between two moments is the difference of two
-- rows (macro worked_seconds). Hours stand in the seed working_hours by weekday; a day off has
-- none, a weekend made up has Monday's, a half day one session of its own.
with dates as (select * from {{ ref('int_dates__all') }}),

hours as (
    select
        working_calendar_code,
        weekday_no,
        valid_from,
        valid_to,
        {{ clock_second("morning_from") }} as morning_from_second_no,
        {{ clock_second("morning_to") }} as morning_to_second_no,
        {{ clock_second("afternoon_from") }} as afternoon_from_second_no,
        {{ clock_second("afternoon_to") }} as afternoon_to_second_no
    from {{ ref('working_hours') }}
),

calendars as (select distinct working_calendar_code from hours),

days as (
    select
        calendars.working_calendar_code,
        dates.calendar_date,
        dates.weekday_no,
        dates.day_position_no,
        dates.half_code,
        case
            when dates.day_name is null then dates.weekday_no
            when dates.is_working_day and dates.weekday_no <= 5 then dates.weekday_no
            when dates.is_working_day then 1
        end as hours_of_weekday_no
    from dates
    cross join calendars
),

-- A session that is not worked begins and ends where the other one does.
opened as (
    select
        days.working_calendar_code,
        days.calendar_date,
        days.weekday_no,
        days.day_position_no,
        case
            when days.half_code = 'afternoon' then hours.afternoon_from_second_no
            else coalesce(hours.morning_from_second_no, hours.afternoon_from_second_no)
        end as morning_from_second_no,
        case
            when days.half_code = 'afternoon' then hours.afternoon_from_second_no
            else coalesce(hours.morning_to_second_no, hours.afternoon_from_second_no)
        end as morning_to_second_no,
        case
            when days.half_code = 'morning' then hours.morning_to_second_no
            else coalesce(hours.afternoon_from_second_no, hours.morning_to_second_no)
        end as afternoon_from_second_no,
        case
            when days.half_code = 'morning' then hours.morning_to_second_no
            else coalesce(hours.afternoon_to_second_no, hours.morning_to_second_no)
        end as afternoon_to_second_no
    from days
    left join hours
        on
            days.working_calendar_code = hours.working_calendar_code
            and days.hours_of_weekday_no = hours.weekday_no
            and days.calendar_date >= hours.valid_from
            and (hours.valid_to is null or days.calendar_date <= hours.valid_to)
),

measured as (
    select
        opened.*,
        coalesce(
            opened.morning_to_second_no
            - opened.morning_from_second_no
            + opened.afternoon_to_second_no
            - opened.afternoon_from_second_no,
            0
        ) as working_seconds
    from opened
),

final as (
    select
        working_calendar_code,
        calendar_date,
        cast(weekday_no as integer) as weekday_no,
        working_seconds > 0 as is_working_day,
        cast(coalesce(morning_from_second_no, 0) as integer) as morning_from_second_no,
        cast(coalesce(morning_to_second_no, 0) as integer) as morning_to_second_no,
        cast(coalesce(afternoon_from_second_no, 0) as integer) as afternoon_from_second_no,
        cast(coalesce(afternoon_to_second_no, 0) as integer) as afternoon_to_second_no,
        cast(working_seconds as integer) as working_seconds,
        day_position_no,
        cast(
            sum(case when working_seconds > 0 then 1 else 0 end) over (
                partition by working_calendar_code order by calendar_date asc nulls last
            ) as integer
        ) as working_day_position_no,
        cast(
            sum(working_seconds) over (
                partition by working_calendar_code order by calendar_date asc nulls last
            ) - working_seconds as bigint
        ) as working_second_position_no,
        coalesce(
            max(case when working_seconds > 0 then day_position_no end) over (
                partition by working_calendar_code
                order by calendar_date asc nulls last
                rows between unbounded preceding and 1 preceding
            ),
            -1
        ) as last_worked_position_no,
        min(case when working_seconds > 0 then day_position_no end) over (
            partition by working_calendar_code
            order by calendar_date asc nulls last
            rows between 1 following and unbounded following
        ) as next_worked_position_no
    from measured
)

select * from final
