with localities as (select * from {{ ref('stg_landing__localities') }}),

deliveries as (select * from {{ ref('int_deliveries__known') }}),

-- Whoever has sent stays in the table after leaving the register.
senders as (
    select
        locality_code,
        max(locality_name) as locality_name,
        max(province_code) as province_code
    from deliveries
    where locality_code not in (select localities.locality_code from localities)
    group by locality_code
),

provinces as (
    select
        province_code,
        max(province_name) as province_name
    from localities
    group by province_code
),

final as (
    select
        locality_code,
        locality_name,
        province_code,
        province_name,
        is_expected,
        coalesce(working_calendar_code, 'standard') as working_calendar_code
    from localities
    union all
    select
        senders.locality_code,
        senders.locality_name,
        senders.province_code,
        coalesce(provinces.province_name, senders.province_code) as province_name,
        false as is_expected,
        'standard' as working_calendar_code
    from senders
    left join provinces on senders.province_code = provinces.province_code
)

select * from final
