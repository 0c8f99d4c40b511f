-- Equal rows of one export are different events; of two exports that hold one, the last wins.
with ratings as (select * from {{ ref('stg_landing__ratings') }}),

deliveries as (select * from {{ ref('int_deliveries__known') }}),

ranked as (
    select
        ratings.*,
        dense_rank() over (
            partition by
                ratings.locality_code,
                ratings.dossier_code,
                ratings.agency_code,
                ratings.criterion_code,
                ratings.rated_at
            order by
                ratings._exported_at desc nulls last,
                ratings._delivery_id desc nulls last
        ) as version_no
    from ratings
    where ratings._delivery_id in (select deliveries.delivery_id from deliveries)
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
    from ranked
    where version_no = 1
)

select * from final
