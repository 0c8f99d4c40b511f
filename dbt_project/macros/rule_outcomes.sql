{#-
    Each rule set says here, and nowhere else, what a dossier is in a period: early, on_time, overdue (resolved),
    in_due, past_due (pending), set_aside (counted, in neither) or not_counted. The columns are those of
    int_dossiers__judged; the rule in words is its doc block in dbt_project/docs/rules.md.
-#}
{% macro ii06_outcome() -%}
    {#- From the counts of int_dossiers__counted, where it stands; `press` counts the same. -#}
    case
        when resolved_early_count = 1 then 'early'
        when resolved_on_time_count = 1 then 'on_time'
        when resolved_overdue_count = 1 then 'overdue'
        when pending_overdue_count = 1 then 'past_due'
        else 'in_due'
    end
{%- endmacro %}

{% macro ii06_timestamp_outcome() -%}
    case
        when resolved_count = 0
            then
                case
                    when pending_paused_count = 0 and due_at < known_to_at then 'past_due'
                    else 'in_due'
                end
        when status_code = '7' or due_at is null then 'on_time'
        when coalesce(finished_at, returned_at) < due_at then 'early'
        when coalesce(finished_at, returned_at) > due_at then 'overdue'
        else 'on_time'
    end
{%- endmacro %}

{% macro is_past_due_by_766() -%}
    {#- No due date: the time taken against the legal limit; where that is unknown, not overdue. -#}
    case
        when handled_date is null and asked_date is not null and asked_count > 1 then true
        when due_date is null then coalesce(taken_days > limit_days, false)
        when handled_date is null then coalesce(asked_date, known_to_date) > due_date
        else handled_date > due_date + cast(supplement_days as integer)
    end
{%- endmacro %}

{% macro qd766_outcome() -%}
    case
        when received_in_period_count = 0 and handled_date < start_date then 'not_counted'
        when handled_date is null and is_past_due_by_766 then 'past_due'
        when handled_date is null then 'in_due'
        when is_past_due_by_766 then 'overdue'
        when handled_date < due_date + cast(supplement_days as integer) then 'early'
        else 'on_time'
    end
{%- endmacro %}

{% macro opencps_engine_outcome() -%}
    case
        when received_in_period_count = 0 and released_at < start_at then 'not_counted'
        when released_at is null or released_at > known_to_at
            then case when due_at <= known_to_at then 'past_due' else 'in_due' end
        when status_code = '7' then 'set_aside'
        when released_at > due_at then 'overdue'
        when returned_at < due_at then 'early'
        else 'on_time'
    end
{%- endmacro %}

{% macro opencps_session_outcome() -%}
    case
        when received_in_period_count = 0 and released_at < start_at then 'not_counted'
        when released_at is null or released_at > known_to_at
            then case when due_at <= known_to_at then 'past_due' else 'in_due' end
        when status_code = '7' or released_at <= start_at or released_at = known_to_at
            then 'set_aside'
        when released_at > due_at then 'overdue'
        when
            due_at is null
            or cast(released_at as date) < due_date
            or (
                cast(released_at as date) = due_date
                and extract(hour from released_at) < {{ session_hour("due_at") }}
            )
            then 'early'
        else 'on_time'
    end
{%- endmacro %}

{% macro session_hour(moment) -%}
    {#- The hour from which OpenCPS takes the half day of a due time to run, its slips included. -#}
    case
        when
            {{ second_of_day(moment) }} between 25200 and 41400
            then 7
        when
            {{ second_of_day(moment) }} between 48600 and 61200
            then 13
        else 0
    end
{%- endmacro %}
