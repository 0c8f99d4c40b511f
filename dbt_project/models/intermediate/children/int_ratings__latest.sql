{%- set keys = ['locality_code', 'dossier_code', 'agency_code', 'criterion_code', 'rated_at'] -%}

-- Equal rows of one export are different events; of two exports that hold one, the last wins.
-- Most come once and need no look at their neighbours.
with ratings as (select * from {{ ref('stg_landing__ratings') }}),

deliveries as (select * from {{ ref('int_deliveries__known') }}),

versions as (
    select
        locality_code,
        province_code,
        dossier_code,
        agency_code,
        criterion_code,
        rating_code,
        rated_at,
        _delivery_id,
        _exported_at,
        _source_file,
        _source_row,
        {{ key_hash(keys) }} as key_hash
    from ratings
    where _delivery_id in (select deliveries.delivery_id from deliveries)
),

repeated as (
    select key_hash
    from versions
    group by key_hash
    having min(_delivery_id) <> max(_delivery_id)
),

ranked as (
    select
        versions.*,
        dense_rank() over (
            partition by
                versions.locality_code,
                versions.dossier_code,
                versions.agency_code,
                versions.criterion_code,
                versions.rated_at
            order by
                versions._exported_at desc nulls last,
                versions._delivery_id desc nulls last
        ) as version_no
    from versions
    where versions.key_hash in (select repeated.key_hash from repeated)
),

last_versions as (
    select
        versions.locality_code,
        versions.province_code,
        versions.dossier_code,
        versions.agency_code,
        versions.criterion_code,
        versions.rating_code,
        versions.rated_at,
        versions._delivery_id,
        versions._exported_at,
        versions._source_file,
        versions._source_row
    from versions
    where versions.key_hash not in (select repeated.key_hash from repeated)
    union all
    select
        ranked.locality_code,
        ranked.province_code,
        ranked.dossier_code,
        ranked.agency_code,
        ranked.criterion_code,
        ranked.rating_code,
        ranked.rated_at,
        ranked._delivery_id,
        ranked._exported_at,
        ranked._source_file,
        ranked._source_row
    from ranked
    where ranked.version_no = 1
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
