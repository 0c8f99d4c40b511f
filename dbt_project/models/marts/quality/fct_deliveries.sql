with deliveries as (select * from {{ ref('int_deliveries__known') }}),

datasets as (select * from {{ ref('int_deliveries__datasets') }}),

counted as (
    select
        delivery_id,
        sum(source_count) as source_count,
        sum(accepted_count) as accepted_count,
        sum(refused_count) as refused_count
    from datasets
    group by delivery_id
),

final as (
    select
        deliveries.delivery_id,
        deliveries.locality_code,
        deliveries.province_code,
        deliveries.delivery_name,
        deliveries.contract_code,
        deliveries.exported_at,
        deliveries.arrived_at,
        deliveries.is_simulated,
        deliveries.is_full,
        deliveries.full_from_date,
        deliveries.full_to_date,
        deliveries.state_code,
        deliveries.refusal_code,
        deliveries.refusal_sentence,
        cast(coalesce(counted.source_count, 0) as bigint) as source_count,
        cast(coalesce(counted.accepted_count, 0) as bigint) as accepted_count,
        cast(coalesce(counted.refused_count, 0) as bigint) as refused_count
    from deliveries
    left join counted on deliveries.delivery_id = counted.delivery_id
)

select * from final
