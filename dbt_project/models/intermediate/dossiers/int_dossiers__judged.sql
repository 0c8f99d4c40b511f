-- What each dossier is in each period under each rule set; a macro states each rule.
with counted as (select * from {{ ref('int_dossiers__counted') }}),

dates as (select * from {{ ref('int_dates__all') }}),

-- OpenCPS closes a dossier by its time of release whatever the state; 766 by a stop, too.
ended as (
    select
        counted.*,
        coalesce(counted.finished_at, counted.returned_at) as released_at,
        case
            when counted.resolved_count = 1 then counted.closing_date
            when counted.stopped_date is not null then counted.stopped_date
            when
                counted.status_code = '8'
                and cast(coalesce(counted.finished_at, counted.returned_at) as date)
                <= counted.known_to_date
                then cast(coalesce(counted.finished_at, counted.returned_at) as date)
        end as handled_date
    from counted
),

-- Only where no due date was given does 766 measure the time taken, in the procedure's own unit.
measured as (
    select
        ended.*,
        case ended.time_unit_code
            when 'day' then ended.legal_time_limit
            when 'working_day' then ended.legal_time_limit
            when 'working_hour' then ended.legal_time_limit / 8.0
        end as limit_days,
        case
            when ended.time_unit_code = 'day'
                then
                    last_days.day_position_no
                    - first_days.day_position_no
                    - ended.supplement_days
            else
                last_days.working_day_position_no
                - first_days.working_day_position_no
                - ended.supplement_working_days
        end as taken_days
    from ended
    left join dates as first_days
        on
            case when ended.due_date is null then ended.received_date end
            = first_days.calendar_date
    left join dates as last_days
        on
            case
                when ended.due_date is null
                    then coalesce(ended.handled_date, ended.asked_date, ended.known_to_date)
            end
            = last_days.calendar_date
),

judged as (
    select
        measured.*,
        {{ is_past_due_by_766() }} as is_past_due_by_766
    from measured
),

final as (
    select
        dossier_key,
        dossier_code,
        locality_code,
        province_code,
        period_code,
        agency_code,
        receiving_agency_code,
        owned_date,
        origin_date,
        field_code,
        level_code,
        channel_code,
        procedure_code,
        due_date,
        closing_date,
        {{ ii06_outcome() }} as ii06_outcome_code,
        {{ qd766_outcome() }} as qd766_outcome_code,
        {{ ii06_timestamp_outcome() }} as ii06_timestamp_outcome_code,
        {{ opencps_engine_outcome() }} as opencps_engine_outcome_code,
        {{ opencps_session_outcome() }} as opencps_session_outcome_code,
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
        {{ flag("received_in_period_count = 1 and received_at = start_at") }}
            as received_at_start_count,
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
    from judged
)

select * from final
