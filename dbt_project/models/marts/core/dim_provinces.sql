with localities as (select * from {{ ref('stg_landing__localities') }}),

deliveries as (select * from {{ ref('int_deliveries__known') }}),

reviews as (select * from {{ ref('int_reviews__all') }}),

named as (
    select
        province_code,
        province_name
    from localities
    union all
    select
        province_code,
        cast(null as string) as province_name
    from deliveries
    union all
    select
        province_code,
        cast(null as string) as province_name
    from reviews
    union all
    select
        'unknown' as province_code,
        'Chưa xác định' as province_name
),

final as (
    select
        province_code,
        coalesce(max(province_name), province_code) as province_name
    from named
    group by province_code
)

select * from final
