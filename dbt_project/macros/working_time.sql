{% macro clock_second(clock) -%}
    {#- A time of day written 07:30, as a number. -#}
    cast(substring({{ clock }}, 1, 2) as integer) * 3600
    + cast(substring({{ clock }}, 4, 2) as integer) * 60
{%- endmacro %}

{% macro worked_seconds(day, moment) -%}
    {#-
        Seconds worked from the calendar's first day up to a moment; between two moments lie as many
        as these differ.

        day: the row of dim_working_days of the moment's date.
    -#}
    {{ day }}.working_second_position_no
    + least(
        greatest(({{ second_of_day(moment) }}) - {{ day }}.morning_from_second_no, 0),
        {{ day }}.morning_to_second_no - {{ day }}.morning_from_second_no
    )
    + least(
        greatest(({{ second_of_day(moment) }}) - {{ day }}.afternoon_from_second_no, 0),
        {{ day }}.afternoon_to_second_no - {{ day }}.afternoon_from_second_no
    )
{%- endmacro %}
