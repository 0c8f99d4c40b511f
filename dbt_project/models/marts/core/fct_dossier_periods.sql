{{ config(
    meta={'keep_join_sides': true, 'renewed_by': 'dossier', 'marks': 'places'}
) }}
-- One owner a dossier and period: its agency, or since that one ended the successor that took over.
with dossiers as (select * from {{ ref('int_dossiers__judged') }}),

owners as (select * from {{ ref('int_agencies__owners') }}),

-- Columns that are the owner's go by other names than those that the source sent.
owned as (
    select
        dossiers.*,
        coalesce(owners.owner_code, dossiers.agency_code) as owner_code,
        coalesce(owners.owner_level_code, dossiers.level_code) as owner_level_code,
        coalesce(owners.owner_province_code, dossiers.province_code) as owner_province_code,
        coalesce(origins.owner_code, dossiers.agency_code) as origin_code
    from dossiers
    left join owners
        on
            dossiers.agency_code = owners.agency_code
            and dossiers.owned_date >= owners.from_date
            and dossiers.owned_date <= owners.to_date
            and owners.receiving_agency_code in ('any', dossiers.receiving_agency_code)
    left join owners as origins
        on
            dossiers.agency_code = origins.agency_code
            and dossiers.origin_date >= origins.from_date
            and dossiers.origin_date <= origins.to_date
            and origins.receiving_agency_code in ('any', dossiers.receiving_agency_code)
),

final as (
    select
        dossier_key,
        locality_code,
        owner_province_code as province_code,
        period_code,
        owner_code as agency_code,
        case when origin_code <> owner_code then origin_code end as taken_over_from_agency_code,
        field_code,
        owner_level_code as level_code,
        channel_code,
        procedure_code,
        due_date,
        closing_date,
        {{ outcome_columns() }},
        received_count,
        received_in_period_count,
        received_online_count,
        received_other_count,
        carried_over_count,
        resolved_count,
        resolved_early_count,
        resolved_on_time_count,
        resolved_overdue_count,
        pending_count,
        pending_in_due_count,
        pending_overdue_count,
        resolved_no_due_count,
        resolved_withdrawn_count,
        withdrawn_after_due_count,
        pending_paused_count,
        pending_stopped_count,
        channel_missing_count,
        received_at_start_count,
        resolved_online_count,
        resolved_channel_missing_count,
        received_full_online_count,
        received_partial_online_count,
        received_online_grade_unknown_count,
        input_digitised_count,
        input_unknown_count,
        result_digitised_count,
        result_unknown_count,
        input_and_result_digitised_count,
        input_and_result_unknown_count,
        result_electronic_count,
        result_electronic_unknown_count,
        data_reused_count,
        data_reused_unknown_count,
        received_with_fee_count,
        received_paid_online_count,
        received_fee_unknown_count,
        certified_e_copy_count,
        certified_e_copy_unknown_count,
        result_stored_count,
        result_stored_unknown_count,
        population_connected_count,
        population_connected_unknown_count,
        returned_postal_count,
        return_channel_unknown_count,
        cross_boundary_count,
        cross_boundary_unknown_count,
        inter_agency_count,
        inter_agency_unknown_count,
        self_submitted_count,
        assisted_count,
        received_paid_cashless_count,
        received_cashless_known_count,
        received_cashless_unknown_count,
        _delivery_id
    from owned
)

select * from final
