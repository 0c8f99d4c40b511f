with source as (select * from {{ source('landing', 'supplements') }}),

final as (
    select
        _locality_code as locality_code,
        _province_code as province_code,
        dossier_code,
        requested_at,
        supplied_at,
        due_before_at,
        due_after_at,
        _delivery_id,
        _exported_at,
        _source_file,
        _source_row
    from source
)

select * from final
