with source as (select * from {{ source('landing', 'receipts') }}),

final as (
    select
        source.delivery_id,
        items.found.dataset_code,
        items.found.rule_code,
        items.found.severity_code,
        items.found.scope_code,
        items.found.is_met,
        items.found.unexpected_count,
        items.found.sentence
    from source
    {{ unnest_list('source.checks', 'found') }}
)

select * from final
