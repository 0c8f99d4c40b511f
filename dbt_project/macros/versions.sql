{% macro tracked_columns() -%}
    {#- The columns of a dossier whose change makes another version: canonical, as delivered. -#}
    {{ return([
        'procedure_code',
        'receiving_agency_code',
        'resolving_agency_code',
        'level_code',
        'channel_code',
        'received_at',
        'due_at',
        'finished_at',
        'returned_at',
        'status_code'
    ]) }}
{%- endmacro %}

{% macro changed_columns(columns, now, before) -%}
    {#- The names of the columns that are not as before, sorted, commas between; never null. -#}
    {%- set names = [] -%}
    {%- for name in columns | sort -%}
        {%- set is_changed = now ~ name ~ " is distinct from " ~ before ~ name -%}
        {%- do names.append("case when " ~ is_changed ~ " then '," ~ name ~ "' else '' end") -%}
    {%- endfor -%}
    substring({{ names | join(" || ") }}, 2)
{%- endmacro %}

{% macro values_before(columns, relation, window) -%}
    {#- Each column as the row before has it. -#}
    {%- set values = [] -%}
    {%- for name in columns -%}
        {%- set before = "lag(" ~ relation ~ name ~ ") over " ~ window -%}
        {%- do values.append(before ~ " as before_" ~ name) -%}
    {%- endfor -%}
    {{ values | join(", ") }}
{%- endmacro %}

{% macro should_be_in(full_deliveries, lines) -%}
    {#- Whether a full export comes after a line and covers the dossier's day of reception. -#}
    (
        {{ lines }}._exported_at < {{ full_deliveries }}.exported_at
        or (
            {{ lines }}._exported_at = {{ full_deliveries }}.exported_at
            and {{ lines }}._delivery_id < {{ full_deliveries }}.delivery_id
        )
    )
    and (
        {{ full_deliveries }}.full_from_date is null
        or cast({{ lines }}.received_at as date) >= {{ full_deliveries }}.full_from_date
    )
    and (
        {{ full_deliveries }}.full_to_date is null
        or cast({{ lines }}.received_at as date) <= {{ full_deliveries }}.full_to_date
    )
{%- endmacro %}
