with versions as (select * from {{ ref('int_procedures__versions') }}),

periods as (select * from {{ ref('int_periods__reviewed') }}),

-- The working days up to a day: their difference counts the working days between two days.
workdays as (
    select
        calendar_date,
        working_day_position_no as workday_no
    from {{ ref('dim_dates') }}
),

valid as (
    select
        versions.province_code,
        versions.procedure_code,
        versions.procedure_name,
        periods.period_code,
        versions.competence_level_code,
        versions.field_code,
        versions.service_grade_code,
        versions.legal_time_limit,
        versions.committed_time_limit,
        versions.time_unit_code,
        versions.has_fee,
        versions.accepts_online_payment,
        versions.is_content_complete,
        versions.issued_date,
        versions.submitted_for_announcement_date,
        versions.announced_date,
        versions.publicised_date,
        versions.effective_date,
        periods.start_date,
        periods.known_to_date,
        versions._delivery_id,
        versions._source_file,
        versions._source_row
    from versions
    inner join periods
        on
            versions.province_code = periods.province_code
            and versions.from_date <= periods.known_to_date
            and versions.to_date >= periods.known_to_date
),

final as (
    select
        valid.province_code,
        valid.procedure_code,
        valid.period_code,
        valid.competence_level_code,
        valid.field_code,
        valid.service_grade_code,
        valid.legal_time_limit,
        valid.committed_time_limit,
        valid.time_unit_code,
        valid.has_fee,
        valid.accepts_online_payment,
        valid.is_content_complete,
        valid.procedure_name,
        valid.issued_date,
        valid.submitted_for_announcement_date,
        valid.announced_date,
        valid.publicised_date,
        valid.effective_date,
        coalesce(
            valid.announced_date >= valid.start_date
            and valid.announced_date <= valid.known_to_date,
            false
        ) as is_announced_in_period,
        effective.workday_no - announced.workday_no >= 5 as is_announced_on_time,
        -- Written out: greatest() of a null is no null everywhere.
        case
            when effective.workday_no - announced.workday_no >= 5 then 0
            else cast(5 - (effective.workday_no - announced.workday_no) as integer)
        end as announcement_late_days,
        coalesce(
            valid.publicised_date >= valid.start_date
            and valid.publicised_date <= valid.known_to_date,
            false
        ) as is_publicised_in_period,
        publicised.workday_no - announced.workday_no <= 5 as is_publicised_on_time,
        case
            when publicised.workday_no - announced.workday_no <= 5 then 0
            else cast(publicised.workday_no - announced.workday_no - 5 as integer)
        end as publication_late_days,
        valid._delivery_id,
        valid._source_file,
        valid._source_row
    from valid
    left join workdays as announced on valid.announced_date = announced.calendar_date
    left join workdays as publicised on valid.publicised_date = publicised.calendar_date
    left join workdays as effective on valid.effective_date = effective.calendar_date
)

select * from final
