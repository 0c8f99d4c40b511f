-- Procedures announced or publicised in the period, each against its limit of five working days.
-- No text gives a limit for submission, so its day is shown and not judged.
with procedure_periods as (select * from {{ ref('fct_procedure_periods') }}),

final as (
    select
        period_code,
        province_code,
        procedure_code,
        procedure_name,
        field_code,
        competence_level_code,
        issued_date,
        effective_date,
        submitted_for_announcement_date,
        announced_date,
        publicised_date,
        case
            when not is_announced_in_period then 'none'
            when is_announced_on_time is null then 'unknown'
            when is_announced_on_time then 'on_time'
            else 'late'
        end as announcement_code,
        announcement_late_days,
        case
            when not is_publicised_in_period then 'none'
            when is_publicised_on_time is null then 'unknown'
            when is_publicised_on_time then 'on_time'
            else 'late'
        end as publication_code,
        publication_late_days
    from procedure_periods
    where is_announced_in_period or is_publicised_in_period
)

select * from final
