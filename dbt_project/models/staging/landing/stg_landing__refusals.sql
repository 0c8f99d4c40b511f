with source as (select * from {{ source('landing', 'refusals') }}),

final as (
    select
        delivery_id,
        dataset_code,
        source_file,
        source_sheet,
        cast(source_row as bigint) as source_row,
        column_name,
        value_class_code,
        rule_code,
        severity_code,
        sentence,
        mend
    from source
)

select * from final
