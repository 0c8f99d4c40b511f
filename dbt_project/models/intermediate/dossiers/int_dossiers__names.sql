{{ config(materialized='table', database='memory', post_hook='{{ keep_names() }}') }}

-- A table, not a view: three dimensions look in it for what no register names. Lines are read for
-- it once; a build that renews reads those of touched dossiers and knows of the others already.
with dossiers as (select * from {{ ref('int_dossiers__known') }}),

final as (
    select distinct
        province_code,
        procedure_code,
        procedure_name,
        field_code,
        field_name,
        receiving_agency_code,
        resolving_agency_code,
        level_code
    from dossiers
    {{ and_known_names() }}
)

select * from final
