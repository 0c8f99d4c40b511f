with source as (select * from {{ source('landing', 'unit_successions') }}),

final as (
    select
        level_code,
        old_unit_code,
        old_unit_name,
        old_parent_code,
        old_parent_name,
        old_province_code,
        old_province_name,
        new_unit_code,
        new_unit_name,
        new_parent_code,
        new_parent_name,
        new_province_code,
        new_province_name,
        cast(effective_date as date) as effective_date,
        kind_code,
        cast(is_primary as boolean) as is_primary,
        instrument
    from source
)

select * from final
