with source as (select * from {{ source('landing', 'portal_dossiers') }}),

final as (
    select
        _locality_code as locality_code,
        _province_code as province_code,
        system_code,
        dossier_code,
        received_at,
        due_at,
        finished_at,
        status_code,
        _delivery_id,
        _exported_at,
        _source_file,
        _source_row
    from source
)

select * from final
