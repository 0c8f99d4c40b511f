-- Versions that only tell something else of a procedure are one span of its service level.
with versions as (select * from {{ ref('int_procedures__versions') }}),

compared as (
    select
        versions.*,
        lag(versions.to_date) over version_order as before_to_date,
        lag(versions.service_grade_code) over version_order as before_grade_code,
        lag(versions.legacy_level_no) over version_order as before_level_no
    from versions
    where versions.from_date <= {{ as_of_date() }} and versions.from_date <= versions.to_date
    window
        version_order as (
            partition by versions.province_code, versions.procedure_code
            order by versions.from_date nulls last
        )
),

spans as (
    select
        compared.*,
        sum(
            case
                when
                    compared.before_to_date = compared.from_date - 1
                    and compared.service_grade_code = compared.before_grade_code
                    and not {{ is_other("compared.legacy_level_no", "compared.before_level_no") }}
                    then 0
                else 1
            end
        ) over (
            partition by compared.province_code, compared.procedure_code
            order by compared.from_date nulls last
            rows between unbounded preceding and current row
        ) as span_no
    from compared
),

final as (
    select
        province_code,
        procedure_code,
        min(from_date) as valid_from,
        nullif(max(to_date), cast('9999-12-31' as date)) as valid_to,
        min(service_grade_code) as service_grade_code,
        min(legacy_level_no) as legacy_level_no,
        min_by(grade_source_code, from_date) as grade_source_code,
        min_by(is_dated, from_date) as is_dated,
        min_by(_delivery_id, from_date) as _delivery_id
    from spans
    group by province_code, procedure_code, span_no
)

select * from final
