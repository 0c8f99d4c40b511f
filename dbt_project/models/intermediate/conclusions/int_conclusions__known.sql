-- A notice is known from its day on, whenever it was typed: no build of an earlier day reads it.
with conclusions as (select * from {{ ref('stg_landing__conclusions') }}),

final as (
    select
        review_code,
        period_code,
        province_code,
        position_no,
        content,
        lead_agency_code,
        coordinating_agencies,
        metric_code,
        target_percent,
        due_date,
        concluded_date
    from conclusions
    where concluded_date <= {{ as_of_date() }}
)

select * from final
