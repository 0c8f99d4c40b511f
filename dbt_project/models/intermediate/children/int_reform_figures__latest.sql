-- The last export of each one wins.
with last_versions as (
    {{ last_versions(
        ref('stg_landing__reform_figures'),
        keys=['figure_code', 'agency_code', 'period_code'],
        values=['value', 'unit_code', 'source_document'],
        owner=['province_code']
    ) }}
),

final as (
    select
        locality_code,
        province_code,
        figure_code,
        agency_code,
        period_code,
        value,
        unit_code,
        source_document,
        _delivery_id,
        _source_file,
        _source_row
    from last_versions
)

select * from final
