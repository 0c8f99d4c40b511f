{#-
    Unique and not null on the columns of a model's grain, in one query. A column in `nullable` may
    be null and two nulls count as equal. `by_hash` looks only at rows whose hash repeats: as exact,
    and cheap on millions of rows.
-#}
{% test grain(model, columns, nullable=[], by_hash=false) -%}
    {%- set keys = columns | join(", ") -%}
    {%- set rows = renewed_rows(model) -%}
    {%- set looked_at = repeated_or_null(rows, columns, nullable) if by_hash else rows -%}
    select
        {{ keys }},
        count(*) as row_count
    from {{ looked_at }}
    group by {{ keys }}
    having count(*) > 1 or {{ null_among(columns, nullable) }}
{%- endtest %}
