{% macro second_of_day(moment) -%}
    {#- The time of day as a number, since Spark has no type for it. -#}
    extract(hour from {{ moment }}) * 3600
    + extract(minute from {{ moment }}) * 60
    + extract(second from {{ moment }})
{%- endmacro %}
