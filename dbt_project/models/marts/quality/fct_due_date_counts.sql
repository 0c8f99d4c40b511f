{{ config(materialized='view') }}

-- A view: of how many dossiers the due date could be recomputed, and of how many not, and why.
{{ recomputed_due_dates() }}

final as (
    select
        locality_code,
        agency_code,
        max(province_code) as province_code,
        count(*) as dossier_count,
        count(case when state_code in ('equal', 'differs') then 1 end) as recomputed_count,
        count(case when state_code = 'equal' then 1 end) as equal_count,
        count(case when state_code = 'differs' then 1 end) as differing_count,
        count(case when state_code = 'no_due_date' then 1 end) as no_due_date_count,
        count(case when state_code = 'no_term' then 1 end) as no_term_count,
        count(case when state_code = 'before_term' then 1 end) as before_term_count,
        count(case when state_code = 'clock_stopped' then 1 end) as clock_stopped_count,
        count(case when state_code = 'outside_calendar' then 1 end) as outside_calendar_count
    from judged
    group by locality_code, agency_code
)

select * from final
