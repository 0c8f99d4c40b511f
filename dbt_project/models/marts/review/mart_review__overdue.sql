with overdue_dossiers as (select * from {{ ref('mart_review__overdue_dossiers') }}),

procedure_periods as (select * from {{ ref('fct_procedure_periods') }}),

-- A first date was seen to pass before a later one was set; who is overdue by that one missed both.
moved as (
    select dossier_key
    from {{ ref('fct_dossier_flags') }}
    where flag_code = 'due_moved_after_due'
),

-- The due date stands on the promised limit: how far it is passed, less what the law gives beyond
-- the promise, is how far the legal limit is passed. Eight working hours are one working day.
judged as (
    select
        overdue_dossiers.*,
        case
            when procedure_periods.time_unit_code = 'day'
                then
                    overdue_dossiers.overdue_days
                    > procedure_periods.legal_time_limit - procedure_periods.committed_time_limit
            when procedure_periods.time_unit_code in ('working_day', 'working_hour')
                then
                    overdue_dossiers.overdue_working_days
                    * case procedure_periods.time_unit_code when 'working_hour' then 8 else 1 end
                    > procedure_periods.legal_time_limit - procedure_periods.committed_time_limit
        end as is_overdue_by_law,
        moved.dossier_key is not null as is_second_date_missed
    from overdue_dossiers
    left join moved on overdue_dossiers.dossier_key = moved.dossier_key
    left join procedure_periods
        on
            overdue_dossiers.province_code = procedure_periods.province_code
            and overdue_dossiers.procedure_code = procedure_periods.procedure_code
            and overdue_dossiers.period_code = procedure_periods.period_code
),

final as (
    select
        period_code,
        province_code,
        agency_code,
        responsible_agency_code,
        field_code,
        level_code,
        overdue_cause_code,
        overdue_cause_name,
        count(case when outcome_code = 'overdue' then 1 end) as resolved_overdue_count,
        count(case when outcome_code = 'past_due' then 1 end) as pending_overdue_count,
        count(case when is_overdue_by_law then 1 end) as overdue_by_law_count,
        count(case when is_overdue_by_law is null then 1 end) as overdue_by_law_unknown_count,
        count(*) as apology_owed_count,
        count(apology_sent_date) as apology_sent_count,
        count(case when outcome_code = 'overdue' then apology_sent_date end)
            as resolved_apology_sent_count,
        count(case when apology_sent_date < due_date then 1 end) as apology_in_time_count,
        count(case when is_second_date_missed then 1 end) as second_date_missed_count,
        max(overdue_days) as longest_overdue_days
    from judged
    group by
        period_code,
        province_code,
        agency_code,
        responsible_agency_code,
        field_code,
        level_code,
        overdue_cause_code,
        overdue_cause_name
)

select * from final
