-- Procedures of each province's register as of the as-of date, and those that only dossiers name.
with procedures as (
    select *
    from {{ ref('int_procedures__versions') }}
    where is_current
),

dossiers as (select * from {{ ref('int_dossiers__names') }}),

named as (
    select
        province_code,
        procedure_code,
        max(procedure_name) as procedure_name,
        max(field_code) as field_code
    from dossiers
    where procedure_code is not null
    group by province_code, procedure_code
),

final as (
    select
        province_code,
        procedure_code,
        coalesce(procedure_name, procedure_code) as procedure_name,
        field_code,
        competence_level_code,
        service_grade_code,
        legacy_level_no,
        legal_time_limit,
        committed_time_limit,
        time_unit_code,
        has_fee,
        accepts_online_payment,
        issued_date,
        submitted_for_announcement_date,
        announced_date,
        publicised_date,
        effective_date,
        is_content_complete,
        valid_from,
        valid_to,
        term_valid_from,
        true as is_registered
    from procedures
    union all
    select
        named.province_code,
        named.procedure_code,
        coalesce(named.procedure_name, named.procedure_code) as procedure_name,
        coalesce(named.field_code, 'unknown') as field_code,
        'unknown' as competence_level_code,
        'unknown' as service_grade_code,
        cast(null as integer) as legacy_level_no,
        cast(null as integer) as legal_time_limit,
        cast(null as integer) as committed_time_limit,
        cast(null as string) as time_unit_code,
        cast(null as boolean) as has_fee,
        cast(null as boolean) as accepts_online_payment,
        cast(null as date) as issued_date,
        cast(null as date) as submitted_for_announcement_date,
        cast(null as date) as announced_date,
        cast(null as date) as publicised_date,
        cast(null as date) as effective_date,
        cast(null as boolean) as is_content_complete,
        cast(null as date) as valid_from,
        cast(null as date) as valid_to,
        cast(null as date) as term_valid_from,
        false as is_registered
    from named
    left join procedures
        on
            named.province_code = procedures.province_code
            and named.procedure_code = procedures.procedure_code
    where procedures.procedure_code is null
    union all
    select
        'unknown' as province_code,
        'unknown' as procedure_code,
        'Chưa xác định' as procedure_name,
        'unknown' as field_code,
        'unknown' as competence_level_code,
        'unknown' as service_grade_code,
        cast(null as integer) as legacy_level_no,
        cast(null as integer) as legal_time_limit,
        cast(null as integer) as committed_time_limit,
        cast(null as string) as time_unit_code,
        cast(null as boolean) as has_fee,
        cast(null as boolean) as accepts_online_payment,
        cast(null as date) as issued_date,
        cast(null as date) as submitted_for_announcement_date,
        cast(null as date) as announced_date,
        cast(null as date) as publicised_date,
        cast(null as date) as effective_date,
        cast(null as boolean) as is_content_complete,
        cast(null as date) as valid_from,
        cast(null as date) as valid_to,
        cast(null as date) as term_valid_from,
        false as is_registered
)

select * from final
