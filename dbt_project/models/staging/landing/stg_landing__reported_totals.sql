with source as (select * from {{ source('landing', 'reported_totals') }}),

final as (
    select
        _locality_code as locality_code,
        _province_code as province_code,
        form_code,
        period_code,
        agency_code,
        field_code,
        column_no,
        value,
        _delivery_id,
        _exported_at,
        _source_file,
        _source_row
    from source
)

select * from final
