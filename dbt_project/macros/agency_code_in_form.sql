{% macro agency_code_in_form(code, form) -%}
    {#-
        An agency code in its old (000.ZZ.YY.Hxx, read from the right) or new form (Hxx.YY, Hxx.YY.ZZ; decision
        20/2020/QĐ-TTg); null where it has none. That two codes are one agency is said by the register only.
    -#}
    {%- set is_old = code ~ " like '000.__.__.___'" -%}
    case
    {%- if form == "new" %}
        when {{ is_old }} then {{ new_form_of_old(code) }}
        when {{ code }} like '___.__%' then {{ code }}
    {%- else %}
        when {{ is_old }} then {{ code }}
        when {{ code }} like '___.__' then {{ old_form_of_new(code, "'00'") }}
        when {{ code }} like '___.__.__'
            then {{ old_form_of_new(code, "substring(" ~ code ~ ", 8, 2)") }}
    {%- endif %}
    end
{%- endmacro %}

{% macro old_form_of_new(code, unit) -%}
    {#- The old form of an agency code in its new one, or that begins a longer code. -#}
    '000.' || {{ unit }} || '.' || substring({{ code }}, 5, 2) || '.' || substring({{ code }}, 1, 3)
{%- endmacro %}

{% macro new_form_of_old(code) -%}
    {#- The new form of an agency code that is in its old one, or that begins a longer code. -#}
    substring({{ code }}, 11, 3)
    || '.'
    || substring({{ code }}, 8, 2)
    || case when substring({{ code }}, 5, 2) = '00' then '' else '.' || substring({{ code }}, 5, 2) end
{%- endmacro %}
