{% macro closing_moment() -%}
    {#- When a dossier was closed, to the second. A time of midnight is what a source writes that
    knows the day only: null, as while it is open. -#}
    case
        when
            status_code in ('9', '10')
            and coalesce(finished_at, returned_at) <> cast(closing_date as timestamp)
            then coalesce(finished_at, returned_at)
    end
{%- endmacro %}
