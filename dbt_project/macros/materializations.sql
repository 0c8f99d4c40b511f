{#-
    dbt's own table and view first build under another name, then rename and drop, so that readers of a live database
    never miss a table. Every build of ours goes into a file that nobody reads, so these two create in place, in one
    statement each; a build that renews keeps most rows of a table that says by what (macros/renewal.sql). A table
    with a contract is held to its grain as soon as it is there (macros/grain.sql); the gate holds all against their
    contracts at once, and comments are written at the end.

    Where a model's meta says `keep_join_sides`, its joins put the side into memory that stands on the right, as written:
    DuckDB takes a chain of views over Parquet for small, held all dossiers to meet their few pauses, and spilled.
-#}
{% materialization view, adapter='duckdb' %}
    {%- set target_relation = this.incorporate(type='view') -%}
    {% call statement('main') -%}
        create or replace view {{ target_relation }} as (
            {{ sql }}
        )
    {%- endcall %}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}

{% materialization table, adapter='duckdb' %}
    {%- set target_relation = this.incorporate(type='table') -%}
    {#- One setting for all threads; what is touched is small: a build that renews needs none. -#}
    {%- set is_kept = config.get('meta', {}).get('keep_join_sides', false) and not is_renewing() -%}
    {% call statement('main') -%}
        {% if is_kept %} set disabled_optimizers = 'build_side_probe_side'; {% endif %}
        {% if is_renewing() and 'renewed_by' in config.get('meta', {}) %}
            {{ renew_table(target_relation, sql, config.get('meta')) }}
        {% else %}
            create or replace table {{ target_relation }} as (
                {{ sql }}
            );
        {% endif %}
        {% if is_kept %} reset disabled_optimizers; {% endif %}
        {% if config.get('contract').enforced %}
            {{ hold_grain(target_relation, config.get('meta')) }}
        {% endif %}
    {%- endcall %}
    {{ run_hooks(post_hooks) }}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}

{#- Of a test only how many rows it found: none of ours keeps them in a table or has a limit. -#}
{% materialization test, adapter='duckdb' %}
    {%- set fail_calc = config.get('fail_calc') -%}
    {% call statement('main', fetch_result=True) -%}
        select
            {{ fail_calc }} as failures,
            {{ fail_calc }} {{ config.get('warn_if') }} as should_warn,
            {{ fail_calc }} {{ config.get('error_if') }} as should_error
        from (
            {{ sql }}
        ) as found
    {%- endcall %}
    {{ return({'relations': []}) }}
{% endmaterialization %}
