-- The last export of each one wins.
with last_versions as (
    {{ last_versions(
        ref('stg_landing__targets'),
        keys=['metric_code', 'agency_code', 'level_code', 'period_code'],
        values=['value', 'source_document'],
        owner=['province_code']
    ) }}
),

final as (
    select
        locality_code,
        province_code,
        metric_code,
        coalesce(agency_code, 'all') as agency_code,
        coalesce(level_code, 'all') as level_code,
        period_code,
        value,
        source_document,
        _delivery_id,
        _source_file,
        _source_row
    from last_versions
)

select * from final
