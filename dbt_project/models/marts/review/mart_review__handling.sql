-- Sums fix one rule_code: another rule counts the same dossiers again.
with dossier_periods as (select * from {{ ref('fct_dossier_periods') }}),

final as (
    select
        'ii06' as rule_code,
        period_code,
        province_code,
        agency_code,
        field_code,
        level_code,
        channel_code,
        cast(sum(received_count) as bigint) as received_count,
        cast(sum(received_in_period_count) as bigint) as received_in_period_count,
        cast(sum(received_online_count) as bigint) as received_online_count,
        cast(sum(received_other_count) as bigint) as received_other_count,
        cast(sum(carried_over_count) as bigint) as carried_over_count,
        cast(sum(resolved_count) as bigint) as resolved_count,
        cast(sum(resolved_early_count) as bigint) as resolved_early_count,
        cast(sum(resolved_on_time_count) as bigint) as resolved_on_time_count,
        cast(sum(resolved_overdue_count) as bigint) as resolved_overdue_count,
        cast(sum(pending_count) as bigint) as pending_count,
        cast(sum(pending_in_due_count) as bigint) as pending_in_due_count,
        cast(sum(pending_overdue_count) as bigint) as pending_overdue_count,
        cast(sum(resolved_no_due_count) as bigint) as resolved_no_due_count,
        cast(sum(resolved_withdrawn_count) as bigint) as resolved_withdrawn_count,
        cast(sum(withdrawn_after_due_count) as bigint) as withdrawn_after_due_count,
        cast(sum(pending_paused_count) as bigint) as pending_paused_count,
        cast(sum(channel_missing_count) as bigint) as channel_missing_count
    from dossier_periods
    group by period_code, province_code, agency_code, field_code, level_code, channel_code
)

select * from final
