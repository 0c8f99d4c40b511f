with source as (select * from {{ source('landing', 'dossier_duplicates') }}),

final as (
    select
        duplicate_locality_code,
        duplicate_dossier_code,
        kept_locality_code,
        kept_dossier_code,
        decision_code,
        decided_date,
        instrument
    from source
)

select * from final
