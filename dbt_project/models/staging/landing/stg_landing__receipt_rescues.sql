with source as (select * from {{ source('landing', 'receipts') }}),

datasets as (
    select
        source.delivery_id,
        items.dataset.dataset_code,
        items.dataset.rescues
    from source
    {{ unnest_list('source.datasets', 'dataset') }}
),

final as (
    select
        datasets.delivery_id,
        datasets.dataset_code,
        items.found.rescue_code,
        items.found.column_name,
        items.found.affected_count,
        items.found.sentence
    from datasets
    {{ unnest_list('datasets.rescues', 'found') }}
)

select * from final
