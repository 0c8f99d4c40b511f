-- What rule ii06 counts as overdue, dossier by dossier, as it stood at the end of the period.
with dossier_periods as (
    select * from {{ ref('fct_dossier_periods') }}
    {{ of_touched_dossiers() }}
),

dossiers as (select * from {{ ref('fct_dossiers') }}),

periods as (select * from {{ ref('dim_periods') }}),

procedures as (select * from {{ ref('dim_procedures') }}),

codes as (select * from {{ ref('dim_codes') }}),

dates as (select * from {{ ref('dim_dates') }}),

overdue as (
    select
        dossier_periods.*,
        periods.known_to_date,
        -- What was closed after the period was still open at its end.
        case
            when dossier_periods.ii06_outcome_code = 'overdue' then dossier_periods.closing_date
        end as result_date
    from dossier_periods
    inner join periods on dossier_periods.period_code = periods.period_code
    where dossier_periods.ii06_outcome_code in ('overdue', 'past_due')
),

measured as (
    select
        overdue.period_code,
        overdue.dossier_key,
        dossiers.dossier_code,
        overdue.locality_code,
        overdue.province_code,
        overdue.agency_code,
        coalesce(dossiers.responsible_agency_code, 'unknown') as responsible_agency_code,
        overdue.field_code,
        overdue.level_code,
        overdue.channel_code,
        coalesce(overdue.procedure_code, 'unknown') as procedure_code,
        coalesce(dossiers.overdue_cause_code, 'unknown') as overdue_cause_code,
        overdue.ii06_outcome_code as outcome_code,
        dossiers.received_date,
        overdue.due_date,
        overdue.result_date,
        case
            when cast(dossiers.apology_sent_at as date) <= overdue.known_to_date
                then cast(dossiers.apology_sent_at as date)
        end as apology_sent_date,
        last_dates.day_position_no - due_dates.day_position_no as overdue_days,
        last_dates.working_day_position_no - due_dates.working_day_position_no
            as overdue_working_days
    from overdue
    inner join dossiers on overdue.dossier_key = dossiers.dossier_key
    left join dates as due_dates on overdue.due_date = due_dates.calendar_date
    left join dates as last_dates
        on coalesce(overdue.result_date, overdue.known_to_date) = last_dates.calendar_date
    {{ and_kept_dossiers("* exclude (procedure_name, overdue_cause_name)") }}
),

-- What procedure and cause are called is asked last: names change without their dossiers.
final as (
    select
        measured.period_code,
        measured.dossier_key,
        measured.dossier_code,
        measured.locality_code,
        measured.province_code,
        measured.agency_code,
        measured.responsible_agency_code,
        measured.field_code,
        measured.level_code,
        measured.channel_code,
        measured.procedure_code,
        coalesce(procedures.procedure_name, 'Chưa xác định') as procedure_name,
        measured.overdue_cause_code,
        coalesce(codes.code_name, measured.overdue_cause_code) as overdue_cause_name,
        measured.outcome_code,
        measured.received_date,
        measured.due_date,
        measured.result_date,
        measured.apology_sent_date,
        measured.overdue_days,
        measured.overdue_working_days
    from measured
    left join procedures
        on
            measured.province_code = procedures.province_code
            and measured.procedure_code = procedures.procedure_code
    left join codes
        on measured.overdue_cause_code = codes.code and codes.list_code = 'overdue_cause'
)

select * from final
