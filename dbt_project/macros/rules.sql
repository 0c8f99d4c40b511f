{% macro rule_codes() -%}
    {#- Every rule set: a row of rule_sets.csv, a doc block of dbt_project/docs/rules.md. -#}
    {{ return(['ii06', 'qd766', 'ii06_timestamp', 'opencps_engine', 'opencps_session', 'press']) }}
{%- endmacro %}

{% macro judging_rule_codes() -%}
    {#- Rule sets with an outcome column of their own; `press` reads that of ii06. -#}
    {{ return(rule_codes() | reject('equalto', 'press') | list) }}
{%- endmacro %}

{% macro outcome_columns() -%}
    {#- The outcome columns of core.fct_dossier_periods, as a list of a select or a group by. -#}
    {{ judging_rule_codes() | join("_outcome_code, ") }}_outcome_code
{%- endmacro %}

{% macro closing_date(dossiers) -%}
    {#- The day a dossier was finished, returned or withdrawn. -#}
    case
        when {{ dossiers }}.status_code in ('7', '9', '10')
            then cast(coalesce({{ dossiers }}.finished_at, {{ dossiers }}.returned_at) as date)
    end
{%- endmacro %}

{% macro outcome_by_rule(rule_code) -%}
    {#- What a row of core.fct_dossier_periods, or a group of them, is under the rule named. -#}
    case {{ rule_code }}
        when 'qd766' then qd766_outcome_code
        when 'ii06_timestamp' then ii06_timestamp_outcome_code
        when 'opencps_engine' then opencps_engine_outcome_code
        when 'opencps_session' then opencps_session_outcome_code
        else ii06_outcome_code
    end
{%- endmacro %}

{% macro is_received_by_rule(rule_code) -%}
    {#- Received in the period: OpenCPS takes its first instant for the period before. -#}
    received_in_period_count = 1
    and not ({{ rule_code }} in ('opencps_engine', 'opencps_session') and received_at_start_count = 1)
{%- endmacro %}

{% macro is_on_time_by_rule(rule_code, outcome_code) -%}
    {#- The numerator of the rule's on-time rate. -#}
    {{ outcome_code }} in ('early', 'on_time')
    or ({{ rule_code }} = 'qd766' and {{ outcome_code }} = 'in_due')
{%- endmacro %}

{% macro is_judged_by_rule(rule_code, outcome_code, is_received) -%}
    {#- The denominator of the rule's on-time rate. -#}
    case {{ rule_code }}
        when 'qd766' then {{ outcome_code }} <> 'not_counted'
        when 'press' then {{ is_received }}
        else {{ outcome_code }} in ('early', 'on_time', 'overdue')
    end
{%- endmacro %}

{% macro shown_outcome(outcome_code) -%}
    {#- Early and on time are one to a reader of rates: between them no dossier has flipped. -#}
    case when {{ outcome_code }} in ('early', 'on_time') then 'in_time' else {{ outcome_code }} end
{%- endmacro %}
