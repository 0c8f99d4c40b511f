with versions as (select * from {{ ref('int_procedures__versions') }}),

periods as (select * from {{ ref('int_periods__reviewed') }}),

valid as (
    select
        versions.province_code,
        versions.procedure_code,
        periods.period_code,
        versions.competence_level_code,
        versions.field_code,
        versions.service_grade_code,
        versions.legal_time_limit,
        versions.committed_time_limit,
        versions.time_unit_code,
        versions._delivery_id,
        row_number() over (
            partition by versions.province_code, versions.procedure_code, periods.period_code
            order by versions.valid_from desc nulls last
        ) as version_no
    from versions
    inner join periods
        on
            versions.province_code = periods.province_code
            and (versions.valid_from is null or versions.valid_from <= periods.known_to_date)
            and (versions.valid_to is null or versions.valid_to >= periods.known_to_date)
),

final as (
    select
        province_code,
        procedure_code,
        period_code,
        competence_level_code,
        field_code,
        service_grade_code,
        legal_time_limit,
        committed_time_limit,
        time_unit_code,
        _delivery_id
    from valid
    where version_no = 1
)

select * from final
