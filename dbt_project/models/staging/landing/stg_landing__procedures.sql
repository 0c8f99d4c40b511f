with source as (select * from {{ source('landing', 'procedures') }}),

final as (
    select
        _locality_code as locality_code,
        _province_code as province_code,
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
        _delivery_id,
        _exported_at,
        _source_file,
        _source_row
    from source
)

select * from final
