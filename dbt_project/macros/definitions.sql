{% macro definitions(codes) -%}
    {#- The doc block of each of the model's own columns, as one line of text. -#}
    {%- for code in codes -%}
        {%- set columns = model.columns if model is defined else {} -%}
        {%- set text = columns[code].description if code in columns else "" -%}
        '{{ text | trim | replace("\n", " ") | replace("'", "''") }}' as {{ code }}
        {%- if not loop.last %},
        {% endif -%}
    {%- endfor -%}
{%- endmacro %}
