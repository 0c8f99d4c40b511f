-- The last export of each one wins.
with last_versions as (
    {{ last_versions(
        ref('stg_landing__pauses'),
        keys=['pause_kind_code', 'started_at'],
        values=['ended_at']
    ) }}
),

final as (
    select
        locality_code || '|' || dossier_code as dossier_key,
        dossier_code,
        locality_code,
        province_code,
        coalesce(pause_kind_code, 'other') as pause_kind_code,
        started_at,
        ended_at,
        _delivery_id,
        _source_file,
        _source_row
    from last_versions
)

select * from final
