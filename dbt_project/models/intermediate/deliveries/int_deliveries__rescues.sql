with rescues as (select * from {{ ref('stg_landing__receipt_rescues') }}),

deliveries as (select * from {{ ref('int_deliveries__known') }}),

final as (
    select
        rescues.delivery_id,
        rescues.dataset_code,
        rescues.rescue_code,
        rescues.column_name,
        rescues.affected_count,
        rescues.sentence
    from rescues
    where rescues.delivery_id in (select deliveries.delivery_id from deliveries)
)

select * from final
