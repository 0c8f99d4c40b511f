{% macro hold_grain(relation, meta) -%}
    {#-
        Stop where a table that was just made holds a key of its grain twice, or none: no test has
        to be remembered, and nothing is built upon it. A column in `null_in_grain` may be null, and
        two nulls count as equal. Of a table that is renewed only the rows that may have changed are
        looked at. A statement that gives no row while all is well.
    -#}
    {%- set made = renewed_rows(relation) if "renewed_by" in meta else relation -%}
    {%- set said =
        relation.schema ~ "." ~ relation.identifier ~ " must have one row a "
        ~ meta["grain"] | join(", ") ~ "; not so (the last is how many there are): "
    -%}
    {%- set values = [] -%}
    {%- for column in meta["grain"] -%}
        {%- do values.append("coalesce(cast(" ~ column ~ " as varchar), 'null')") -%}
    {%- endfor -%}
    {%- set key = "'(' || " ~ (values + ["row_count"]) | join(" || ', ' || ") ~ " || ')'" -%}
    select {{ stop_with("'" ~ said ~ "' || string_agg(" ~ key ~ ", ' ')") }}
    from ({{ breaches_of_grain(made, meta) }}) as breaches
    having count(*) > 0
{%- endmacro %}

{% macro stop_with(message) -%}
    {#- End the statement, saying why. -#}
    {{ "raise_error" if var("engine", "duckdb") == "spark" else "error" }}({{ message }})
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
