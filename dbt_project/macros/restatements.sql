{% macro status_class(status_code) -%}
    {#- What the counting rule tells apart among states: between 9 and 10 nothing changes. -#}
    case
        when {{ status_code }} in ('9', '10') then 'closed'
        when {{ status_code }} = '7' then 'withdrawn'
        when {{ status_code }} in ('1', '3') then 'not_counted'
        when {{ status_code }} in ('5', '6', '8') then 'paused'
        else 'open'
    end
{%- endmacro %}

{% macro is_other(one, another) -%}
    {#- Whether two values differ; two nulls do not. -#}
    coalesce({{ one }} <> {{ another }}, ({{ one }} is null) <> ({{ another }} is null))
{%- endmacro %}

{% macro restatement_reason(dossiers) -%}
    {#-
        Why a dossier is not counted as the pack counted it; each reason is a row of code_lists. None where it is
        counted the same and the pack knew already that it is gone.
    -#}
    case
        when not {{ dossiers }}.is_dossier_known_to_pack then 'arrived_late'
        when {{ dossiers }}.is_duplicate then 'duplicate'
        when {{ dossiers }}.is_missing_from_source and not {{ dossiers }}.was_missing
            then 'vanished'
        when
            {{ dossiers }}.is_counted_the_same
            and not {{ dossiers }}.has_other_channel
            and not {{ dossiers }}.has_other_agency
            then null
        when {{ dossiers }}.has_other_status then 'status'
        when {{ dossiers }}.has_other_due_date then 'due_date'
        when {{ dossiers }}.has_other_closing_date then 'closing_date'
        when {{ dossiers }}.has_other_channel then 'channel'
        when {{ dossiers }}.has_other_agency or {{ dossiers }}.has_come_to_agency then 'agency'
        else 'other'
    end
{%- endmacro %}

{% macro is_change_of(reason_code, changed_columns) -%}
    {#- One where a version's change is one that the reason names. -#}
    case
        when {{ reason_code }} = 'arrived_late' and {{ changed_columns }} is null then 1
        when {{ reason_code }} = 'vanished' and {{ changed_columns }} like '%is_missing%' then 1
        when {{ reason_code }} = 'status' and {{ changed_columns }} like '%status_code%' then 1
        when {{ reason_code }} = 'due_date' and {{ changed_columns }} like '%due_at%' then 1
        when
            {{ reason_code }} = 'closing_date'
            and (
                {{ changed_columns }} like '%finished_at%'
                or {{ changed_columns }} like '%returned_at%'
            )
            then 1
        when {{ reason_code }} = 'channel' and {{ changed_columns }} like '%channel_code%' then 1
        when {{ reason_code }} = 'agency' and {{ changed_columns }} like '%agency_code%' then 1
        else 0
    end
{%- endmacro %}

{% macro restated_measures(relation) -%}
    {#- A row per dossier and figure of a pack: whether it is counted in it, then and now. -#}
    {%- set outcomes_by_measure = {
        "received": "'early', 'on_time', 'overdue', 'in_due', 'past_due'",
        "resolved": "'early', 'on_time', 'overdue'",
        "resolved_early": "'early'",
        "resolved_on_time": "'on_time'",
        "resolved_overdue": "'overdue'",
        "pending": "'in_due', 'past_due'",
        "pending_in_due": "'in_due'",
        "pending_overdue": "'past_due'"
    } -%}
    {%- for measure_code, outcomes in outcomes_by_measure.items() %}
    select
        review_code,
        pack_no,
        '{{ measure_code }}' as measure_code,
        reason_code,
        outcome_code in ({{ outcomes }}) as is_in_now,
        sealed_outcome_code in ({{ outcomes }}) as was_in
    from {{ relation }}
    union all
    {%- endfor %}
    select
        review_code,
        pack_no,
        'received_in_period' as measure_code,
        reason_code,
        coalesce(is_received_in_period, false) as is_in_now,
        coalesce(is_sealed_as_received_in_period, false) as was_in
    from {{ relation }}
{%- endmacro %}
