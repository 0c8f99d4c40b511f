with datasets as (select * from {{ ref('stg_landing__receipt_datasets') }}),

deliveries as (select * from {{ ref('int_deliveries__known') }}),

final as (
    select
        datasets.delivery_id,
        datasets.dataset_code,
        datasets.line_count,
        datasets.spread_count,
        datasets.folded_count,
        datasets.left_out_count,
        datasets.source_count,
        datasets.accepted_count,
        datasets.refused_count,
        datasets.warned_count
    from datasets
    where datasets.delivery_id in (select deliveries.delivery_id from deliveries)
)

select * from final
