with plan_tasks as (select * from {{ ref('int_plan_tasks__latest') }}),

final as (
    select
        province_code,
        task_code,
        task_name,
        year,
        lead_agency_code,
        coordinating_agency_codes,
        product,
        due_date,
        done_date,
        status_code,
        _delivery_id,
        _source_file,
        _source_row
    from plan_tasks
)

select * from final
