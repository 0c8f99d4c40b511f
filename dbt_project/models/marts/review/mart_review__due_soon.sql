{%- set limits = [3, 5, 10] -%}
-- Of the dossiers pending and in due at the period's last known day, those that fall overdue in the
-- working days after it. The clock of a paused one stands, so it is in no such column.
with dossier_periods as (select * from {{ ref('fct_dossier_periods') }}),

periods as (select * from {{ ref('dim_periods') }}),

dates as (select * from {{ ref('dim_dates') }}),

in_due as (
    select
        dossier_periods.period_code,
        dossier_periods.province_code,
        dossier_periods.agency_code,
        dossier_periods.field_code,
        dossier_periods.level_code,
        periods.known_to_date,
        dossier_periods.pending_paused_count,
        case
            when dossier_periods.pending_paused_count = 0
                then due_dates.working_day_position_no - last_dates.working_day_position_no
        end as working_days_left
    from dossier_periods
    inner join periods on dossier_periods.period_code = periods.period_code
    left join dates as due_dates on dossier_periods.due_date = due_dates.calendar_date
    left join dates as last_dates on periods.known_to_date = last_dates.calendar_date
    where dossier_periods.ii06_outcome_code = 'in_due'
),

final as (
    select
        period_code,
        province_code,
        agency_code,
        field_code,
        level_code,
        known_to_date,
        {% for limit in limits -%}
            count(case when working_days_left <= {{ limit }} then 1 end)
                as due_within_{{ limit }}_days_count,
        {% endfor -%}
        count(*) as pending_in_due_count,
        cast(sum(pending_paused_count) as bigint) as pending_paused_count
    from in_due
    group by period_code, province_code, agency_code, field_code, level_code, known_to_date
)

select * from final
