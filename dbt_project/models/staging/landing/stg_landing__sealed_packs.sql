with source as (select * from {{ source('landing', 'sealed_packs') }}),

final as (
    select
        review_code,
        version as pack_no,
        period_code,
        province_code,
        as_of_date
    from source
)

select * from final
