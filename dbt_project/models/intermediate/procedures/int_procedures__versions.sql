-- The grade belongs to procedure, province and time: a version is known by its valid_from.
with procedures as (select * from {{ ref('stg_landing__procedures') }}),

deliveries as (select * from {{ ref('int_deliveries__known') }}),

ranked as (
    select
        procedures.*,
        row_number() over (
            partition by
                procedures.province_code, procedures.procedure_code, procedures.valid_from
            order by
                procedures._exported_at desc nulls last,
                procedures._delivery_id desc nulls last,
                procedures._source_file desc nulls last,
                procedures._source_row desc nulls last
        ) as version_no
    from procedures
    where
        procedures._delivery_id in (select deliveries.delivery_id from deliveries)
        and procedures.procedure_code is not null
),

final as (
    select
        province_code,
        procedure_code,
        procedure_name,
        coalesce(field_code, 'unknown') as field_code,
        field_name,
        coalesce(competence_level_code, 'unknown') as competence_level_code,
        -- The old levels 3 and 4 are read as partial and full, 1 and 2 as information.
        coalesce(
            service_grade_code,
            case
                when legacy_level_no = 4 then 'full'
                when legacy_level_no = 3 then 'partial'
                when legacy_level_no in (1, 2) then 'information'
            end,
            'unknown'
        ) as service_grade_code,
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
        _source_file,
        _source_row
    from ranked
    where version_no = 1
)

select * from final
