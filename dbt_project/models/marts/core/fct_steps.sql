{{ config(meta={'renewed_by': 'dossier'}) }}
with steps as (select * from {{ ref('int_steps__latest') }}),

days as (select * from {{ ref('dim_working_days') }}),

localities as (select * from {{ ref('dim_localities') }}),

measured as (
    select
        steps.*,
        (last_days.day_position_no - first_days.day_position_no) * 86400
        + ({{ second_of_day('steps.finished_at') }})
        - ({{ second_of_day('steps.started_at') }}) as taken_seconds,
        ({{ worked_seconds('last_days', 'steps.finished_at') }})
        - ({{ worked_seconds('first_days', 'steps.started_at') }}) as taken_working_seconds
    from steps
    left join localities on steps.locality_code = localities.locality_code
    left join days as first_days
        on
            localities.working_calendar_code = first_days.working_calendar_code
            and cast(steps.started_at as date) = first_days.calendar_date
    left join days as last_days
        on
            localities.working_calendar_code = last_days.working_calendar_code
            and cast(steps.finished_at as date) = last_days.calendar_date
),

-- A finish without a time on the day of the start is read as no time taken.
final as (
    select
        dossier_key,
        dossier_code,
        locality_code,
        province_code,
        step_no,
        step_kind_code,
        department_code,
        started_at,
        due_at,
        finished_at,
        is_on_site,
        is_electronic,
        case when taken_seconds < 0 then 0 else taken_seconds end / 3600.0 as taken_hours,
        case when taken_working_seconds < 0 then 0 else taken_working_seconds end / 3600.0
            as taken_working_hours,
        _delivery_id,
        _source_file,
        _source_row
    from measured
)

select * from final
