-- The last export of each one wins.
with last_versions as (
    {{ last_versions(
        ref('stg_landing__steps'),
        keys=['step_no'],
        values=['step_kind_code', 'department_code', 'started_at', 'due_at', 'finished_at', 'is_on_site', 'is_electronic']
    ) }}
),

final as (
    select
        locality_code || '|' || dossier_code as dossier_key,
        dossier_code,
        locality_code,
        province_code,
        step_no,
        step_kind_code,
        coalesce(department_code, 'unknown') as department_code,
        started_at,
        due_at,
        finished_at,
        is_on_site,
        is_electronic,
        _delivery_id,
        _source_file,
        _source_row
    from last_versions
)

select * from final
