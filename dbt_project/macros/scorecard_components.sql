{% macro scorecard_dossier_components() -%}
    {#-
        Components over dossiers: numerator, denominator, how many nobody knows of, and how many miss
        it, in the sums of `scorecard_sums`; no count of misses where no dossier misses (agencies, procedures).
    -#}
    {{ return({
        'progress': [
            'in_time_by_766_count', 'judged_by_766_count', '0',
            'judged_by_766_count - in_time_by_766_count'
        ],
        'dossier_sync': [
            'listed_count', 'greatest(received_of_listed_count, listed_count + listed_only_count)',
            'received_in_period_count - received_of_listed_count',
            'received_of_listed_count - listed_count'
        ],
        'online_dossiers': [
            'received_online_count', 'received_in_period_count', '0',
            'received_in_period_count - received_online_count'
        ],
        'dossiers_paid_online': [
            'received_paid_online_count', 'received_with_fee_count', 'received_fee_unknown_count',
            'received_with_fee_count - received_paid_online_count'
        ],
        'electronic_results': known_results('result_electronic_count', 'result_electronic_unknown_count'),
        'digitised_dossiers': known_results(
            'input_and_result_digitised_count', 'input_and_result_unknown_count'
        ),
        'certified_e_copies': [
            'certified_agency_count', 'certified_known_agency_count',
            'resolving_agency_count - certified_known_agency_count', none
        ],
        'reused_data': known_results('data_reused_count', 'data_reused_unknown_count'),
        'stored_results': known_results('result_stored_count', 'result_stored_unknown_count'),
        'population_connected_dossiers': known_results(
            'population_connected_count', 'population_connected_unknown_count'
        ),
        'population_connected_procedures': [
            'connected_procedure_count', 'connected_known_procedure_count',
            'resolved_procedure_count - connected_known_procedure_count', none
        ],
        'dossier_satisfaction': [
            'greatest(rated_received_count - rated_overdue_count - disliked_count, 0)',
            'rated_received_count', 'received_count - rated_received_count',
            'rated_overdue_count + disliked_count'
        ]
    }) }}
{%- endmacro %}
{% macro known_results(met, unknown) -%}
    {#- The counts of a component over the resolved dossiers that the source says something of. -#}
    {%- set known = 'resolved_count - ' ~ unknown -%}
    {{ return([met, known, unknown, known ~ ' - ' ~ met]) }}
{%- endmacro %}
{% macro scorecard_sums() -%}
    {#- What the components over dossiers are made of, as sums over rows of fct_scorecard_bases. -#}
    {%- set sums = [
        'received_count', 'received_in_period_count', 'received_online_count', 'resolved_count',
        'judged_by_766_count', 'in_time_by_766_count',
        'received_with_fee_count', 'received_paid_online_count', 'received_fee_unknown_count',
        'input_and_result_digitised_count', 'input_and_result_unknown_count',
        'result_electronic_count', 'result_electronic_unknown_count',
        'data_reused_count', 'data_reused_unknown_count',
        'result_stored_count', 'result_stored_unknown_count',
        'population_connected_count', 'population_connected_unknown_count'
    ] -%}
    {#- Sums over those localities only that sent the list or the ratings. -#}
    {%- set sums_of_sent = {
        'received_of_listed_count': ['is_portal_sent', 'received_in_period_count'],
        'listed_count': ['is_portal_sent', 'listed_count'],
        'listed_only_count': ['is_portal_sent', 'listed_only_count'],
        'rated_received_count': ['is_rating_sent', 'received_count'],
        'rated_overdue_count': ['is_rating_sent', 'resolved_overdue_count + pending_overdue_count'],
        'disliked_count': ['is_rating_sent', 'disliked_count']
    } -%}
    {%- set columns = [] -%}
    {%- for name in sums -%}
        {%- do columns.append("sum(" ~ name ~ ") as " ~ name) -%}
    {%- endfor -%}
    {%- for name, (flag, measure) in sums_of_sent.items() -%}
        {%- set sent = "case when " ~ flag ~ " then " ~ measure ~ " else 0 end" -%}
        {%- do columns.append("sum(" ~ sent ~ ") as " ~ name) -%}
    {%- endfor -%}
    {{ columns | join(",\n        ") }}
{%- endmacro %}
