{% macro dossier_code_in_new_form(code) -%}
    {#-
        A dossier code whose agency's part is of the old form (000.ZZ.YY.Hxx-…), with that part in the new one, to
        look for the same code in both; any other code as it is. It proposes, it never merges.
    -#}
    case
        when {{ code }} like '000.__.__.___-%'
            then {{ new_form_of_old(code) }} || substring({{ code }}, 14)
        else {{ code }}
    end
{%- endmacro %}

{% macro has_agency_and_day(code) -%}
    {#- Whether a dossier code has the national form: an agency, a day, a number of that day. -#}
    {{ code }} like '%.%-______-%'
{%- endmacro %}

{% macro national_procedure(code) -%}
    {#- The part of a procedure's code that is the same in every province. -#}
    substring({{ code }}, 1, 8)
{%- endmacro %}

{% macro duplicate_confidence() -%}
    {#-
        How sure it is that two dossiers are one: a code with agency and day is given once by law, so with the same
        procedure and day of reception it is hardly another's; a person may apply for one thing twice on a day.
    -#}
    case
        when is_same_code and is_same_procedure and is_same_received_date then 'high'
        when is_same_code and (is_same_procedure or is_same_received_date) then 'medium'
        when is_same_code then 'low'
        when is_proposed and is_same_due_date then 'medium'
        when is_proposed then 'low'
        else 'none'
    end
{%- endmacro %}
