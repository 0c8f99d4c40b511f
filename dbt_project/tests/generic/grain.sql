{#-
    Unique and not null on the columns of a model's grain, in one query. A column in `nullable` may be null and
    two nulls count as equal. `by_hash` looks only at rows whose hash repeats: as exact, and cheap on millions of rows.
-#}
{% test grain(model, columns, nullable=[], by_hash=false) %}
{%- set required = columns | reject('in', nullable) | list %}

select
    {{ columns | join(',\n    ') }},
    count(*) as row_count
from {{ model }}
{%- if by_hash %}
where
    {{ key_hash(columns) }} in (
        select {{ key_hash(columns) }}
        from {{ model }}
        group by {{ key_hash(columns) }}
        having count(*) > 1
    )
    {%- for column in required %}
    or {{ column }} is null
    {%- endfor %}
{%- endif %}
group by
    {{ columns | join(',\n    ') }}
having
    count(*) > 1
    {%- for column in required %}
    or {{ column }} is null
    {%- endfor %}
{% endtest %}
