with source as (select * from {{ source('landing', 'localities') }}),

final as (
    select
        locality_code,
        locality_name,
        province_code,
        province_name,
        is_expected,
        working_calendar_code
    from source
)

select * from final
