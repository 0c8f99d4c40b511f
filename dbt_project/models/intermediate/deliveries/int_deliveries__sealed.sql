with sealed_deliveries as (select * from {{ ref('stg_landing__sealed_deliveries') }}),

deliveries as (select * from {{ ref('int_deliveries__known') }}),

packs as (select * from {{ ref('int_reviews__sealed') }}),

final as (
    select
        sealed_deliveries.review_code,
        sealed_deliveries.pack_no,
        sealed_deliveries.delivery_id
    from sealed_deliveries
    inner join packs
        on
            sealed_deliveries.review_code = packs.review_code
            and sealed_deliveries.pack_no = packs.pack_no
    inner join deliveries on sealed_deliveries.delivery_id = deliveries.delivery_id
)

select * from final
