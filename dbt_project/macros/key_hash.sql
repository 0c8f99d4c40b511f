{% macro key_hash(columns) -%}
    {#- A number to look for repeated keys with: never stored, never trusted without the key. -#}
    {{ "xxhash64" if var("engine", "duckdb") == "spark" else "hash" }}({{ columns | join(", ") }})
{%- endmacro %}
