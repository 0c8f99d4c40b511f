{% macro hold_grain(relation, meta) -%}
    {#-
        Stop where a table that was just made holds a key of its grain twice, or none: no test has
        to be remembered, and nothing is built upon it. A column in `null_in_grain` may be null, and
        two nulls count as equal. Of a table that is renewed only the rows that may have changed are
        looked at.
    -#}
    {%- set found = run_query(breaches_of_grain(renewed_rows(relation), meta)) -%}
    {%- set keys = [] -%}
    {%- for row in found.rows -%}
        {%- do keys.append("(" ~ row.values() | join(", ") ~ ")") -%}
    {%- endfor -%}
    {%- if keys -%}
        {{ exceptions.raise_compiler_error(
            relation.schema ~ "." ~ relation.identifier ~ " must have one row a "
            ~ meta["grain"] | join(", ") ~ "; not so (the last is how many there are): "
            ~ keys | join(" ")
        ) }}
    {%- endif -%}
{%- endmacro %}

{% macro breaches_of_grain(rows, meta) -%}
    {#- First the few rows whose hash repeats: as exact, and cheap on millions of rows. -#}
    {%- set columns = meta["grain"] | join(", ") -%}
    {%- set hash = key_hash(meta["grain"]) -%}
    {%- set never_null = meta["grain"] | reject("in", meta.get("null_in_grain", [])) | list -%}
    {%- set has_null = "(" ~ never_null | join(" is null or ") ~ " is null)" -%}
    select {{ columns }}, count(*) as row_count
    from {{ rows }} as looked_at
    where
        {{ has_null }}
        or {{ hash }} in (
            select {{ hash }} from {{ rows }} as hashed group by {{ hash }} having count(*) > 1
        )
    group by {{ columns }}
    having count(*) > 1 or {{ has_null }}
    limit 3
{%- endmacro %}
