{% macro metric_definitions() -%}
    {#- The doc block of each of the model's own columns, as one line of text. -#}
    {%- for metric_code in metric_codes() -%}
        {%- set columns = model.columns if model is defined else {} -%}
        {%- set text = columns[metric_code].description if metric_code in columns else "" -%}
        '{{ text | trim | replace("\n", " ") | replace("'", "''") }}' as {{ metric_code }}
        {%- if not loop.last %},
        {% endif -%}
    {%- endfor -%}
{%- endmacro %}
