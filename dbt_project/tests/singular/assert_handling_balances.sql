-- The identities of form II.06, row by row, and what each rule adds to them.
select
    rule_code,
    period_code,
    province_code,
    agency_code,
    field_code,
    level_code,
    channel_code
from {{ ref('mart_review__handling') }}
where
    received_count <> received_in_period_count + carried_over_count
    or received_in_period_count <> received_online_count + received_other_count
    or received_count <> resolved_count + pending_count + set_aside_count
    or resolved_count
    <> resolved_early_count + resolved_on_time_count + resolved_overdue_count
    or pending_count <> pending_in_due_count + pending_overdue_count
    or (set_aside_count > 0 and rule_code not in ('opencps_engine', 'opencps_session'))
    or resolved_no_due_count > resolved_count
    or resolved_withdrawn_count > resolved_count
    or withdrawn_after_due_count > resolved_withdrawn_count
    or pending_paused_count > pending_count
    or pending_stopped_count > pending_paused_count
    or channel_missing_count > received_other_count
    or (
        rule_code in ('ii06', 'press')
        and (
            resolved_no_due_count > resolved_on_time_count
            or resolved_withdrawn_count > resolved_on_time_count
            or pending_paused_count > pending_in_due_count
        )
    )
    or (rate_numerator_count > rate_denominator_count and rule_code <> 'press')
