{% macro flag(condition) -%}
    {#- One where the condition holds, zero where it does not or is not known. -#}
    cast(case when {{ condition }} then 1 else 0 end as tinyint)
{%- endmacro %}
