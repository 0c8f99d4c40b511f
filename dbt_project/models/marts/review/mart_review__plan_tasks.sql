with plan_tasks as (select * from {{ ref('fct_plan_tasks') }}),

final as (
    select
        province_code,
        year,
        lead_agency_code,
        cast(sum(case when is_done then 1 else 0 end) as bigint) as numerator_count,
        count(*) as denominator_count,
        cast(sum(case when is_overdue then 1 else 0 end) as bigint) as overdue_count,
        'Nhiệm vụ của kế hoạch năm' as denominator_name
    from plan_tasks
    group by province_code, year, lead_agency_code
)

select * from final
