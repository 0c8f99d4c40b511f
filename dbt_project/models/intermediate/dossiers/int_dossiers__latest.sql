with dossiers as (select * from {{ ref('int_dossiers__known') }}),

superseded as (select * from {{ ref('int_dossiers__superseded') }}),

agencies as (select * from {{ ref('int_agencies__latest') }}),

procedures as (select * from {{ ref('int_procedures__current') }}),

latest as (
    select dossiers.*
    from dossiers
    left join superseded
        on
            dossiers._source_row = superseded._source_row
            and dossiers.dossier_code = superseded.dossier_code
            and dossiers._delivery_id = superseded._delivery_id
            and dossiers._source_file = superseded._source_file
    where superseded._source_row is null
),

final as (
    select
        latest.locality_code || '|' || latest.dossier_code as dossier_key,
        latest.dossier_code,
        latest.locality_code,
        latest.province_code,
        coalesce(latest.resolving_agency_code, latest.receiving_agency_code, 'unknown')
            as agency_code,
        latest.receiving_agency_code,
        latest.resolving_agency_code,
        latest.responsible_agency_code,
        latest.procedure_code,
        coalesce(latest.field_code, procedures.field_code, 'unknown') as field_code,
        coalesce(latest.level_code, agencies.level_code, 'unknown') as level_code,
        -- A missing channel counts as direct, as on the national portal, and keeps its own mark.
        coalesce(latest.channel_code, 'direct') as channel_code,
        latest.return_channel_code,
        latest.entry_system_code,
        latest.submission_help_code,
        coalesce(
            latest.service_grade_code, nullif(procedures.service_grade_code, 'unknown')
        ) as service_grade_code,
        latest.applicant_type_code,
        latest.applicant_token,
        latest.submitted_at,
        latest.reception_due_at,
        latest.received_at,
        latest.due_at,
        latest.finished_at,
        latest.returned_at,
        latest.not_accepted_at,
        latest.apology_sent_at,
        cast(latest.received_at as date) as received_date,
        cast(latest.due_at as date) as due_date,
        {{ closing_date("latest") }} as closing_date,
        latest.received_at_offset_minutes,
        latest.due_at_offset_minutes,
        latest.finished_at_offset_minutes,
        latest.status_code,
        latest.source_status,
        latest.overdue_cause_code,
        latest.channel_code is null as is_channel_missing,
        latest.has_fee,
        latest.is_online_paid,
        latest.is_cashless_paid,
        latest.is_input_digitised,
        latest.is_result_digitised,
        latest.is_result_electronic,
        latest.is_data_reused,
        latest.has_certified_e_copy,
        latest.is_result_in_personal_store,
        latest.is_population_data_connected,
        latest.is_cross_boundary,
        latest.is_inter_agency,
        latest.is_identity_verified,
        procedures.legal_time_limit,
        procedures.time_unit_code,
        latest._delivery_id,
        latest._exported_at,
        latest._source_file,
        latest._source_row
    from latest
    left join agencies
        on
            coalesce(latest.resolving_agency_code, latest.receiving_agency_code)
            = agencies.agency_code
    left join procedures
        on
            latest.province_code = procedures.province_code
            and latest.procedure_code = procedures.procedure_code
)

select * from final
