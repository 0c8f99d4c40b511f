{%- set dossiers = "near" if is_renewing() else ref('fct_dossiers') -%}
{%- set columns =
    'dossier_key, locality_code, province_code, agency_code, procedure_code, applicant_token,'
    ~ ' received_date, due_date, duplicate_of_dossier_key'
-%}
{%- set shared_code = dossier_code_in_new_form('dossier_code') -%}
{%- set code_hash = key_hash([shared_code]) -%}
{%- set applied_hash = key_hash(
    ['applicant_token', national_procedure('procedure_code'), 'received_date']
) -%}
{%- set is_applied =
    'applicant_token is not null and procedure_code is not null and received_date is not null'
-%}
-- Dossiers that two systems may both hold, and what people decided of them. Nothing is merged here:
-- the register alone takes a dossier out of the counts. Groups are found by a number first; of a
-- group of more than five nobody could say which is which, and pairs would be too many.
with decisions as (
    select
        duplicate_locality_code || '|' || duplicate_dossier_code as duplicate_dossier_key,
        kept_locality_code || '|' || kept_dossier_code as kept_dossier_key,
        decision_code,
        decided_date,
        instrument
    from {{ ref('stg_landing__dossier_duplicates') }}
    where decided_date <= {{ as_of_date() }}
),

decided as (
    select
        least(duplicate_dossier_key, kept_dossier_key) as dossier_key,
        greatest(duplicate_dossier_key, kept_dossier_key) as other_dossier_key,
        duplicate_dossier_key,
        kept_dossier_key,
        decision_code,
        decided_date,
        instrument
    from decisions
),

{{ near_touched_dossiers(ref('fct_dossiers'), 'decided', columns) }}

coded as (
    select {{ code_hash }} as group_hash
    from {{ dossiers }}
    where {{ has_agency_and_day('dossier_code') }}
    group by {{ code_hash }}
    having count(*) between 2 and 5
),

applied as (
    select {{ applied_hash }} as group_hash
    from {{ dossiers }}
    where {{ is_applied }}
    group by {{ applied_hash }}
    having
        count(*) between 2 and 5
        and min({{ key_hash(['locality_code']) }}) <> max({{ key_hash(['locality_code']) }})
),

lines as (
    {%- for kind_code, groups, group_hash, is_grouped in [
        ('code', 'coded', code_hash, has_agency_and_day('dossier_code')),
        ('applicant', 'applied', applied_hash, is_applied),
    ] %}
        select
            '{{ kind_code }}' as kind_code,
            {{ group_hash }} as group_hash,
            {{ shared_code }} as shared_code,
            {{ columns }}
        from {{ dossiers }}
        where
            {{ is_grouped }}
            and {{ group_hash }} in (select {{ groups }}.group_hash from {{ groups }})
        union all
    {%- endfor %}
    select
        'decided' as kind_code,
        {{ code_hash }} as group_hash,
        {{ shared_code }} as shared_code,
        {{ columns }}
    from {{ dossiers }}
    where
        dossier_key in (
            select decided.dossier_key from decided
            union all
            select decided.other_dossier_key from decided
        )
),

-- The numbers only brought them together; what they stand for is compared here.
proposed as (
    select distinct
        dossiers.dossier_key,
        twins.dossier_key as other_dossier_key
    from lines as dossiers
    inner join lines as twins
        on
            dossiers.group_hash = twins.group_hash
            and dossiers.kind_code = twins.kind_code
            and dossiers.dossier_key < twins.dossier_key
    where
        (dossiers.kind_code = 'code' and dossiers.shared_code = twins.shared_code)
        or (
            dossiers.kind_code = 'applicant'
            and dossiers.locality_code <> twins.locality_code
            and dossiers.applicant_token = twins.applicant_token
            and {{ national_procedure('dossiers.procedure_code') }}
            = {{ national_procedure('twins.procedure_code') }}
            and dossiers.received_date = twins.received_date
        )
),

pairs as (
    select
        coalesce(proposed.dossier_key, decided.dossier_key) as dossier_key,
        coalesce(proposed.other_dossier_key, decided.other_dossier_key) as other_dossier_key,
        proposed.dossier_key is not null as is_proposed,
        decided.duplicate_dossier_key,
        decided.kept_dossier_key,
        decided.decision_code,
        decided.decided_date,
        decided.instrument
    from proposed
    full outer join decided
        on
            proposed.dossier_key = decided.dossier_key
            and proposed.other_dossier_key = decided.other_dossier_key
),

known as (
    select distinct
        shared_code,
        {{ columns }}
    from lines
),

compared as (
    select
        pairs.*,
        dossiers.province_code,
        dossiers.agency_code,
        twins.agency_code as other_agency_code,
        dossiers.shared_code = twins.shared_code as is_same_code,
        {{ national_procedure('dossiers.procedure_code') }}
        = {{ national_procedure('twins.procedure_code') }} as is_same_procedure,
        dossiers.applicant_token = twins.applicant_token as is_same_applicant,
        dossiers.received_date = twins.received_date as is_same_received_date,
        dossiers.due_date = twins.due_date as is_same_due_date,
        -- The register may name a dossier that nobody sent: then nothing went out of the counts.
        coalesce(
            duplicates.duplicate_of_dossier_key = pairs.kept_dossier_key, false
        ) as is_out_of_counts
    from pairs
    left join known as dossiers on pairs.dossier_key = dossiers.dossier_key
    left join known as twins on pairs.other_dossier_key = twins.dossier_key
    left join known as duplicates on pairs.duplicate_dossier_key = duplicates.dossier_key
),

final as (
    select
        dossier_key,
        other_dossier_key,
        province_code,
        agency_code,
        other_agency_code,
        is_same_code,
        is_same_procedure,
        is_same_applicant,
        is_same_received_date,
        is_same_due_date,
        {{ duplicate_confidence() }} as confidence_code,
        case
            when decision_code is null then 'undecided'
            when decision_code = 'different' or is_out_of_counts then decision_code
            else 'without_effect'
        end as state_code,
        case when is_out_of_counts then duplicate_dossier_key end as duplicate_dossier_key,
        decided_date,
        instrument
    from compared
)

select * from final
{{ and_kept_pairs() }}
