with source as (select * from {{ source('landing', 'ratings') }}),

final as (
    select
        _locality_code as locality_code,
        _province_code as province_code,
        dossier_code,
        agency_code,
        criterion_code,
        rating_code,
        rated_at,
        _delivery_id,
        _exported_at,
        _source_file,
        _source_row
    from source
)

select * from final
