with conclusions as (select * from {{ ref('int_conclusions__known') }}),

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
)

select * from final
