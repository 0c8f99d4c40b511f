-- The last export of each one wins.
with supplements as (select * from {{ ref('stg_landing__supplements') }}),

deliveries as (select * from {{ ref('int_deliveries__known') }}),

ranked as (
    select
        supplements.*,
        row_number() over (
            partition by
                supplements.locality_code,
                supplements.dossier_code,
                supplements.requested_at
            order by
                supplements._exported_at desc nulls last,
                supplements._delivery_id desc nulls last,
                supplements._source_file desc nulls last,
                supplements._source_row desc nulls last
        ) as version_no
    from supplements
    where supplements._delivery_id in (select deliveries.delivery_id from deliveries)
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
    from ranked
    where version_no = 1
)

select * from final
