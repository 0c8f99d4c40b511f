with source as (select * from {{ source('landing', 'pauses') }}),

final as (
    select
        _locality_code as locality_code,
        _province_code as province_code,
        dossier_code,
        pause_kind_code,
        started_at,
        ended_at,
        _delivery_id,
        _exported_at,
        _source_file,
        _source_row
    from source
)

select * from final
