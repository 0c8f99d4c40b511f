-- Online dossiers and when they were received, refused, or left to wait. Those never received count
-- too, or an agency that answers nobody would look fast.
-- A deadline that the source does not give is 8 working hours, that is one working day, later: the
-- same time of day on the next working day; what is handed in on a day of rest counts from the next
-- working day and is due when that day is over. So no hours of opening need to be known.
with dossiers as (select * from {{ ref('fct_dossiers') }}),

periods as (select * from {{ ref('dim_review_periods') }}),

dates as (select * from {{ ref('dim_dates') }}),

submission_days as (
    select
        dates.calendar_date,
        dates.is_working_day,
        next_dates.calendar_date as next_working_date
    from dates
    inner join dates as next_dates
        on
            dates.working_day_position_no + 1 = next_dates.working_day_position_no
            and next_dates.is_working_day
),

online as (
    select
        dossiers.province_code,
        coalesce(dossiers.receiving_agency_code, dossiers.resolving_agency_code, 'unknown')
            as receiving_agency_code,
        dossiers.field_code,
        dossiers.level_code,
        case when dossiers.status_code = '3' then 'not_accepted' else 'received' end
            as decision_code,
        cast(dossiers.submitted_at as date) as submitted_date,
        coalesce(cast(dossiers.reception_due_at as date), submission_days.next_working_date)
            as reception_due_date,
        case
            when dossiers.reception_due_at is not null
                then {{ second_of_day('dossiers.reception_due_at') }}
            when submission_days.is_working_day then {{ second_of_day('dossiers.submitted_at') }}
            else 0
        end as due_second_no,
        -- A refusal that nobody dated stands where the dossier was handed in, neither late nor not.
        case dossiers.status_code
            when '3' then coalesce(dossiers.not_accepted_at, dossiers.submitted_at)
            when '1' then null
            else dossiers.received_at
        end as decided_at,
        dossiers.status_code = '3' and dossiers.not_accepted_at is null as is_undated,
        -- Withdrawn before anybody received it: from then on it waits no more.
        case
            when dossiers.status_code = '7' and dossiers.received_at is null
                then dossiers.closing_date
        end as withdrawn_date
    from dossiers
    left join submission_days
        on
            case when dossiers.reception_due_at is null then cast(dossiers.submitted_at as date) end
            = submission_days.calendar_date
    where dossiers.channel_code = 'online' and dossiers.duplicate_of_dossier_key is null
),

judged as (
    select
        online.*,
        cast(online.decided_at as date) as decided_date,
        -- A deadline of midnight is a day without a time: it holds until that day is over.
        case
            when online.is_undated or online.reception_due_date is null then null
            when cast(online.decided_at as date) = online.reception_due_date
                then
                    online.due_second_no > 0
                    and {{ second_of_day('online.decided_at') }} > online.due_second_no
            else cast(online.decided_at as date) > online.reception_due_date
        end as is_late
    from online
),

by_period as (
    select
        periods.period_code,
        judged.province_code,
        judged.receiving_agency_code,
        judged.field_code,
        judged.level_code,
        case
            when judged.decided_date <= periods.known_to_date
                then
                    case
                        when judged.is_late then judged.decision_code || '_late'
                        when not judged.is_late then judged.decision_code || '_in_time'
                        else 'unknown'
                    end
            when judged.reception_due_date is null then 'unknown'
            when judged.reception_due_date <= periods.known_to_date then 'waiting_overdue'
            else 'waiting_in_due'
        end as reception_code
    from judged
    inner join periods
        on
            judged.province_code = periods.province_code
            and (
                (
                    judged.decided_date >= periods.start_date
                    and judged.decided_date <= periods.known_to_date
                )
                or (
                    judged.submitted_date <= periods.known_to_date
                    and coalesce(
                        coalesce(judged.decided_date, judged.withdrawn_date)
                        > periods.known_to_date,
                        true
                    )
                )
            )
),

sums as (
    select
        period_code,
        province_code,
        receiving_agency_code,
        field_code,
        level_code,
        count(case when reception_code = 'received_in_time' then 1 end) as received_in_time_count,
        count(case when reception_code = 'received_late' then 1 end) as received_late_count,
        count(case when reception_code = 'not_accepted_in_time' then 1 end)
            as not_accepted_in_time_count,
        count(case when reception_code = 'not_accepted_late' then 1 end) as not_accepted_late_count,
        count(case when reception_code = 'waiting_in_due' then 1 end) as waiting_in_due_count,
        count(case when reception_code = 'waiting_overdue' then 1 end) as waiting_overdue_count,
        count(case when reception_code = 'unknown' then 1 end) as unknown_count
    from by_period
    group by period_code, province_code, receiving_agency_code, field_code, level_code
),

final as (
    select
        period_code,
        province_code,
        receiving_agency_code,
        field_code,
        level_code,
        received_in_time_count,
        received_late_count,
        not_accepted_in_time_count,
        not_accepted_late_count,
        waiting_in_due_count,
        waiting_overdue_count,
        unknown_count,
        received_late_count + not_accepted_late_count + waiting_overdue_count as numerator_count,
        received_in_time_count
        + received_late_count
        + not_accepted_in_time_count
        + not_accepted_late_count
        + waiting_overdue_count as denominator_count,
        'Hồ sơ trực tuyến đã tiếp nhận, đã từ chối trong kỳ hoặc đang chờ quá hạn tiếp nhận'
            as denominator_name
    from sums
)

select * from final
