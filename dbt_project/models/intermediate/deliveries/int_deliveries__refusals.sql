-- Nested items share the line of the record around them: it is told once, with its count.
with refusals as (select * from {{ ref('stg_landing__refusals') }}),

deliveries as (select * from {{ ref('int_deliveries__known') }}),

of_known as (
    select
        refusals.*,
        deliveries.locality_code
    from refusals
    inner join deliveries on refusals.delivery_id = deliveries.delivery_id
),

final as (
    select
        locality_code,
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
    from of_known
    group by
        locality_code,
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
