-- The last export of each one wins.
-- Most come once and need no look at their neighbours.
with supplements as (select * from {{ ref('stg_landing__supplements') }}),

deliveries as (select * from {{ ref('int_deliveries__known') }}),

versions as (
    select
        locality_code,
        province_code,
        dossier_code,
        requested_at,
        supplied_at,
        due_before_at,
        due_after_at,
        _delivery_id,
        _exported_at,
        _source_file,
        _source_row,
        {{ key_hash(['locality_code', 'dossier_code', 'requested_at']) }}
            as key_hash
    from supplements
    where _delivery_id in (select deliveries.delivery_id from deliveries)
),

repeated as (
    select key_hash
    from versions
    group by key_hash
    having count(*) > 1
),

ranked as (
    select
        versions.*,
        row_number() over (
            partition by
                versions.locality_code,
                versions.dossier_code,
                versions.requested_at
            order by
                versions._exported_at desc nulls last,
                versions._delivery_id desc nulls last,
                versions._source_file desc nulls last,
                versions._source_row desc nulls last
        ) as version_no
    from versions
    where versions.key_hash in (select repeated.key_hash from repeated)
),

last_versions as (
    select
        versions.locality_code,
        versions.province_code,
        versions.dossier_code,
        versions.requested_at,
        versions.supplied_at,
        versions.due_before_at,
        versions.due_after_at,
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
        ranked.requested_at,
        ranked.supplied_at,
        ranked.due_before_at,
        ranked.due_after_at,
        ranked._delivery_id,
        ranked._exported_at,
        ranked._source_file,
        ranked._source_row
    from ranked
    where ranked.version_no = 1
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
