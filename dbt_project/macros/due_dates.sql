{#-
    The due date that a dossier should have, by the term of its procedure and the working calendar of who sent it.
    Every clock is a ruler, read in the unit of the term: `working_hour` in seconds worked, `working_day` in working
    days, `day` in days. Start + term + what the clock stood still is a place on the ruler; the due day is the working
    day that holds the place. Whether the system's date is that day is asked of its own row of dim_working_days.

    Sources: civil code 2015, articles 147 and 148 (of a term in days the first day does not count, a last day off
    moves to the next working day, a term in hours runs from its moment); what systems do (domain §3.5, peers §1): what
    comes in after closing came in on the next working day, the clock stands while a supplement, a fee or a stop is open.
-#}
{% macro on_ruler(measure, day, moment) -%}
    {#- The place of a moment on the ruler of its term. -#}
    case {{ measure }}
        when 'working_hour' then {{ worked_seconds(day, moment) }}
        when 'working_day' then {{ day }}.working_day_position_no
        when 'day' then {{ day }}.day_position_no
    end
{%- endmacro %}

{% macro starts_at(measure, day, moment) -%}
    {#- Where the clock starts: what comes in on a day off or after closing came in on the next
        working day. -#}
    case
        when {{ measure }} = 'working_hour' then {{ worked_seconds(day, moment) }}
        when {{ day }}.is_working_day and ({{ second_of_day(moment) }}) <= {{ day }}.afternoon_to_second_no
            then {{ on_ruler(measure, day, moment) }}
        when {{ measure }} = 'working_day' then {{ day }}.working_day_position_no + 1
        else {{ day }}.next_worked_position_no
    end
{%- endmacro %}

{% macro holds_after(measure, day) -%}
    {#- A working day holds the places after this one, up to and with `holds_to`. -#}
    case {{ measure }}
        when 'working_hour' then {{ day }}.working_second_position_no
        when 'working_day' then {{ day }}.working_day_position_no - 1
        when 'day' then {{ day }}.last_worked_position_no
    end
{%- endmacro %}

{% macro holds_to(measure, day) -%}
    case {{ measure }}
        when 'working_hour' then {{ day }}.working_second_position_no + {{ day }}.working_seconds
        when 'working_day' then {{ day }}.working_day_position_no
        when 'day' then {{ day }}.day_position_no
    end
{%- endmacro %}

{% macro recomputed_due_dates() -%}
    {#- Common tables up to `judged`: dossiers that were received, their due dates recomputed. -#}
    with days as (select * from {{ ref('dim_working_days') }}),

    localities as (select * from {{ ref('dim_localities') }}),

    procedures as (
        select
            province_code,
            procedure_code,
            term_valid_from,
            time_unit_code,
            legal_time_limit,
            coalesce(committed_time_limit, legal_time_limit) as time_limit,
            -- Zero hours are done on the day: there is no hour to run.
            case
                when coalesce(committed_time_limit, legal_time_limit) is null then null
                when time_unit_code = 'working_hour' and coalesce(committed_time_limit, legal_time_limit) = 0
                    then 'working_day'
                when time_unit_code in ('working_hour', 'working_day', 'day') then time_unit_code
            end as measure_code,
            case when time_unit_code = 'working_hour' then 3600 else 1 end as unit_size
        from {{ ref('dim_procedures') }}
    ),

    -- What lies beyond the calendar's last day cannot be named.
    calendar_ends as (
        select
            working_calendar_code,
            max(working_second_position_no + working_seconds) as last_second_no,
            max(working_day_position_no) as last_working_day_no,
            max(case when is_working_day then day_position_no end) as last_day_no
        from days
        group by working_calendar_code
    ),

    started as (
        select
            dossiers.dossier_key,
            dossiers.dossier_code,
            dossiers.locality_code,
            dossiers.province_code,
            dossiers.agency_code,
            dossiers.procedure_code,
            dossiers.status_code,
            dossiers.received_at,
            dossiers.received_date,
            dossiers.due_date,
            dossiers.closing_date,
            dossiers._delivery_id,
            localities.working_calendar_code,
            procedures.term_valid_from,
            procedures.time_unit_code,
            procedures.time_limit,
            procedures.legal_time_limit,
            procedures.measure_code,
            procedures.unit_size,
            procedures.time_limit * procedures.unit_size as term_no,
            received_days.day_position_no as received_day_no,
            received_days.working_day_position_no as received_working_day_no,
            received_days.weekday_no as received_weekday_no,
            {{ starts_at('procedures.measure_code', 'received_days', 'dossiers.received_at') }} as start_no
        from {{ ref('fct_dossiers') }} as dossiers
        left join localities on dossiers.locality_code = localities.locality_code
        left join procedures
            on
                dossiers.province_code = procedures.province_code
                and dossiers.procedure_code = procedures.procedure_code
        left join days as received_days
            on
                localities.working_calendar_code = received_days.working_calendar_code
                and dossiers.received_date = received_days.calendar_date
        where
            dossiers.received_at is not null
            and coalesce(dossiers.status_code, 'unknown') not in ('1', '3')
            and dossiers.duplicate_of_dossier_key is null
    ),

    stops as (
        select dossier_key, requested_at as started_at, supplied_at as ended_at
        from {{ ref('fct_supplements') }}
        where requested_at is not null
        union all
        select dossier_key, started_at, ended_at
        from {{ ref('fct_pauses') }}
        where started_at is not null
    ),

    still_stopped as (select distinct dossier_key from stops where ended_at is null),

    -- A clock stands from the reception on at the earliest, and stands once where two stops overlap.
    clipped as (
        select
            started.dossier_key,
            started.working_calendar_code,
            started.measure_code,
            started.start_no,
            started.term_no,
            stops.ended_at,
            case when stops.started_at < started.received_at then started.received_at else stops.started_at end
                as started_at
        from stops
        inner join started on stops.dossier_key = started.dossier_key
        where stops.ended_at > stops.started_at and stops.ended_at > started.received_at
    ),

    compared as (
        select
            clipped.*,
            max(clipped.ended_at) over (
                partition by clipped.dossier_key
                order by clipped.started_at nulls last, clipped.ended_at nulls last
                rows between unbounded preceding and 1 preceding
            ) as ended_before_at
        from clipped
    ),

    numbered as (
        select
            compared.*,
            sum(case when compared.ended_before_at >= compared.started_at then 0 else 1 end) over (
                partition by compared.dossier_key
                order by compared.started_at nulls last, compared.ended_at nulls last
                rows between unbounded preceding and current row
            ) as stop_no
        from compared
    ),

    merged as (
        select
            dossier_key,
            stop_no,
            working_calendar_code,
            measure_code,
            start_no,
            term_no,
            min(started_at) as started_at,
            max(ended_at) as ended_at
        from numbered
        group by dossier_key, stop_no, working_calendar_code, measure_code, start_no, term_no
    ),

    placed as (
        select
            merged.dossier_key,
            merged.stop_no,
            merged.measure_code,
            merged.start_no,
            merged.term_no,
            case
                when {{ on_ruler('merged.measure_code', 'first_days', 'merged.started_at') }} < merged.start_no
                    then merged.start_no
                else {{ on_ruler('merged.measure_code', 'first_days', 'merged.started_at') }}
            end as from_no,
            {{ on_ruler('merged.measure_code', 'last_days', 'merged.ended_at') }} as to_no,
            merged.measure_code = 'working_day'
            and not first_days.is_working_day
            and first_days.working_day_position_no >= merged.start_no as is_begun_on_day_off
        from merged
        left join days as first_days
            on
                merged.working_calendar_code = first_days.working_calendar_code
                and cast(merged.started_at as date) = first_days.calendar_date
        left join days as last_days
            on
                merged.working_calendar_code = last_days.working_calendar_code
                and cast(merged.ended_at as date) = last_days.calendar_date
    ),

    stood as (
        select
            placed.*,
            case when placed.to_no < placed.from_no then 0 else placed.to_no - placed.from_no end as length_no
        from placed
    ),

    ran as (
        select
            stood.*,
            stood.from_no - stood.start_no - coalesce(
                sum(stood.length_no) over (
                    partition by stood.dossier_key
                    order by stood.stop_no nulls last
                    rows between unbounded preceding and 1 preceding
                ),
                0
            ) as run_no
        from stood
    ),

    -- A clock that has run out cannot be stopped; a term in days runs to the end of its last day, and on the day off
    -- after it has run out.
    stopped as (
        select
            dossier_key,
            sum(
                case
                    when run_no < term_no then length_no
                    when run_no = term_no and measure_code <> 'working_hour' and not is_begun_on_day_off
                        then length_no
                    else 0
                end
            ) as stopped_no,
            count(*) > count(length_no) as is_outside_calendar
        from ran
        group by dossier_key
    ),

    aimed as (
        select
            started.*,
            coalesce(stopped.stopped_no, 0) as stopped_no,
            coalesce(stopped.is_outside_calendar, false) as is_outside_calendar,
            still_stopped.dossier_key is not null
            or (started.status_code in ('5', '6', '8') and started.closing_date is null) as is_stopped,
            started.start_no + started.term_no + coalesce(stopped.stopped_no, 0) as aim_no,
            case started.measure_code
                when 'working_hour' then calendar_ends.last_second_no
                when 'working_day' then calendar_ends.last_working_day_no
                when 'day' then calendar_ends.last_day_no
            end as last_no,
            due_days.is_working_day as is_due_on_working_day,
            due_days.day_position_no as due_day_no,
            due_days.weekday_no as due_weekday_no,
            due_days.working_day_position_no as due_working_day_no,
            {{ holds_after('started.measure_code', 'due_days') }} as due_after_no,
            {{ holds_to('started.measure_code', 'due_days') }} as due_to_no
        from started
        left join stopped on started.dossier_key = stopped.dossier_key
        left join still_stopped on started.dossier_key = still_stopped.dossier_key
        left join calendar_ends on started.working_calendar_code = calendar_ends.working_calendar_code
        left join days as due_days
            on
                started.working_calendar_code = due_days.working_calendar_code
                and started.due_date = due_days.calendar_date
    ),

    judged as (
        select
            aimed.*,
            case
                when aimed.due_date is null then 'no_due_date'
                when aimed.measure_code is null then 'no_term'
                when aimed.received_date < aimed.term_valid_from then 'before_term'
                when aimed.is_stopped then 'clock_stopped'
                when
                    aimed.is_outside_calendar
                    or aimed.due_day_no is null
                    or coalesce(aimed.aim_no > aimed.last_no, true)
                    then 'outside_calendar'
                when {{ falls_on_due_day('aimed', 'aimed.aim_no') }} then 'equal'
                else 'differs'
            end as state_code
        from aimed
    ),
{%- endmacro %}

{% macro falls_on_due_day(row, place) -%}
    {#- Whether the system's due date is the working day that holds the place. -#}
    {{ row }}.is_due_on_working_day and {{ place }} > {{ row }}.due_after_no and {{ place }} <= {{ row }}.due_to_no
{%- endmacro %}
