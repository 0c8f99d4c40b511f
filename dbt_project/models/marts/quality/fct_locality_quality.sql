-- A correction brings lines again that its export brought: it is counted by itself, not with them.
with deliveries as (select * from {{ ref('int_deliveries__known') }}),

datasets as (select * from {{ ref('int_deliveries__datasets') }}),

counted as (
    select
        delivery_id,
        sum(source_count) as source_count,
        sum(accepted_count) as accepted_count,
        sum(refused_count) as refused_count,
        sum(warned_count) as warned_count
    from datasets
    group by delivery_id
),

sorted as (
    select
        deliveries.locality_code,
        deliveries.province_code,
        cast(date_trunc('month', deliveries.exported_at) as date) as exported_month_date,
        case when deliveries.contract_code = 'tra_lai' then 1 else 0 end as correction_count,
        case when deliveries.contract_code = 'tra_lai' then 0 else 1 end as delivery_count,
        case when deliveries.state_code = 'refused' then 1 else 0 end as refused_delivery_count,
        coalesce(counted.source_count, 0) as source_count,
        coalesce(counted.accepted_count, 0) as accepted_count,
        coalesce(counted.refused_count, 0) as refused_count,
        coalesce(counted.warned_count, 0) as warned_count
    from deliveries
    left join counted on deliveries.delivery_id = counted.delivery_id
),

final as (
    select
        locality_code,
        exported_month_date,
        max(province_code) as province_code,
        cast(sum(delivery_count) as bigint) as delivery_count,
        cast(
            sum(delivery_count * refused_delivery_count) as bigint
        ) as refused_delivery_count,
        cast(sum(delivery_count * source_count) as bigint) as source_count,
        cast(sum(delivery_count * accepted_count) as bigint) as accepted_count,
        cast(sum(delivery_count * refused_count) as bigint) as refused_count,
        cast(sum(delivery_count * warned_count) as bigint) as warned_count,
        cast(sum(correction_count) as bigint) as correction_count,
        cast(sum(correction_count * accepted_count) as bigint) as corrected_count
    from sorted
    group by locality_code, exported_month_date
)

select * from final
