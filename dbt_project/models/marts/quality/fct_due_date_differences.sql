{{ config(materialized='view') }}

-- A view: dossiers whose due date is not the one that their term gives, and what it looks like.
-- Of several reasons that fit the first one is named; the rule stands in macros/due_dates.sql.
{{ recomputed_due_dates() }}

codes as (select * from {{ ref('dim_codes') }}),

differing as (
    select * from judged
    where state_code = 'differs'
),

-- The working days as the pieces of each ruler; a day's piece is looked up by eight hours, or
-- sixteen days, that it touches.
rulers as (
    {%- for measure, size in {'working_hour': 28800, 'working_day': 1, 'day': 16}.items() %}
        select
            days.working_calendar_code,
            '{{ measure }}' as measure_code,
            days.calendar_date,
            days.day_position_no,
            days.working_day_position_no,
            {{ holds_after("'" ~ measure ~ "'", 'days') }} as after_no,
            {{ holds_to("'" ~ measure ~ "'", 'days') }} as to_no,
            {{ size }} as piece_size
        from days
        where days.is_working_day
        {%- if not loop.last %}
            union all
        {%- endif -%}
    {%- endfor %}
),

pieces as (
    {%- for number in [0, 1, 2, 3] %}
        select
            rulers.*,
            floor((rulers.after_no + 1) * 1.0 / rulers.piece_size) + {{ number }} as piece_no
        from rulers
        where
            floor((rulers.after_no + 1) * 1.0 / rulers.piece_size) + {{ number }}
            <= floor(rulers.to_no * 1.0 / rulers.piece_size)
        {%- if not loop.last %}
            union all
        {%- endif -%}
    {%- endfor %}
),

recomputed as (
    select
        differing.*,
        pieces.calendar_date as recomputed_due_date,
        differing.due_day_no - pieces.day_position_no as difference_days,
        differing.due_working_day_no - pieces.working_day_position_no as difference_working_days
    from differing
    inner join pieces
        on
            differing.working_calendar_code = pieces.working_calendar_code
            and differing.measure_code = pieces.measure_code
            and floor(
                differing.aim_no * 1.0
                / case differing.measure_code
                    when 'working_hour' then 28800
                    when 'working_day' then 1
                    else 16
                end
            )
            = pieces.piece_no
            and differing.aim_no > pieces.after_no
            and differing.aim_no <= pieces.to_no
),

reasoned as (
    select
        recomputed.*,
        case
            when
                recomputed.stopped_no > 0
                and {{ falls_on_due_day('recomputed', 'recomputed.start_no + recomputed.term_no') }}
                then 'stop_not_added'
            when
                recomputed.stopped_no > 0 and recomputed.difference_working_days = 1
                then 'day_added_after_stop'
            when
                recomputed.legal_time_limit <> recomputed.time_limit
                and {{ falls_on_due_day(
                    'recomputed',
                    'recomputed.start_no + recomputed.legal_time_limit * recomputed.unit_size'
                    ~ ' + recomputed.stopped_no'
                ) }}
                then 'legal_limit'
            when
                recomputed.measure_code = 'working_day'
                and recomputed.start_no > recomputed.received_working_day_no
                and {{ falls_on_due_day('recomputed', 'recomputed.aim_no - 1') }}
                then 'outside_hours'
            -- Weekdays after the day of reception, up to the due date, holidays or not.
            when
                recomputed.measure_code = 'working_day'
                and (
                    recomputed.due_day_no
                    - recomputed.due_weekday_no
                    - recomputed.received_day_no
                    + recomputed.received_weekday_no
                )
                / 7.0
                * 5
                + least(recomputed.due_weekday_no, 5)
                - least(recomputed.received_weekday_no, 5)
                = recomputed.term_no + recomputed.stopped_no
                then 'holidays_ignored'
            when
                recomputed.measure_code = 'working_day'
                and recomputed.due_day_no - recomputed.received_day_no
                = recomputed.term_no + recomputed.stopped_no
                then 'calendar_days'
            when not recomputed.is_due_on_working_day then 'due_on_day_off'
            when recomputed.difference_working_days in (-1, 1) then 'one_day_apart'
            when recomputed.difference_days > 0 then 'later'
            else 'earlier'
        end as reason_code
    from recomputed
),

final as (
    select
        reasoned.dossier_key,
        reasoned.dossier_code,
        reasoned.locality_code,
        reasoned.province_code,
        reasoned.agency_code,
        reasoned.procedure_code,
        reasoned.working_calendar_code,
        reasoned.time_unit_code,
        reasoned.time_limit,
        reasoned.received_at,
        reasoned.due_date,
        reasoned.recomputed_due_date,
        cast(
            reasoned.stopped_no
            / case when reasoned.measure_code = 'working_hour' then 28800.0 else 1 end as double
        ) as stopped_days,
        reasoned.difference_days,
        reasoned.difference_working_days,
        reasoned.reason_code,
        coalesce(codes.code_name, reasoned.reason_code) as reason_name,
        reasoned._delivery_id
    from reasoned
    left join codes
        on reasoned.reason_code = codes.code and codes.list_code = 'due_date_difference'
)

select * from final
