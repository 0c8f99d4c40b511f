-- procedure_count sums to the register; procedure_total_count repeats on each grade.
with procedure_periods as (select * from {{ ref('fct_procedure_periods') }}),

bases as (select * from {{ ref('fct_scorecard_bases') }}),

used as (
    select
        province_code,
        procedure_code,
        period_code
    from bases
    where received_in_period_count > 0
    group by province_code, procedure_code, period_code
),

counted as (
    select
        procedure_periods.period_code,
        procedure_periods.province_code,
        procedure_periods.competence_level_code,
        procedure_periods.field_code,
        procedure_periods.service_grade_code,
        count(*) as procedure_count,
        count(used.procedure_code) as with_dossier_count
    from procedure_periods
    left join used
        on
            procedure_periods.province_code = used.province_code
            and procedure_periods.procedure_code = used.procedure_code
            and procedure_periods.period_code = used.period_code
    group by
        procedure_periods.period_code,
        procedure_periods.province_code,
        procedure_periods.competence_level_code,
        procedure_periods.field_code,
        procedure_periods.service_grade_code
),

final as (
    select
        period_code,
        province_code,
        competence_level_code,
        field_code,
        service_grade_code,
        procedure_count,
        cast(
            sum(procedure_count) over (
                partition by period_code, province_code, competence_level_code, field_code
            ) as bigint
        ) as procedure_total_count,
        with_dossier_count,
        'Thủ tục hành chính cùng cấp thẩm quyền và lĩnh vực' as denominator_name
    from counted
)

select * from final
