-- The last export of each one wins.
with plan_tasks as (select * from {{ ref('stg_landing__plan_tasks') }}),

deliveries as (select * from {{ ref('int_deliveries__known') }}),

ranked as (
    select
        plan_tasks.*,
        row_number() over (
            partition by
                plan_tasks.province_code,
                plan_tasks.task_code,
                plan_tasks.year
            order by
                plan_tasks._exported_at desc nulls last,
                plan_tasks._delivery_id desc nulls last,
                plan_tasks._source_file desc nulls last,
                plan_tasks._source_row desc nulls last
        ) as version_no
    from plan_tasks
    where plan_tasks._delivery_id in (select deliveries.delivery_id from deliveries)
),

final as (
    select
        province_code,
        task_code,
        task_name,
        year,
        coalesce(lead_agency_code, 'unknown') as lead_agency_code,
        coordinating_agency_codes,
        product,
        due_date,
        done_date,
        status_code,
        _delivery_id,
        _source_file,
        _source_row
    from ranked
    where version_no = 1
)

select * from final
