-- The identities of form II.06, row by row.
select
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
    or received_count <> resolved_count + pending_count
    or resolved_count
    <> resolved_early_count + resolved_on_time_count + resolved_overdue_count
    or pending_count <> pending_in_due_count + pending_overdue_count
    or resolved_no_due_count > resolved_on_time_count
    or resolved_withdrawn_count > resolved_on_time_count
    or withdrawn_after_due_count > resolved_withdrawn_count
    or pending_paused_count > pending_in_due_count
    or channel_missing_count > received_other_count
