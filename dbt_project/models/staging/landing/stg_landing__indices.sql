with source as (select * from {{ source('landing', 'indices') }}),

final as (
    select
        _locality_code as locality_code,
        _province_code as province_code,
        index_code,
        component_code,
        agency_code,
        year,
        value,
        rank,
        rank_of,
        source_document,
        _delivery_id,
        _exported_at,
        _source_file,
        _source_row
    from source
)

select * from final
