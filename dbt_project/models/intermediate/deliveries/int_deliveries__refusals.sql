-- Nested items share the line of the record around them: it is told once, with its count.
with refusals as (select * from {{ ref('stg_landing__refusals') }}),

deliveries as (select * from {{ ref('int_deliveries__known') }}),

final as (
    select
        delivery_id,
        dataset_code,
        source_file,
        source_sheet,
        source_row,
        column_name,
        rule_code,
        severity_code,
        max(value_class_code) as value_class_code,
        max(sentence) as sentence,
        max(mend) as mend,
        count(*) as finding_count
    from refusals
    where delivery_id in (select deliveries.delivery_id from deliveries)
    group by
        delivery_id,
        dataset_code,
        source_file,
        source_sheet,
        source_row,
        column_name,
        rule_code,
        severity_code
)

select * from final
