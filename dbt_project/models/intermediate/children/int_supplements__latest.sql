-- The last export of each one wins.
with last_versions as (
    {{ last_versions(
        ref('stg_landing__supplements'),
        keys=['requested_at'],
        values=['supplied_at', 'due_before_at', 'due_after_at']
    ) }}
),

final as (
    select
        locality_code || '|' || dossier_code as dossier_key,
        dossier_code,
        locality_code,
        province_code,
        requested_at,
        supplied_at,
        due_before_at,
        due_after_at,
        _delivery_id,
        _source_file,
        _source_row
    from last_versions
)

select * from final
