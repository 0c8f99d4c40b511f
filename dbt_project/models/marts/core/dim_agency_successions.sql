with successions as (select * from {{ ref('stg_landing__agency_successions') }}),

final as (
    select
        old_agency_code,
        coalesce(new_agency_code, 'none') as new_agency_code,
        old_province_code,
        new_province_code,
        effective_date,
        kind_code,
        is_primary,
        instrument
    from successions
    where effective_date <= {{ as_of_date() }}
)

select * from final
