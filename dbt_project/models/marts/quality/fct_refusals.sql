{{ config(meta={'renewed_by': 'delivery'}) }}
with refusals as (select * from {{ ref('int_deliveries__refusals') }}),

final as (
    select
        locality_code,
        delivery_id,
        dataset_code,
        source_file,
        source_sheet,
        source_row,
        column_name,
        value_class_code,
        rule_code,
        severity_code,
        sentence,
        mend,
        finding_count
    from refusals
)

select * from final
