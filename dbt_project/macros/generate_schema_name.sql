{% macro generate_schema_name(custom_schema_name, node) -%}
    {#- Schemas are what analysts read: core, review, quality, never main_core. -#}
    {{ (custom_schema_name or target.schema) | trim }}
{%- endmacro %}
