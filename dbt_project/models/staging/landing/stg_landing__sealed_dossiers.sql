with source as (select * from {{ source('landing', 'sealed_dossiers') }}),

final as (
    select
        pack_code as review_code,
        pack_no,
        dossier_key,
        dossier_code,
        locality_code,
        agency_code,
        channel_code,
        ii06_outcome_code as outcome_code,
        received_in_period_count = 1 as is_received_in_period
    from source
)

select * from final
