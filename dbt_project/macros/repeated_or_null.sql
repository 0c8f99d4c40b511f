{% macro repeated_or_null(model, columns, nullable) -%}
    {#- The few rows whose key may break the grain: its hash repeats, or a part of it is null. -#}
    (
        select {{ columns | join(", ") }}
        from {{ model }}
        where
            {{ null_among(columns, nullable) }}
            or {{ key_hash(columns) }} in (
                select {{ key_hash(columns) }}
                from {{ model }}
                group by {{ key_hash(columns) }}
                having count(*) > 1
            )
    ) as looked_at
{%- endmacro %}
