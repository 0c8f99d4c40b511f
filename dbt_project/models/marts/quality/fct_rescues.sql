with rescues as (select * from {{ ref('int_deliveries__rescues') }}),

final as (
    select
        delivery_id,
        dataset_code,
        rescue_code,
        column_name,
        affected_count,
        sentence
    from rescues
)

select * from final
