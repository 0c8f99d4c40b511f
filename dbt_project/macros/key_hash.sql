{% macro key_hash(columns) -%}
    {#- A 64-bit number to look for repeated keys with; never stored, never trusted without the key itself. -#}
    {{ return(adapter.dispatch('key_hash', 'motcua')(columns)) }}
{%- endmacro %}

{% macro default__key_hash(columns) -%}
    hash({{ columns | join(', ') }})
{%- endmacro %}

{% macro spark__key_hash(columns) -%}
    xxhash64({{ columns | join(', ') }})
{%- endmacro %}
