with source as (select * from {{ source('landing', 'sealed_packs') }}),

final as (
    select
        source.pack_code as review_code,
        source.version as pack_no,
        items.delivery_id
    from source
    {{ unnest_list('source.delivery_ids', 'delivery_id') }}
)

select * from final
