-- The last export of each one wins.
with last_versions as (
    {{ last_versions(
        ref('stg_landing__counter_surveys'),
        keys=['agency_code', 'item_code', 'surveyed_date'],
        values=['needed_count', 'present_count', 'degraded_count'],
        owner=['province_code']
    ) }}
),

final as (
    select
        locality_code,
        province_code,
        agency_code,
        item_code,
        cast(needed_count as bigint) as needed_count,
        cast(present_count as bigint) as present_count,
        cast(degraded_count as bigint) as degraded_count,
        surveyed_date,
        _delivery_id,
        _source_file,
        _source_row
    from last_versions
)

select * from final
