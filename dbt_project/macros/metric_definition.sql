{% macro metric_definition(metric_code) -%}
    {#- The doc block of the model's own column, as one line of text. -#}
    {%- if model is defined and metric_code in model.columns -%}
        {{ model.columns[metric_code].description | trim | replace("\n", " ") | replace("'", "''") }}
    {%- endif -%}
{%- endmacro %}
