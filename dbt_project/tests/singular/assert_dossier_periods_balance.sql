-- The same identities for each dossier in each period: resolved or pending, never both.
select
    dossier_key,
    period_code
from {{ renewed_rows(ref('fct_dossier_periods')) }}
where
    received_count <> 1
    or received_in_period_count + carried_over_count <> 1
    or received_online_count + received_other_count <> received_in_period_count
    or resolved_count + pending_count <> 1
    or resolved_early_count + resolved_on_time_count + resolved_overdue_count <> resolved_count
    or pending_in_due_count + pending_overdue_count <> pending_count
