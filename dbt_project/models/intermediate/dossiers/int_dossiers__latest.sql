with dossiers as (select * from {{ ref('int_dossiers__known') }}),

superseded as (select * from {{ ref('int_dossiers__superseded') }}),

agencies as (select * from {{ ref('int_agencies__latest') }}),

procedures as (
    select *
    from {{ ref('int_procedures__versions') }}
    where is_current
),

-- What a dossier does not say of its grade, its procedure had on the day that it came in.
grades as (
    select *
    from {{ ref('int_procedures__versions') }}
    where service_grade_code <> 'unknown'
),

-- What is decided for a later day has not happened yet.
decided as (
    select
        duplicate_locality_code,
        duplicate_dossier_code,
        kept_locality_code,
        kept_dossier_code,
        kept_locality_code || '|' || kept_dossier_code as kept_dossier_key
    from {{ ref('stg_landing__dossier_duplicates') }}
    where decision_code = 'same' and decided_date <= {{ as_of_date() }}
),

-- While nobody has sent the dossier that is to be kept, the other one counts.
-- Read apart: one reading of the lines for two uses would be kept whole.
kept as (
    select distinct locality_code || '|' || dossier_code as dossier_key
    from {{ ref('int_dossiers__known') }}
    where
        {{ key_hash(['locality_code', 'dossier_code']) }} in (
            select {{ key_hash(['decided.kept_locality_code', 'decided.kept_dossier_code']) }}
            from decided
        )
),

duplicates as (
    select decided.*
    from decided
    where decided.kept_dossier_key in (select kept.dossier_key from kept)
),

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
        coalesce(latest.service_grade_code, grades.service_grade_code) as service_grade_code,
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
        duplicates.kept_dossier_key as duplicate_of_dossier_key,
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
    left join grades
        on
            latest.province_code = grades.province_code
            and case when latest.service_grade_code is null then latest.procedure_code end
            = grades.procedure_code
            and cast(coalesce(latest.received_at, latest.submitted_at) as date)
            >= grades.from_date
            and cast(coalesce(latest.received_at, latest.submitted_at) as date) <= grades.to_date
    left join duplicates
        on
            latest.dossier_code = duplicates.duplicate_dossier_code
            and latest.locality_code = duplicates.duplicate_locality_code
)

select * from final
