with checks as (select * from {{ ref('stg_landing__receipt_checks') }}),

deliveries as (select * from {{ ref('int_deliveries__known') }}),

final as (
    select
        checks.delivery_id,
        checks.dataset_code,
        checks.rule_code,
        checks.severity_code,
        checks.scope_code,
        checks.is_met,
        checks.unexpected_count,
        checks.sentence
    from checks
    where checks.delivery_id in (select deliveries.delivery_id from deliveries)
)

select * from final
