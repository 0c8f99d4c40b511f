with source as (select * from {{ source('landing', 'agencies') }}),

final as (
    select
        _locality_code as locality_code,
        _province_code as province_code,
        agency_code,
        agency_name,
        level_code,
        parent_code,
        group_code,
        area_code,
        valid_from,
        valid_to,
        _delivery_id,
        _exported_at,
        _source_file,
        _source_row
    from source
)

select * from final
