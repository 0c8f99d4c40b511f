-- Whether a task is done is said by its day where it has one, as the status may be a later one.
with plan_tasks as (select * from {{ ref('int_plan_tasks__latest') }}),

judged as (
    select
        *,
        case
            when done_date is not null then done_date <= {{ as_of_date() }}
            else coalesce(status_code = 'done', false)
        end as is_done
    from plan_tasks
),

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
        is_done,
        not is_done and coalesce(due_date < {{ as_of_date() }}, false) as is_overdue,
        _delivery_id,
        _source_file,
        _source_row
    from judged
)

select * from final
