with source as (select * from {{ source('landing', 'sealed_packs') }}),

final as (
    select
        pack_code as review_code,
        review_code as of_review_code,
        agency_codes as scope_agency_codes,
        version as pack_no,
        period_code,
        province_code,
        as_of_date
    from source
)

select * from final
