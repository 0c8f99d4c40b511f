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

{% macro dossier_code_in_old_form(code) -%}
    {#- A dossier code whose agency's part is of the new form, in the old one; else as it is. -#}
    case
        when {{ code }} like '___.__-%'
            then {{ old_form_of_new(code, "'00'") }} || substring({{ code }}, 7)
        when {{ code }} like '___.__.__-%'
            then
                {{ old_form_of_new(code, "substring(" ~ code ~ ", 8, 2)") }}
                || substring({{ code }}, 10)
        else {{ code }}
    end
{%- endmacro %}

{% macro with_code_or_applicant_of(dossiers, known, columns) -%}
    {#-
        Dossiers with the code, in either form, or the applicant of one that is known. Few are: of all others only
        what is searched is read, not the other columns.
    -#}
    select {{ columns }} from {{ dossiers }}
    where rowid in (
        select rowid from {{ dossiers }}
        where dossier_code in (
            select {{ dossier_code_in_new_form("dossier_code") }} from {{ known }}
            union all
            select {{ dossier_code_in_old_form(dossier_code_in_new_form("dossier_code")) }} from {{ known }}
        )
        union
        select rowid from {{ dossiers }}
        where
            applicant_token in (select applicant_token from {{ known }} where applicant_token is not null)
    )
{%- endmacro %}

{% macro near_touched_dossiers(dossiers, decided, columns) -%}
    {#-
        In a build that renews: `twins`, dossiers that are or were in one group with a touched or decided one, and
        `near`, all that are in a group with one of those. Pairs of others stay as they are.
    -#}
    {%- if is_renewing() %}
    looked_at as (
        select dossier_key from memory.renewal.dossiers where is_sent
        union
        select dossier_key from {{ decided }}
        union
        select other_dossier_key as dossier_key from {{ decided }}
    ),

    known_of_them as (
        select dossier_code, applicant_token from published.core.fct_dossiers
        where dossier_key in (select dossier_key from looked_at)
        union all
        select dossier_code, applicant_token from {{ dossiers }}
        where dossier_key in (select dossier_key from looked_at)
    ),

    twins as (
        select {{ columns }}, dossier_code from {{ dossiers }}
        where dossier_key in (select dossier_key from looked_at)
        union
        {{ with_code_or_applicant_of(dossiers, "known_of_them", columns ~ ", dossier_code") }}
    ),

    -- Looked for already: what is in a group with one of those that are looked at.
    other_twins as (
        select dossier_code, applicant_token from twins
        where dossier_key not in (select dossier_key from looked_at)
    ),

    near as (
        select * from twins
        union
        {{ with_code_or_applicant_of(dossiers, "other_twins", columns ~ ", dossier_code") }}
    ),

    paired_again as (
        select dossier_key from twins
        union
        select dossier_key from looked_at
    ),
    {%- endif %}
{%- endmacro %}

{% macro and_kept_pairs() -%}
    {#- What is published of pairs that no touched dossier, nor a twin of one, is in. -#}
    {%- if is_renewing() %}
    where
        dossier_key in (select dossier_key from paired_again)
        or other_dossier_key in (select dossier_key from paired_again)
    union all
    select * from published.{{ this.schema }}.{{ this.identifier }}
    where
        dossier_key not in (select dossier_key from paired_again)
        and other_dossier_key not in (select dossier_key from paired_again)
    {%- endif %}
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
