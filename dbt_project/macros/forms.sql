{% macro ii06_columns() -%}
    {#- The numbered columns of form II.06, and the count of mart_review__handling that each is. -#}
    {{ return({
        3: 'received_count',
        4: 'received_online_count',
        5: 'received_other_count',
        6: 'carried_over_count',
        7: 'resolved_count',
        8: 'resolved_early_count',
        9: 'resolved_on_time_count',
        10: 'resolved_overdue_count',
        11: 'pending_count',
        12: 'pending_in_due_count',
        13: 'pending_overdue_count'
    }) }}
{%- endmacro %}

{% macro is_in_ii06_column(column_no, outcome_code, is_received_in_period, is_online) -%}
    {#- Whether a dossier of an outcome of rule ii06 stands in a numbered column of form II.06. -#}
    case {{ column_no }}
        when 3 then {{ outcome_code }} <> 'not_counted'
        when 4
            then {{ outcome_code }} <> 'not_counted' and {{ is_received_in_period }} and {{ is_online }}
        when 5
            then
                {{ outcome_code }} <> 'not_counted'
                and {{ is_received_in_period }}
                and not {{ is_online }}
        when 6 then {{ outcome_code }} <> 'not_counted' and not {{ is_received_in_period }}
        when 7 then {{ outcome_code }} in ('early', 'on_time', 'overdue')
        when 8 then {{ outcome_code }} = 'early'
        when 9 then {{ outcome_code }} = 'on_time'
        when 10 then {{ outcome_code }} = 'overdue'
        when 11 then {{ outcome_code }} in ('in_due', 'past_due')
        when 12 then {{ outcome_code }} = 'in_due'
        when 13 then {{ outcome_code }} = 'past_due'
    end
{%- endmacro %}
