-- The last export of each one wins; two localities that tell of the same outage tell of one.
with last_versions as (
    {{ last_versions(
        ref('stg_landing__incidents'),
        keys=['system_code', 'counterpart_system_code', 'kind_code', 'agency_code', 'started_at'],
        values=['ended_at'],
        owner=['province_code']
    ) }}
),

final as (
    select
        locality_code,
        province_code,
        system_code,
        coalesce(counterpart_system_code, 'none') as counterpart_system_code,
        coalesce(kind_code, 'unknown') as kind_code,
        coalesce(agency_code, 'all') as agency_code,
        started_at,
        ended_at,
        _delivery_id,
        _source_file,
        _source_row
    from last_versions
)

select * from final
