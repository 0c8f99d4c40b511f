-- The last export of each one wins.
with pauses as (select * from {{ ref('stg_landing__pauses') }}),

deliveries as (select * from {{ ref('int_deliveries__known') }}),

ranked as (
    select
        pauses.*,
        row_number() over (
            partition by
                pauses.locality_code,
                pauses.dossier_code,
                pauses.pause_kind_code,
                pauses.started_at
            order by
                pauses._exported_at desc nulls last,
                pauses._delivery_id desc nulls last,
                pauses._source_file desc nulls last,
                pauses._source_row desc nulls last
        ) as version_no
    from pauses
    where pauses._delivery_id in (select deliveries.delivery_id from deliveries)
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
    from ranked
    where version_no = 1
)

select * from final
