{%- set is_added = is_added_to() -%}
{%- set keys = 'period_code, province_code, receiving_agency_code, field_code, level_code' -%}
{%- set known_counts = [
    'received_in_time_count', 'received_late_count', 'not_accepted_in_time_count',
    'not_accepted_late_count', 'waiting_in_due_count', 'waiting_overdue_count'
] -%}
-- Online dossiers and when they were received, refused, or left to wait. Those never received count
-- too, or an agency that answers nobody would look fast.
-- Where the source gives no deadline it is 8 working hours after submission, by the calendar of who
-- sent the dossier: late is what was decided, or still waits, when more than that was worked.
with dossiers as ({{ with_side(ref('fct_dossiers'), is_added) }}),

periods as (select * from {{ ref('dim_review_periods') }}),

days as (select * from {{ ref('dim_working_days') }}),

localities as (select * from {{ ref('dim_localities') }}),

online as (
    select
        {{ side_of('dossiers', is_added) }} as side,
        dossiers.province_code,
        coalesce(dossiers.receiving_agency_code, dossiers.resolving_agency_code, 'unknown')
            as receiving_agency_code,
        dossiers.field_code,
        dossiers.level_code,
        case when dossiers.status_code = '3' then 'not_accepted' else 'received' end
            as decision_code,
        cast(dossiers.submitted_at as date) as submitted_date,
        cast(dossiers.reception_due_at as date) as reception_due_date,
        case
            when dossiers.reception_due_at is not null
                then {{ second_of_day('dossiers.reception_due_at') }}
        end as due_second_no,
        localities.working_calendar_code,
        -- Midnight is a day without a time: the hours count from that day's end.
        case
            when dossiers.submitted_at = cast(cast(dossiers.submitted_at as date) as timestamp)
                then days.working_second_position_no + days.working_seconds
            else {{ worked_seconds('days', 'dossiers.submitted_at') }}
        end
        + 8 * 3600 as due_worked_seconds,
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
    left join localities on dossiers.locality_code = localities.locality_code
    left join days
        on
            case when dossiers.reception_due_at is null then cast(dossiers.submitted_at as date) end
            = days.calendar_date
            and localities.working_calendar_code = days.working_calendar_code
    where dossiers.channel_code = 'online' and dossiers.duplicate_of_dossier_key is null
),

judged as (
    select
        online.*,
        cast(online.decided_at as date) as decided_date,
        -- A deadline of midnight is a day without a time: it holds until that day is over.
        case
            when online.is_undated then null
            when online.reception_due_date is null
                then {{ worked_seconds('days', 'online.decided_at') }} > online.due_worked_seconds
            when cast(online.decided_at as date) = online.reception_due_date
                then
                    online.due_second_no > 0
                    and {{ second_of_day('online.decided_at') }} > online.due_second_no
            else cast(online.decided_at as date) > online.reception_due_date
        end as is_late
    from online
    left join days
        on
            case when online.reception_due_date is null then cast(online.decided_at as date) end
            = days.calendar_date
            and online.working_calendar_code = days.working_calendar_code
),

by_period as (
    select
        judged.side,
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
            when judged.reception_due_date <= periods.known_to_date then 'waiting_overdue'
            when judged.reception_due_date is not null then 'waiting_in_due'
            when
                days.working_second_position_no + days.working_seconds > judged.due_worked_seconds
                then 'waiting_overdue'
            when judged.due_worked_seconds is not null then 'waiting_in_due'
            else 'unknown'
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
    left join days
        on
            periods.known_to_date = days.calendar_date
            and judged.working_calendar_code = days.working_calendar_code
),

counted as (
    select
        {{ keys }},
        {% for name in known_counts -%}
            {{ sum_where("side", "reception_code = '" ~ name[:-6] ~ "'") }} as {{ name }},
        {% endfor -%}
        {{ sum_where("side", "reception_code = 'unknown'") }} as unknown_count
    from by_period
    group by {{ keys }}
    {{ and_counted_before([keys] + known_counts + ["unknown_count"], is_added) }}
),

sums as (
    select
        {{ keys }},
        {% for name in known_counts -%}
            cast(sum({{ name }}) as bigint) as {{ name }},
        {% endfor -%}
        cast(sum(unknown_count) as bigint) as unknown_count
    from counted
    group by {{ keys }}
    having sum({{ known_counts | join(" + ") }} + unknown_count) > 0
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
