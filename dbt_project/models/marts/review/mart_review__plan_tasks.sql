with plan_tasks as (select * from {{ ref('fct_plan_tasks') }}),

judged as (
    select
        province_code,
        year,
        lead_agency_code,
        due_date,
        case
            when done_date is not null then done_date <= {{ as_of_date() }}
            else coalesce(status_code = 'done', false)
        end as is_done
    from plan_tasks
),

final as (
    select
        province_code,
        year,
        lead_agency_code,
        cast(sum(case when is_done then 1 else 0 end) as bigint) as numerator_count,
        count(*) as denominator_count,
        cast(
            sum(case when not is_done and due_date < {{ as_of_date() }} then 1 else 0 end) as bigint
        ) as overdue_count,
        'Nhiệm vụ của kế hoạch năm' as denominator_name
    from judged
    group by province_code, year, lead_agency_code
)

select * from final
