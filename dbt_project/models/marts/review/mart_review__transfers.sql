{{ config(materialized='view') }}

-- A view: only few dossiers change hands, and those that did are marked in the fact.
with dossier_periods as (select * from {{ ref('fct_dossier_periods') }}),

final as (
    select
        period_code,
        province_code,
        taken_over_from_agency_code as from_agency_code,
        agency_code as to_agency_code,
        cast(count(*) as bigint) as transferred_count,
        cast(sum(carried_over_count) as bigint) as carried_over_count,
        cast(sum(received_in_period_count) as bigint) as received_in_period_count,
        cast(sum(resolved_count) as bigint) as resolved_count,
        cast(sum(pending_count) as bigint) as pending_count
    from dossier_periods
    where taken_over_from_agency_code is not null
    group by period_code, province_code, taken_over_from_agency_code, agency_code
)

select * from final
