-- The last export of each one wins.
with last_versions as (
    {{ last_versions(
        ref('stg_landing__reported_totals'),
        keys=['form_code', 'period_code', 'agency_code', 'field_code', 'column_no'],
        values=['value'],
        owner=['locality_code']
    ) }}
),

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
    from last_versions
)

select * from final
