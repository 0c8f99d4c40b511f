with source as (select * from {{ source('landing', 'incidents') }}),

final as (
    select
        _locality_code as locality_code,
        _province_code as province_code,
        system_code,
        counterpart_system_code,
        kind_code,
        agency_code,
        started_at,
        ended_at,
        _delivery_id,
        _exported_at,
        _source_file,
        _source_row
    from source
)

select * from final
