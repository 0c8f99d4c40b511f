with source as (select * from {{ source('landing', 'conclusions') }}),

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
    from source
)

select * from final
