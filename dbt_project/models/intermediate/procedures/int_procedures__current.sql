with versions as (select * from {{ ref('int_procedures__versions') }}),

ranked as (
    select
        versions.*,
        row_number() over (
            partition by versions.province_code, versions.procedure_code
            order by versions.valid_from desc nulls last
        ) as version_no
    from versions
    where versions.valid_from is null or versions.valid_from <= {{ as_of_date() }}
),

final as (
    select
        province_code,
        procedure_code,
        procedure_name,
        field_code,
        field_name,
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
        _delivery_id
    from ranked
    where version_no = 1
)

select * from final
