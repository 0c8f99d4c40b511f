{% macro on_current_map(mart, keys, counts) -%}
    {#-
        A review mart by the map of the as-of date: where all of an agency went to one other, its counts stand under that
        one. What was split, or dissolved without an heir to all of it, stays under its own code and says so
        (`succession_state_code`): nobody guesses its shares. Joined when read; sums are those of the mart.

        mart: a mart with agency_code, province_code and level_code. keys: its other columns of the grain.
        counts: its columns that may be added up over agencies.
    -#}
    {%- set sums = [] -%}
    {%- for name in counts -%}
        {%- do sums.append("cast(sum(" ~ name ~ ") as bigint) as " ~ name) -%}
    {%- endfor -%}
    {%- set placed = ["province_code", "agency_code", "level_code"] -%}
    {%- set grain = keys + placed + ["succession_state_code"] -%}
    with counted as (select * from {{ mart }}),

    agencies as (select * from {{ ref("dim_agencies") }}),

    placed as (
        select
            counted.{{ (keys + counts) | join(", counted.") }},
            coalesce(agencies.current_agency_code, counted.agency_code) as agency_code,
            coalesce(nullif(agencies.succession_state_code, 'replaced'), 'current')
                as succession_state_code,
            coalesce(heirs.province_code, counted.province_code) as province_code,
            coalesce(heirs.level_code, counted.level_code) as level_code
        from counted
        left join agencies on counted.agency_code = agencies.agency_code
        -- Only an agency that another stands for: a dossier's level may differ from its agency's.
        left join agencies as heirs
            on
                agencies.current_agency_code = heirs.agency_code
                and agencies.current_agency_code <> agencies.agency_code
    ),

    final as (
        select {{ grain | join(", ") }}, {{ sums | join(", ") }}
        from placed
        group by {{ grain | join(", ") }}
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
        'pending_stopped_count',
        'channel_missing_count',
        'rate_numerator_count',
        'rate_denominator_count'
    ]) }}
{%- endmacro %}
