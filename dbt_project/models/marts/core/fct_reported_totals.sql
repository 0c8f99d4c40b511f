with reported_totals as (select * from {{ ref('int_reported_totals__latest') }}),

final as (
    select
        locality_code,
        province_code,
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
    from reported_totals
)

select * from final
