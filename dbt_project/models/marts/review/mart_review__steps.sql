{{ config(materialized='view') }}

-- A view: steps by kind and how long they took, and (kind five_steps) dossiers with all five done.
-- Seconds are summed, not hours: parts of hours give another sum in another order.
with steps as (select * from {{ ref('fct_steps') }}),

dossiers as (select * from {{ ref('fct_dossiers') }}),

periods as (select * from {{ ref('dim_review_periods') }}),

placed as (
    select
        steps.dossier_key,
        steps.province_code,
        coalesce(dossiers.agency_code, 'unknown') as agency_code,
        coalesce(dossiers.procedure_code, 'unknown') as procedure_code,
        coalesce(steps.step_kind_code, 'unknown') as step_kind_code,
        cast(steps.started_at as date) as started_date,
        cast(steps.finished_at as date) as finished_date,
        coalesce(cast(steps.finished_at as date) > cast(steps.due_at as date), false) as is_late,
        steps.is_on_site,
        steps.is_electronic,
        cast(round(steps.taken_hours * 3600) as bigint) as taken_seconds,
        cast(round(steps.taken_working_hours * 3600) as bigint) as taken_working_seconds
    from steps
    left join dossiers on steps.dossier_key = dossiers.dossier_key
    where dossiers.duplicate_of_dossier_key is null
),

-- One step elsewhere and the five are not on site; one that is not told and nobody knows.
whole as (
    select
        dossier_key,
        province_code,
        agency_code,
        procedure_code,
        'five_steps' as step_kind_code,
        min(started_date) as started_date,
        max(finished_date) as finished_date,
        bool_or(is_late) as is_late,
        case
            when bool_or(not is_on_site) then false
            when count(*) = count(is_on_site) then true
        end as is_on_site,
        case
            when bool_or(not is_electronic) then false
            when count(*) = count(is_electronic) then true
        end as is_electronic,
        case when count(*) = count(taken_seconds) then sum(taken_seconds) end as taken_seconds,
        case when count(*) = count(taken_working_seconds) then sum(taken_working_seconds) end
            as taken_working_seconds
    from placed
    group by dossier_key, province_code, agency_code, procedure_code
    having
        count(*) = count(finished_date)
        and count(distinct case when step_kind_code <> 'unknown' then step_kind_code end) = 5
),

together as (
    select * from placed
    union all
    select * from whole
),

-- A step that ends after the period was still open at its end.
read_at_end as (
    select
        periods.period_code,
        together.*,
        coalesce(together.finished_date <= periods.known_to_date, false) as is_finished
    from together
    inner join periods
        on
            together.province_code = periods.province_code
            and together.started_date <= periods.known_to_date
            and coalesce(together.finished_date >= periods.start_date, true)
),

finished as (
    select
        read_at_end.*,
        case when read_at_end.is_finished then read_at_end.taken_working_seconds end
            as own_working_seconds,
        case
            when read_at_end.is_finished and read_at_end.taken_working_seconds is not null
                then read_at_end.taken_seconds
        end as own_seconds
    from read_at_end
),

final as (
    select
        period_code,
        province_code,
        agency_code,
        procedure_code,
        step_kind_code,
        count(case when is_finished then 1 end) as step_count,
        count(case when not is_finished then 1 end) as open_step_count,
        count(own_working_seconds) as timed_step_count,
        coalesce(sum(own_seconds), 0) / 3600.0 as taken_hours,
        coalesce(sum(own_working_seconds), 0) / 3600.0 as taken_working_hours,
        count(case when is_finished and is_late then 1 end) as late_step_count,
        count(case when is_finished and is_on_site then 1 end) as on_site_count,
        count(case when is_finished and is_on_site is null then 1 end) as on_site_unknown_count,
        count(case when is_finished and is_electronic then 1 end) as electronic_count,
        count(case when is_finished and is_electronic is null then 1 end)
            as electronic_unknown_count
    from finished
    group by period_code, province_code, agency_code, procedure_code, step_kind_code
)

select * from final
