with source as (select * from {{ source('landing', 'receipts') }}),

final as (
    select
        source.delivery_id,
        items.counted.dataset_code,
        items.counted.line_count,
        -- Receipts of before there were forms do not have it.
        coalesce(items.counted.spread_count, 0) as spread_count,
        items.counted.folded_count,
        items.counted.left_out_count,
        items.counted.source_count,
        items.counted.accepted_count,
        items.counted.refused_count,
        items.counted.warned_count
    from source
    {{ unnest_list('source.datasets', 'counted') }}
)

select * from final
