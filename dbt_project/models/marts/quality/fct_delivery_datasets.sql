with datasets as (select * from {{ ref('int_deliveries__datasets') }}),

final as (
    select
        delivery_id,
        dataset_code,
        line_count,
        spread_count,
        folded_count,
        left_out_count,
        source_count,
        accepted_count,
        refused_count,
        warned_count
    from datasets
)

select * from final
