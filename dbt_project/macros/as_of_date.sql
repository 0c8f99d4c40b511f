{% macro as_of_date() -%}
    {#- The day up to which exports are known; no model reads the clock. Read when SQL is compiled:
        a parse of the project holds for any day. -#}
    cast('{{ var("as_of_date", env_var("MOTCUA_AS_OF_DATE")) if execute else "1970-01-01" }}' as date)
{%- endmacro %}
