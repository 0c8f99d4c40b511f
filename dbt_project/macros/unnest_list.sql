{% macro unnest_list(list_column, item) -%}
    {#- One row per item of a list of structs, for a `from` clause. -#}
    {%- if var("engine", "duckdb") == "spark" -%}
        lateral view explode({{ list_column }}) items as {{ item }}
    {%- else -%}
        cross join unnest({{ list_column }}) as items ({{ item }})
    {%- endif -%}
{%- endmacro %}
