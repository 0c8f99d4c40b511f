{% macro null_among(columns, nullable) -%}
    {#- True where a column that may not be null is. -#}
    ({{ columns | reject("in", nullable) | join(" is null or ") }} is null)
{%- endmacro %}
