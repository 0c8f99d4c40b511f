with agencies as (select * from {{ ref('stg_landing__agencies') }}),

deliveries as (select * from {{ ref('int_deliveries__known') }}),

ranked as (
    select
        agencies.*,
        row_number() over (
            partition by agencies.agency_code
            order by
                agencies._exported_at desc nulls last,
                agencies.valid_from desc nulls last,
                agencies._delivery_id desc nulls last,
                agencies._source_file desc nulls last,
                agencies._source_row desc nulls last
        ) as version_no
    from agencies
    where
        agencies._delivery_id in (select deliveries.delivery_id from deliveries)
        and agencies.agency_code is not null
),

final as (
    select
        agency_code,
        agency_name,
        level_code,
        parent_code,
        group_code,
        area_code,
        province_code,
        valid_from,
        valid_to,
        _delivery_id
    from ranked
    where version_no = 1
)

select * from final
