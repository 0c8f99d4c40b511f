with source as (select * from {{ source('landing', 'targets') }}),

final as (
    select
        _locality_code as locality_code,
        _province_code as province_code,
        metric_code,
        agency_code,
        level_code,
        period_code,
        value,
        source_document,
        _delivery_id,
        _exported_at,
        _source_file,
        _source_row
    from source
)

select * from final
