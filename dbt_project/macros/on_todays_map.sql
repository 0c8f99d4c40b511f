{% macro on_todays_map(mart, keys, counts) -%}
    {#-
        A review mart by today's map: every count of an agency all of which went to one other stands under that one.
        What was split, or dissolved without an heir to all of it, stays under its own code and says so
        (`succession_state_code`): nobody guesses its shares. Joined when read; sums are those of the mart.

        mart: a mart with agency_code, province_code and level_code. keys: its other columns of the grain.
        counts: its columns that may be added up over agencies.
    -#}
    with counted as (select * from {{ mart }}),

    agencies as (select * from {{ ref("dim_agencies") }}),

    placed as (
        select
            {%- for name in keys + counts %}
                counted.{{ name }},
            {%- endfor %}
            coalesce(agencies.today_agency_code, counted.agency_code) as agency_code,
            coalesce(agencies.succession_state_code, 'current') as own_state_code,
            coalesce(today.province_code, counted.province_code) as province_code,
            coalesce(today.level_code, counted.level_code) as level_code
        from counted
        left join agencies on counted.agency_code = agencies.agency_code
        -- Only an agency that another stands for: a dossier's level may differ from its agency's.
        left join agencies as today
            on
                agencies.today_agency_code = today.agency_code
                and agencies.today_agency_code <> agencies.agency_code
    ),

    final as (
        select
            {%- for name in keys %}
                {{ name }},
            {%- endfor %}
            province_code,
            agency_code,
            level_code,
            case
                when own_state_code = 'replaced' then 'current' else own_state_code
            end as succession_state_code,
            {%- for name in counts %}
                cast(sum({{ name }}) as bigint) as {{ name }}{% if not loop.last %},{% endif %}
            {%- endfor %}
        from placed
        group by
            {%- for name in keys %}
                {{ name }},
            {%- endfor %}
            province_code,
            agency_code,
            level_code,
            case when own_state_code = 'replaced' then 'current' else own_state_code end
    )
{%- endmacro %}

{% macro handling_counts() -%}
    {#- The counts of review.mart_review__handling, which may be added up over agencies. -#}
    {{ return([
        'received_count',
        'received_in_period_count',
        'received_online_count',
        'received_other_count',
        'carried_over_count',
        'resolved_count',
        'resolved_early_count',
        'resolved_on_time_count',
        'resolved_overdue_count',
        'pending_count',
        'pending_in_due_count',
        'pending_overdue_count',
        'set_aside_count',
        'resolved_no_due_count',
        'resolved_withdrawn_count',
        'withdrawn_after_due_count',
        'pending_paused_count',
        'channel_missing_count',
        'rate_numerator_count',
        'rate_denominator_count'
    ]) }}
{%- endmacro %}
