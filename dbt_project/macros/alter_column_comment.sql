{% macro duckdb__alter_column_comment(relation, column_dict) -%}
    {#- Contracts are enforced, so every described column is there: dbt's own asks the database. -#}
    {%- for column in column_dict.values() %}
        comment on column {{ relation }}.{{ column["name"] }}
        is {{ duckdb_escape_comment(column["description"]) }};
    {%- endfor %}
{%- endmacro %}
