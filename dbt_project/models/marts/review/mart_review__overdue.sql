with overdue_dossiers as (select * from {{ ref('mart_review__overdue_dossiers') }}),

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
        count(*) as apology_owed_count,
        count(apology_sent_date) as apology_sent_count,
        count(case when outcome_code = 'overdue' then apology_sent_date end)
            as resolved_apology_sent_count,
        count(case when apology_sent_date < due_date then 1 end) as apology_in_time_count,
        max(overdue_days) as longest_overdue_days
    from overdue_dossiers
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
