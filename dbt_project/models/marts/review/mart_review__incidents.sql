-- Outages by kind, in the period in which they begin, and the dossiers that fell due on their days.
-- Hours are those of the clock and, of them, those of the common working calendar, up to the end of
-- the period for what has not ended by then.
with incidents as (select * from {{ ref('fct_incidents') }}),

periods as (select * from {{ ref('dim_review_periods') }}),

dates as (
    select * from {{ ref('dim_working_days') }}
    where working_calendar_code = 'standard'
),

dossier_periods as (select * from {{ ref('fct_dossier_periods') }}),

dated as (
    select
        periods.period_code,
        incidents.province_code,
        incidents.agency_code,
        incidents.system_code,
        incidents.counterpart_system_code,
        incidents.kind_code,
        incidents.started_at,
        cast(incidents.started_at as date) as started_date,
        least(
            coalesce(cast(incidents.ended_at as date), periods.known_to_date),
            periods.known_to_date
        ) as last_date,
        coalesce(cast(incidents.ended_at as date) <= periods.known_to_date, false) as is_ended,
        incidents.ended_at
    from incidents
    inner join periods
        on
            incidents.province_code = periods.province_code
            and cast(incidents.started_at as date) >= periods.start_date
            and cast(incidents.started_at as date) <= periods.known_to_date
),

measured as (
    select
        dated.*,
        (last_dates.day_position_no - first_dates.day_position_no) * 86400
        + case when dated.is_ended then {{ second_of_day('dated.ended_at') }} else 86400 end
        - ({{ second_of_day('dated.started_at') }}) as incident_seconds,
        case
            when dated.is_ended then {{ worked_seconds('last_dates', 'dated.ended_at') }}
            else last_dates.working_second_position_no + last_dates.working_seconds
        end
        - ({{ worked_seconds('first_dates', 'dated.started_at') }}) as incident_working_seconds
    from dated
    left join dates as first_dates on dated.started_date = first_dates.calendar_date
    left join dates as last_dates on dated.last_date = last_dates.calendar_date
),

sums as (
    select
        period_code,
        province_code,
        agency_code,
        system_code,
        counterpart_system_code,
        kind_code,
        count(*) as incident_count,
        count(case when not is_ended then 1 end) as open_incident_count,
        cast(sum(incident_seconds) as bigint) as incident_seconds,
        cast(sum(incident_working_seconds) as bigint) as incident_working_seconds
    from measured
    group by
        period_code, province_code, agency_code, system_code, counterpart_system_code, kind_code
),

-- A day with two outages of a kind is one day: its dossiers count once.
incident_days as (
    select distinct
        dated.period_code,
        dated.province_code,
        dated.agency_code,
        dated.system_code,
        dated.counterpart_system_code,
        dated.kind_code,
        dates.calendar_date
    from dated
    inner join dates
        on
            dated.started_date <= dates.calendar_date
            and dated.last_date >= dates.calendar_date
),

due_days as (
    select
        period_code,
        province_code,
        agency_code,
        due_date,
        count(*) as due_dossier_count,
        count(case when ii06_outcome_code in ('overdue', 'past_due') then 1 end)
            as overdue_dossier_count
    from dossier_periods
    where due_date in (select incident_days.calendar_date from incident_days)
    group by period_code, province_code, agency_code, due_date
),

due_meanwhile as (
    select
        incident_days.period_code,
        incident_days.province_code,
        incident_days.agency_code,
        incident_days.system_code,
        incident_days.counterpart_system_code,
        incident_days.kind_code,
        sum(due_days.due_dossier_count) as due_dossier_count,
        sum(due_days.overdue_dossier_count) as overdue_dossier_count
    from incident_days
    inner join due_days
        on
            incident_days.period_code = due_days.period_code
            and incident_days.province_code = due_days.province_code
            and incident_days.calendar_date = due_days.due_date
            and incident_days.agency_code in ('all', due_days.agency_code)
    group by
        incident_days.period_code,
        incident_days.province_code,
        incident_days.agency_code,
        incident_days.system_code,
        incident_days.counterpart_system_code,
        incident_days.kind_code
),

final as (
    select
        sums.period_code,
        sums.province_code,
        sums.agency_code,
        sums.system_code,
        sums.counterpart_system_code,
        sums.kind_code,
        sums.incident_count,
        sums.open_incident_count,
        sums.incident_seconds / 3600.0 as incident_hours,
        sums.incident_working_seconds / 3600.0 as incident_working_hours,
        cast(coalesce(due_meanwhile.due_dossier_count, 0) as bigint) as due_dossier_count,
        cast(coalesce(due_meanwhile.overdue_dossier_count, 0) as bigint) as overdue_dossier_count
    from sums
    left join due_meanwhile
        on
            sums.period_code = due_meanwhile.period_code
            and sums.province_code = due_meanwhile.province_code
            and sums.agency_code = due_meanwhile.agency_code
            and sums.system_code = due_meanwhile.system_code
            and sums.counterpart_system_code = due_meanwhile.counterpart_system_code
            and sums.kind_code = due_meanwhile.kind_code
)

select * from final
