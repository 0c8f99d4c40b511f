{% macro sum_where(column_name, condition) -%}
    {#- The sum of a count over the rows of a group for which the condition holds. -#}
    cast(sum(case when {{ condition }} then {{ column_name }} else 0 end) as bigint)
{%- endmacro %}
