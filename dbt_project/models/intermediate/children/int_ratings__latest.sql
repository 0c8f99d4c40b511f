-- Equal rows of one export are different events; of two exports that hold one, the last wins.
with last_versions as (
    {{ last_versions(
        ref('stg_landing__ratings'),
        keys=['agency_code', 'criterion_code', 'rated_at'],
        values=['rating_code'],
        are_events=true
    ) }}
),

final as (
    select
        dossier_code,
        locality_code,
        province_code,
        agency_code,
        coalesce(criterion_code, 'unknown') as criterion_code,
        coalesce(rating_code, 'unknown') as rating_code,
        rated_at,
        _delivery_id,
        _source_file,
        _source_row
    from last_versions
)

select * from final
