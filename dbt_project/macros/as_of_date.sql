{% macro as_of_date() -%}
    {#- The day up to which exports are known; no model reads the clock. -#}
    cast('{{ var("as_of_date") }}' as date)
{%- endmacro %}
