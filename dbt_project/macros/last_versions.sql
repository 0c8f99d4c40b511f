{% macro last_versions(
    relation, keys, values, are_events=false, owner=["locality_code", "dossier_code"]
) -%}
    {#-
        The rows of a dataset as their last known export shows them, with where they came from.

        relation: the staging model. keys: the columns that tell one from another. values: the rest.
        owner: whose the rows are; the keys tell apart those of one owner.
        are_events: equal rows of one export are different events, and of two exports that hold one the last wins;
        else one row a key is kept. Most keys come once: only those whose hash repeats are ranked.
    -#}
    {%- set columns = ["locality_code", "province_code"] -%}
    {%- set columns = columns + (owner | reject("in", columns) | list) + keys + values -%}
    {%- set columns = columns + ["_delivery_id", "_exported_at", "_source_file", "_source_row"] -%}
    {%- set keys = owner + keys -%}
    {%- set newest_first = ["_exported_at desc nulls last", "_delivery_id desc nulls last"] -%}
    {%- set last_lines_first = ["_source_file desc nulls last", "_source_row desc nulls last"] -%}
    {%- set newest_first = newest_first if are_events else newest_first + last_lines_first -%}
    with versions as (
        select {{ columns | join(", ") }}, {{ key_hash(keys) }} as key_hash
        from {{ relation }}
        where _delivery_id in (select known.delivery_id from {{ ref("int_deliveries__known") }} as known)
    ),

    repeated as (
        select key_hash
        from versions
        group by key_hash
        having {{ "min(_delivery_id) <> max(_delivery_id)" if are_events else "count(*) > 1" }}
    ),

    ranked as (
        select
            {{ columns | join(", ") }},
            {{ "dense_rank()" if are_events else "row_number()" }} over (
                partition by {{ keys | join(", ") }}
                order by {{ newest_first | join(", ") }}
            ) as version_no
        from versions
        where key_hash in (select repeated.key_hash from repeated)
    )

    select {{ columns | join(", ") }}
    from versions
    where key_hash not in (select repeated.key_hash from repeated)
    union all
    select {{ columns | join(", ") }}
    from ranked
    where version_no = 1
{%- endmacro %}
