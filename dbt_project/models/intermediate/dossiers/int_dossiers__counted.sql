-- The counting rule ii06, written here and nowhere else: what each dossier is in each period
-- that a review reads. Dates are compared, never times of day. What other rules read goes along.
-- What was decided to be another dossier once more is no dossier of any period.
with dossiers as (select * from {{ ref('int_dossiers__latest') }}),

periods as (select * from {{ ref('int_periods__reviewed') }}),

pauses as (select * from {{ ref('int_pauses__dated') }}),

-- What ends on a day has ended when the day is over; a period is read at the end of its last day.
begun as (
    select
        pauses.locality_code,
        pauses.dossier_code,
        pauses.pause_kind_code = 'supplement' as is_supplement,
        pauses.pause_kind_code = 'stop' as is_stop,
        pauses.started_date,
        pauses.paused_days,
        pauses.paused_working_days,
        periods.period_code,
        pauses.ended_date is null or pauses.ended_date > periods.known_to_date as is_paused
    from pauses
    inner join periods
        on
            pauses.province_code = periods.province_code
            and pauses.started_date <= periods.known_to_date
),

paused as (
    select
        locality_code,
        dossier_code,
        period_code,
        bool_or(is_paused) as is_paused,
        max(case when is_paused and is_supplement then started_date end) as asked_date,
        max(case when is_paused and is_stop then started_date end) as stopped_date,
        count(case when is_supplement then 1 end) as asked_count,
        sum(case when is_supplement and not is_paused then paused_days end) as supplement_days,
        sum(case when is_supplement and not is_paused then paused_working_days end)
            as supplement_working_days
    from begun
    group by locality_code, dossier_code, period_code
),

scoped as (
    select
        dossiers.dossier_key,
        dossiers.dossier_code,
        dossiers.locality_code,
        dossiers.province_code,
        periods.period_code,
        dossiers.agency_code,
        dossiers.receiving_agency_code,
        dossiers.field_code,
        dossiers.level_code,
        dossiers.channel_code,
        dossiers.procedure_code,
        dossiers.service_grade_code,
        dossiers.status_code,
        dossiers.is_channel_missing,
        dossiers.is_input_digitised,
        dossiers.is_result_digitised,
        dossiers.is_result_electronic,
        dossiers.is_data_reused,
        dossiers.received_at,
        dossiers.due_at,
        dossiers.finished_at,
        dossiers.returned_at,
        dossiers.has_fee,
        dossiers.is_online_paid,
        -- Online is one way of paying without cash, whatever else the source says of it.
        dossiers.is_online_paid or dossiers.is_cashless_paid as is_cashless,
        dossiers.return_channel_code,
        dossiers.submission_help_code,
        dossiers.is_cross_boundary,
        dossiers.is_inter_agency,
        dossiers.has_certified_e_copy,
        dossiers.is_result_in_personal_store,
        dossiers.is_population_data_connected,
        dossiers.received_date,
        dossiers.due_date,
        dossiers.closing_date,
        dossiers.legal_time_limit,
        dossiers.time_unit_code,
        periods.start_date,
        periods.known_to_date,
        periods.start_at,
        periods.known_to_at,
        dossiers.received_date >= periods.start_date as is_received_in_period,
        coalesce(dossiers.closing_date <= periods.known_to_date, false) as is_resolved,
        -- A state that nobody dated says nothing of a period that had ended when it was exported.
        coalesce(dossiers.status_code in ('5', '6', '8'), false)
        and cast(dossiers._exported_at as date) <= periods.end_date as is_paused_undated,
        dossiers._delivery_id
    from dossiers
    inner join periods
        on
            dossiers.province_code = periods.province_code
            and dossiers.received_date <= periods.known_to_date
            and (
                dossiers.received_date >= periods.start_date
                or dossiers.closing_date is null
                or dossiers.closing_date >= periods.start_date
            )
    where
        coalesce(dossiers.status_code, 'unknown') not in ('1', '3')
        and dossiers.duplicate_of_dossier_key is null
),

judged as (
    select
        scoped.*,
        scoped.is_paused_undated or coalesce(paused.is_paused, false) as is_paused,
        (scoped.is_paused_undated and scoped.status_code = '8')
        or paused.stopped_date is not null as is_stopped,
        paused.asked_date,
        paused.stopped_date,
        coalesce(paused.asked_count, 0) as asked_count,
        coalesce(paused.supplement_days, 0) as supplement_days,
        coalesce(paused.supplement_working_days, 0) as supplement_working_days,
        coalesce(scoped.due_date < scoped.known_to_date, false) as is_past_due,
        coalesce(scoped.status_code = '7', false) as is_withdrawn,
        case
            when scoped.status_code = '7' or scoped.due_date is null then 'on_time'
            when scoped.closing_date < scoped.due_date then 'early'
            when scoped.closing_date > scoped.due_date then 'overdue'
            else 'on_time'
        end as timeliness_code
    from scoped
    left join paused
        on
            scoped.dossier_code = paused.dossier_code
            and scoped.locality_code = paused.locality_code
            and scoped.period_code = paused.period_code
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
        -- Whose it is, is asked on one day: when it was closed, else at the end; and whose it was.
        case when is_resolved then closing_date else known_to_date end as owned_date,
        case when is_received_in_period then received_date else start_date - 1 end as origin_date,
        field_code,
        level_code,
        channel_code,
        procedure_code,
        received_at,
        due_at,
        finished_at,
        returned_at,
        received_date,
        due_date,
        closing_date,
        start_date,
        known_to_date,
        start_at,
        known_to_at,
        asked_date,
        stopped_date,
        status_code,
        time_unit_code,
        legal_time_limit,
        asked_count,
        supplement_days,
        supplement_working_days,
        {{ flag("true") }} as received_count,
        {{ flag("is_received_in_period") }} as received_in_period_count,
        {{ flag("is_received_in_period and channel_code = 'online'") }} as received_online_count,
        {{ flag("is_received_in_period and channel_code <> 'online'") }} as received_other_count,
        {{ flag("not is_received_in_period") }} as carried_over_count,
        {{ flag("is_resolved") }} as resolved_count,
        {{ flag("is_resolved and timeliness_code = 'early'") }} as resolved_early_count,
        {{ flag("is_resolved and timeliness_code = 'on_time'") }} as resolved_on_time_count,
        {{ flag("is_resolved and timeliness_code = 'overdue'") }} as resolved_overdue_count,
        {{ flag("not is_resolved") }} as pending_count,
        {{ flag("not is_resolved and (is_paused or not is_past_due)") }} as pending_in_due_count,
        {{ flag("not is_resolved and is_past_due and not is_paused") }} as pending_overdue_count,
        {{ flag("is_resolved and due_date is null") }} as resolved_no_due_count,
        {{ flag("is_resolved and is_withdrawn") }} as resolved_withdrawn_count,
        {{ flag("is_resolved and is_withdrawn and closing_date > due_date") }}
            as withdrawn_after_due_count,
        {{ flag("not is_resolved and is_paused") }} as pending_paused_count,
        {{ flag("not is_resolved and is_stopped") }} as pending_stopped_count,
        {{ flag("is_received_in_period and is_channel_missing") }} as channel_missing_count,
        {{ flag("is_resolved and channel_code = 'online'") }} as resolved_online_count,
        {{ flag("is_resolved and is_channel_missing") }} as resolved_channel_missing_count,
        {{ flag("is_received_in_period and channel_code = 'online'"
            ~ " and service_grade_code = 'full'") }} as received_full_online_count,
        {{ flag("is_received_in_period and channel_code = 'online'"
            ~ " and service_grade_code = 'partial'") }} as received_partial_online_count,
        {{ flag("is_received_in_period and channel_code = 'online'"
            ~ " and service_grade_code is null") }} as received_online_grade_unknown_count,
        {{ flag("is_resolved and is_input_digitised") }} as input_digitised_count,
        {{ flag("is_resolved and is_input_digitised is null") }} as input_unknown_count,
        {{ flag("is_resolved and is_result_digitised") }} as result_digitised_count,
        {{ flag("is_resolved and is_result_digitised is null") }} as result_unknown_count,
        {{ flag("is_resolved and is_input_digitised and is_result_digitised") }}
            as input_and_result_digitised_count,
        {{ flag("is_resolved and (is_input_digitised and is_result_digitised) is null") }}
            as input_and_result_unknown_count,
        {{ flag("is_resolved and is_result_electronic") }} as result_electronic_count,
        {{ flag("is_resolved and is_result_electronic is null") }}
            as result_electronic_unknown_count,
        {{ flag("is_resolved and is_data_reused") }} as data_reused_count,
        {{ flag("is_resolved and is_data_reused is null") }} as data_reused_unknown_count,
        {{ flag("is_received_in_period and has_fee and is_online_paid is not null") }}
            as received_with_fee_count,
        {{ flag("is_received_in_period and has_fee and is_online_paid") }}
            as received_paid_online_count,
        {{ flag("is_received_in_period"
            ~ " and (has_fee is null or (has_fee and is_online_paid is null))") }}
            as received_fee_unknown_count,
        {{ flag("is_resolved and has_certified_e_copy") }} as certified_e_copy_count,
        {{ flag("is_resolved and has_certified_e_copy is null") }}
            as certified_e_copy_unknown_count,
        {{ flag("is_resolved and is_result_in_personal_store") }} as result_stored_count,
        {{ flag("is_resolved and is_result_in_personal_store is null") }}
            as result_stored_unknown_count,
        {{ flag("is_resolved and is_population_data_connected") }} as population_connected_count,
        {{ flag("is_resolved and is_population_data_connected is null") }}
            as population_connected_unknown_count,
        {{ flag("is_resolved and return_channel_code = 'postal'") }} as returned_postal_count,
        {{ flag("is_resolved and return_channel_code is null") }} as return_channel_unknown_count,
        {{ flag("is_received_in_period and is_cross_boundary") }} as cross_boundary_count,
        {{ flag("is_received_in_period and is_cross_boundary is null") }}
            as cross_boundary_unknown_count,
        {{ flag("is_received_in_period and is_inter_agency") }} as inter_agency_count,
        {{ flag("is_received_in_period and is_inter_agency is null") }}
            as inter_agency_unknown_count,
        {{ flag("is_received_in_period and channel_code = 'online'"
            ~ " and submission_help_code = 'self'") }} as self_submitted_count,
        {{ flag("is_received_in_period and channel_code = 'online'"
            ~ " and submission_help_code = 'assisted'") }} as assisted_count,
        {{ flag("is_received_in_period and has_fee and is_cashless") }}
            as received_paid_cashless_count,
        {{ flag("is_received_in_period and has_fee and is_cashless is not null") }}
            as received_cashless_known_count,
        {{ flag("is_received_in_period"
            ~ " and (has_fee is null or (has_fee and is_cashless is null))") }}
            as received_cashless_unknown_count,
        _delivery_id
    from judged
)

select * from final
