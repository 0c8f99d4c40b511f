with checks as (select * from {{ ref('int_deliveries__checks') }}),

final as (
    select
        delivery_id,
        dataset_code,
        rule_code,
        severity_code,
        scope_code,
        is_met,
        unexpected_count,
        sentence
    from checks
)

select * from final
