{% macro metric_codes() -%}
    {#- Every metric that has a doc block in dbt_project/docs/metrics.md. -#}
    {{ return([
        'resolved_in_time',
        'resolved_overdue',
        'pending_overdue',
        'online_received',
        'online_resolved',
        'full_online_received',
        'input_digitised',
        'result_digitised',
        'input_and_result_digitised',
        'result_electronic',
        'data_reused',
        'services_online',
        'services_full',
        'services_partial',
        'ratings_share',
        'plan_tasks_done',
        'received',
        'received_in_period',
        'carried_over',
        'resolved',
        'pending',
        'resolved_no_due',
        'resolved_withdrawn',
        'withdrawn_after_due',
        'pending_paused'
    ]) }}
{%- endmacro %}
