{{ config(meta={'renewed_by': 'dossier', 'marks': 'agencies'}) }}
with dossiers as (select * from {{ ref('int_dossiers__latest') }}),

-- What the newest full export of its days no longer holds, and no later export shows.
missing as (
    select
        locality_code,
        dossier_code
    from {{ ref('int_dossiers__showings') }}
    where is_missing_from_source and next_exported_at is null
),

final as (
    select
        dossiers.dossier_key,
        dossiers.dossier_code,
        dossiers.locality_code,
        dossiers.province_code,
        dossiers.agency_code,
        dossiers.receiving_agency_code,
        dossiers.resolving_agency_code,
        dossiers.responsible_agency_code,
        dossiers.procedure_code,
        dossiers.field_code,
        dossiers.level_code,
        dossiers.channel_code,
        dossiers.return_channel_code,
        dossiers.entry_system_code,
        dossiers.submission_help_code,
        dossiers.service_grade_code,
        dossiers.applicant_type_code,
        dossiers.applicant_token,
        dossiers.submitted_at,
        dossiers.reception_due_at,
        dossiers.received_at,
        dossiers.due_at,
        dossiers.finished_at,
        dossiers.returned_at,
        dossiers.not_accepted_at,
        dossiers.apology_sent_at,
        dossiers.received_date,
        dossiers.due_date,
        dossiers.closing_date,
        dossiers.received_at_offset_minutes,
        dossiers.due_at_offset_minutes,
        dossiers.finished_at_offset_minutes,
        dossiers.status_code,
        dossiers.source_status,
        dossiers.overdue_cause_code,
        dossiers.is_channel_missing,
        dossiers.has_fee,
        dossiers.is_online_paid,
        dossiers.is_cashless_paid,
        dossiers.is_input_digitised,
        dossiers.is_result_digitised,
        dossiers.is_result_electronic,
        dossiers.is_data_reused,
        dossiers.has_certified_e_copy,
        dossiers.is_result_in_personal_store,
        dossiers.is_population_data_connected,
        dossiers.is_cross_boundary,
        dossiers.is_inter_agency,
        dossiers.is_identity_verified,
        missing.dossier_code is not null as is_missing_from_source,
        dossiers.duplicate_of_dossier_key,
        dossiers._delivery_id,
        dossiers._exported_at,
        dossiers._source_file,
        dossiers._source_row
    from dossiers
    left join missing
        on
            dossiers.dossier_code = missing.dossier_code
            and dossiers.locality_code = missing.locality_code
)

select * from final
