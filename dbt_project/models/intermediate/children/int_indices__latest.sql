-- The last export of each one wins.
with indices as (select * from {{ ref('stg_landing__indices') }}),

deliveries as (select * from {{ ref('int_deliveries__known') }}),

ranked as (
    select
        indices.*,
        row_number() over (
            partition by
                indices.province_code,
                indices.index_code,
                indices.component_code,
                indices.agency_code,
                indices.year
            order by
                indices._exported_at desc nulls last,
                indices._delivery_id desc nulls last,
                indices._source_file desc nulls last,
                indices._source_row desc nulls last
        ) as version_no
    from indices
    where indices._delivery_id in (select deliveries.delivery_id from deliveries)
),

final as (
    select
        province_code,
        coalesce(agency_code, province_code) as agency_code,
        index_code,
        coalesce(component_code, 'total') as component_code,
        year,
        value,
        rank,
        rank_of,
        source_document,
        _delivery_id,
        _source_file,
        _source_row
    from ranked
    where version_no = 1
)

select * from final
