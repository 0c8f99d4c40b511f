{% macro unnest_list(list_column, item) -%}
    {#- One row per item of a list of structs, for a `from` clause. -#}
    {{ return(adapter.dispatch('unnest_list', 'motcua')(list_column, item)) }}
{%- endmacro %}

{% macro default__unnest_list(list_column, item) -%}
    cross join unnest({{ list_column }}) as items ({{ item }})
{%- endmacro %}

{% macro spark__unnest_list(list_column, item) -%}
    lateral view explode({{ list_column }}) items as {{ item }}
{%- endmacro %}
