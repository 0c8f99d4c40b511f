with source as (select * from {{ source('landing', 'agency_successions') }}),

final as (
    select
        old_agency_code,
        new_agency_code,
        effective_date,
        kind_code,
        is_primary,
        old_province_code,
        new_province_code,
        instrument
    from source
)

select * from final
