with packs as (select * from {{ ref('int_reviews__sealed') }}),

final as (
    select
        review_code,
        pack_no,
        period_code,
        province_code,
        as_of_date,
        scope_agency_codes
    from packs
)

select * from final
