with source as (select * from {{ source('landing', 'counter_surveys') }}),

final as (
    select
        _locality_code as locality_code,
        _province_code as province_code,
        agency_code,
        item_code,
        needed_count,
        present_count,
        degraded_count,
        surveyed_date,
        _delivery_id,
        _exported_at,
        _source_file,
        _source_row
    from source
)

select * from final
