{% macro sum_where(column_name, condition) -%}
    {#- The sum of a count over the rows of a group for which the condition holds. -#}
    cast(sum(case when {{ condition }} then {{ column_name }} else 0 end) as bigint)
{%- endmacro %}
{% macro sums_of(names) -%}
    {#- The sum of each count over the rows of a group, under its own name. -#}
    {%- for name in names -%}
        sum({{ name }}) as {{ name }}
        {%- if not loop.last %},
        {% endif -%}
    {%- endfor -%}
{%- endmacro %}
