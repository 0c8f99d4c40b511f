{#-
    A build that renews (motcua.warehouse.renewal) starts from a copy of what is published, reads
    only the lines of touched dossiers and does again what these touch. All else stays as it is:

    - a model with `renewed_by` in its meta keeps its rows, but for those of touched dossiers, or of
      new deliveries;
    - a model that calls `and_kept_…` counts again what is touched and takes the other rows from
      what is published;
    - a model that calls `and_counted_before` counts what changed, new less old, and adds that to
      what is published;
    - every other model is made anew, of tables that are whole.

    What is touched stands in a schema of the in-memory catalog: in the file that is built it would
    be compressed and written, to be read once. Seeds, views that nobody publishes and the one table
    on the way that follows from the project's text alone stand in a file of their own, `standing`:
    a build that renews finds them there. It holds no row of a delivery. Where a build makes all
    anew, every macro that a model calls gives nothing.
-#}
-- noqa: disable=LT02
{% macro is_renewing() -%}
    {{ return(execute and env_var("MOTCUA_IS_RENEWING", "false") == "true") }}
{%- endmacro %}

{% macro begin_renewal() -%}
    {%- if is_renewing() -%}
        {#- Gaps where touched rows stood are left: to close them would write their groups anew. -#}
        set max_vacuum_tasks = 0;
        create schema memory.renewal;
        {%- for name in ["dossiers", "deliveries", "periods", "names"] %}
            create table memory.renewal.{{ name }} as
            from read_parquet('renewal/{{ name }}.parquet');
        {%- endfor %}
        create table memory.renewal.changed_parts (
            schema_name varchar, table_name varchar, part_values varchar[]
        );
    {%- endif %}
{%- endmacro %}

{% macro end_renewal() -%}
    {%- if is_renewing() -%}
        copy memory.renewal.changed_parts to 'renewal/changed_parts.parquet'
    {%- elif execute -%}
        checkpoint standing
    {%- endif %}
{%- endmacro %}

{#- What is touched, for an `in`. -#}
{% macro touched_dossiers() -%}
    (select touched.dossier_key from memory.renewal.dossiers as touched)
{%- endmacro %}

{% macro touched_localities() -%}
    (select split_part(touched.dossier_key, '|', 1) from memory.renewal.dossiers as touched)
{%- endmacro %}

{% macro touched_places(fact) -%}
    (
        select touched.province_code, touched.period_code, touched.agency_code
        from memory.renewal.{{ fact }}__places as touched
    )
{%- endmacro %}

{% macro touched_agencies() -%}
    (select touched.agency_code from memory.renewal.fct_dossiers__agencies as touched)
{%- endmacro %}

{#- Who sends of touched agencies or places: few do, and a locality's rows lie together. -#}
{% macro senders(fact) -%}
    (select touched.locality_code from memory.renewal.{{ fact }}__localities as touched)
{%- endmacro %}

{#- Periods that end with the day. -#}
{% macro running_periods() -%}
    (select running.province_code, running.period_code from memory.renewal.periods as running)
{%- endmacro %}

{% macro has_running_periods() -%}
    {#- Asked first: a search in an empty table reads as much. -#}
    {{ return(is_there("select * from memory.renewal.periods")) }}
{%- endmacro %}

{% macro is_added_to() -%}
    {#- Whether what touched dossiers count may be added, as no period runs that counts others. -#}
    {{ return(is_renewing() and not has_running_periods()) }}
{%- endmacro %}

{% macro is_portal_list_touched(bases) -%}
    {#- Whether what is held against the portal's lists may be told otherwise than before. -#}
    {%- set held = "select distinct locality_code, period_code from " -%}
    {%- set now = held ~ bases ~ " where is_portal_sent" -%}
    {%- set before = held ~ "published.core.fct_scorecard_bases where is_portal_sent" -%}
    {{ return(has_running_periods() or is_there(
        "(" ~ now ~ " except " ~ before ~ ") union all (" ~ before ~ " except " ~ now ~ ") union all ("
        ~ now ~ " and locality_code in " ~ touched_localities() ~ ")"
    )) }}
{%- endmacro %}

{% macro are_agencies_apart() -%}
    {#-
        Whether a dossier counts in every period in its own agency, and no period in others than
        before: then only touched agencies need be counted again. Who hands over is as published.
    -#}
    {{ return(
        is_renewing()
        and not has_running_periods()
        and not is_there("select * from published.core.dim_agency_successions")
    ) }}
{%- endmacro %}

{% macro is_there(sql) -%}
    {{ return(run_query("select 1 as found from (" ~ sql ~ " limit 1)") | length > 0) }}
{%- endmacro %}

{#- Dossiers. -#}
{% macro of_touched_dossiers() -%}
    {%- if is_renewing() -%} where dossier_key in {{ touched_dossiers() }} {%- endif -%}
{%- endmacro %}

{% macro and_kept_dossiers(columns) -%}
    {%- if is_renewing() -%}
        union all
        select {{ columns }}
        from published.{{ this.schema }}.{{ this.identifier }}
        where dossier_key not in {{ touched_dossiers() }}
    {%- endif -%}
{%- endmacro %}

{#- The names that lines give to codes: of touched dossiers, and of all that were read before. -#}
{% macro and_known_names() -%}
    {%- if is_renewing() -%}
        union
        select * from memory.renewal.names
    {%- endif -%}
{%- endmacro %}

{% macro keep_names() -%}
    {#- Lay them beside the file that is built, for the build that renews it. -#}
    copy {{ this }} to 'names.parquet'
{%- endmacro %}

{#- Deliveries: only of new ones are all lines read. -#}
{% macro of_new_deliveries() -%}
    {%- if is_renewing() -%}
        where delivery_id in (select new.delivery_id from memory.renewal.deliveries as new)
    {%- endif -%}
{%- endmacro %}

{#- Places: province, period and agency of which a row of the fact changed. -#}
{% macro of_touched_places(fact) -%}
    {%- if is_renewing() -%}
        where
            (province_code, period_code, agency_code) in {{ touched_places(fact) }}
            and locality_code in {{ senders(fact) }}
    {%- endif -%}
{%- endmacro %}

{% macro and_place_is_touched(fact) -%}
    {%- if is_renewing() -%}
        and (province_code, period_code, agency_code) in {{ touched_places(fact) }}
    {%- endif -%}
{%- endmacro %}

{% macro and_kept_places(fact, columns=["*"]) -%}
    {%- if is_renewing() -%}
        union all
        select {{ columns | join(", ") }}
        from published.{{ this.schema }}.{{ this.identifier }}
        where (province_code, period_code, agency_code) not in {{ touched_places(fact) }}
    {%- endif -%}
{%- endmacro %}

{#- Agencies of dossiers that were sent again, or were received by them. -#}
{% macro in_touched_agencies(relation="", are_apart=true) -%}
    {%- if is_renewing() and are_apart -%}
        and {{ relation }}agency_code in {{ touched_agencies() }}
        and {{ relation }}locality_code in {{ senders("fct_dossiers") }}
    {%- endif -%}
{%- endmacro %}

{#- Of touched dossiers' agencies, and what few others the same localities send. -#}
{% macro of_senders() -%}
    {%- if is_renewing() -%} where locality_code in {{ senders("fct_dossiers") }} {%- endif -%}
{%- endmacro %}

{% macro and_agency_is_touched(agency, are_apart) -%}
    {%- if are_apart -%} and {{ agency }} in {{ touched_agencies() }} {%- endif -%}
{%- endmacro %}

{% macro and_kept_agencies(columns=["*"], are_apart=true) -%}
    {%- if is_renewing() and are_apart -%}
        union all
        select {{ columns | join(", ") }}
        from published.{{ this.schema }}.{{ this.identifier }}
        where agency_code not in {{ touched_agencies() }}
    {%- endif -%}
{%- endmacro %}

{#-
    Sums over dossiers by dates that are not those of form II.06: what touched dossiers count now (side 1)
    is added to what is published, what they counted before (side -1) is taken from it.
-#}
{% macro with_side(relation, is_added) -%}
    {%- if is_added -%}
        select *, 1 as side from memory.renewal.{{ relation.identifier }}__new
        union all by name
        select *, -1 as side from published.{{ relation.schema }}.{{ relation.identifier }}
        where dossier_key in {{ touched_dossiers() }}
    {%- else -%}
        select * from {{ relation }}
    {%- endif -%}
{%- endmacro %}

{% macro side_of(relation, is_added) -%}
    {{ relation ~ ".side" if is_added else "1" }}
{%- endmacro %}

{#- Localities of touched dossiers: what they send beside. -#}
{% macro is_of_touched_locality(relation, period) -%}
    (
        {{ relation }}.locality_code in {{ touched_localities() }}
        {%- if has_running_periods() %}
        or ({{ relation }}.province_code, {{ period }}) in {{ running_periods() }}
        {%- endif %}
    )
{%- endmacro %}

{% macro and_of_touched_locality(relation, period) -%}
    {%- if is_renewing() -%} and {{ is_of_touched_locality(relation, period) }} {%- endif -%}
{%- endmacro %}

{% macro and_kept_localities(columns, condition) -%}
    {%- if is_renewing() -%}
        union all
        select {{ columns | join(", ") }}
        from published.{{ this.schema }}.{{ this.identifier }} as kept
        where not {{ is_of_touched_locality("kept", "kept.period_code") }} and {{ condition }}
    {%- endif -%}
{%- endmacro %}

{% macro renewed_keys() -%}
    {#-
        By what a model is renewed: its key, the key of what is touched, where that stands. A rating
        may be of no dossier: then all of its locality's are looked at.
    -#}
    {{ return({
        "dossier": ["dossier_key", "dossier_key", "dossiers"],
        "dossier_or_locality": [
            "coalesce(dossier_key, locality_code || '|')", "dossier_key", "dossiers"
        ],
        "delivery": ["delivery_id", "delivery_id", "deliveries"]
    }) }}
{%- endmacro %}

{% macro renewed_rows(relation) -%}
    {#- Of a table that is renewed, the rows that may have changed: the others were looked at. -#}
    {{ return("memory.renewal." ~ relation.identifier ~ "__new" if is_renewing() else relation) }}
{%- endmacro %}

{#-
    Sums over a fact that notes its places: what changed in it is added to what is published, rows
    that are gone with a minus. `handling` has every province and period that still counts something.
-#}
{% macro changed_rows(relation) -%}
    {{ return(
        "memory.renewal." ~ relation.identifier ~ "__other" if is_renewing() else relation
    ) }}
{%- endmacro %}

{% macro count_of_changed() -%}
    {{ "sum(change_count)" if is_renewing() else "count(*)" }}
{%- endmacro %}

{% macro sum_of_changed(count) -%}
    sum({{ "change_count * (" ~ count ~ ")" if is_renewing() else count }})
{%- endmacro %}

{% macro having_counted(count) -%}
    {#- A row of which nothing is left is gone. -#}
    {%- if is_renewing() -%} having sum({{ count }}) > 0 {%- endif -%}
{%- endmacro %}

{% macro and_counted_before(columns, is_added=true) -%}
    {%- if is_renewing() and is_added -%}
        union all
        select {{ columns | join(", ") }}
        from published.{{ this.schema }}.{{ this.identifier }}
    {%- endif -%}
{%- endmacro %}

{% macro while_counted(handling) -%}
    {%- if is_renewing() -%}
        where (province_code, period_code) in (select province_code, period_code from {{ handling }})
    {%- endif -%}
{%- endmacro %}

{% macro renew_table(relation, sql, meta) -%}
    {#-
        Put the rows of a model's touched keys in the place of those that stand there, where they
        differ, and note which places, agencies and parts of the table that changes.
    -#}
    {%- set key, touched_key, touched = renewed_keys()[meta["renewed_by"]] -%}
    {%- set columns = model.columns.keys() | join(", ") -%}
    {%- set noted = "memory.renewal." ~ relation.identifier -%}
    create table {{ noted }}__new as select {{ columns }} from ({{ sql }});
    create table {{ noted }}__old as
        select {{ columns }} from {{ relation }}
        where {{ key }} in (select {{ touched_key }} from memory.renewal.{{ touched }});
    create table {{ noted }}__other as
        select {{ columns }}, sum(side) as change_count
        from (
            select *, 1 as side from {{ noted }}__new
            union all
            select *, -1 as side from {{ noted }}__old
        )
        group by {{ columns }}
        having sum(side) <> 0;
    delete from {{ relation }} where {{ key }} in (select {{ key }} from {{ noted }}__other);
    insert into {{ relation }} ({{ columns }})
        select {{ columns }} from {{ noted }}__new
        where {{ key }} in (select {{ key }} from {{ noted }}__other);
    {%- if meta.get("parts") %}
        {%- set quarter = "year({0}) || '-Q' || quarter({0})".format(meta["quarter_of"])
            if "quarter_of" in meta else "cast(null as varchar)" %}
        insert into memory.renewal.changed_parts
        select distinct
            '{{ relation.schema }}', '{{ relation.identifier }}',
            [{{ meta["parts"] | join(", ") }}, {{ quarter }}]
        from {{ noted }}__other;
    {%- endif %}
    {%- if meta.get("marks") == "places" %}
        {{ note_places(relation, noted) }}
    {%- elif meta.get("marks") == "agencies" %}
        {{ note_agencies(relation, noted) }}
    {%- endif %}
    drop table {{ noted }}__old;
    {%- if meta.get("marks") != "places" %}
        drop table {{ noted }}__other;
    {%- endif %}
{%- endmacro %}

{% macro note_places(relation, noted) -%}
    create table {{ noted }}__places as
        select distinct province_code, period_code, agency_code from {{ noted }}__other;
    create table {{ noted }}__localities as
        select distinct locality_code from {{ relation }}
        where (province_code, period_code, agency_code) in (from {{ noted }}__places);
{%- endmacro %}

{% macro note_agencies(relation, noted) -%}
    {%- set receiver = "coalesce(receiving_agency_code, resolving_agency_code, 'unknown')" -%}
    create table {{ noted }}__agencies as
        with sent as (
            select agency_code, {{ receiver }} as receiver_code
            from (from {{ noted }}__old union all from {{ noted }}__new)
            where dossier_key in (select dossier_key from memory.renewal.dossiers where is_sent)
        )
        select agency_code from sent
        union
        select receiver_code from sent;
    create table {{ noted }}__localities as
        select distinct locality_code from {{ relation }}
        where
            agency_code in (from {{ noted }}__agencies)
            or {{ receiver }} in (from {{ noted }}__agencies);
{%- endmacro %}
