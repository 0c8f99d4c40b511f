-- Sealed packs of the reviews that this build reads: the figures of today stand beside theirs.
with packs as (select * from {{ ref('stg_landing__sealed_packs') }}),

reviews as (select * from {{ ref('int_reviews__all') }}),

final as (
    select
        packs.review_code,
        packs.scope_agency_codes,
        packs.pack_no,
        packs.period_code,
        packs.province_code,
        packs.as_of_date
    from packs
    inner join reviews
        on
            packs.of_review_code = reviews.review_code
            and packs.period_code = reviews.period_code
            and packs.province_code = reviews.province_code
    where packs.as_of_date <= {{ as_of_date() }}
)

select * from final
