-- The rows of rule ii06, made by way of groups and rules, are the plain sums of its dossiers.
{% set measures = [
    "received_count", "received_in_period_count", "received_online_count", "received_other_count",
    "carried_over_count", "resolved_count", "resolved_early_count", "resolved_on_time_count",
    "resolved_overdue_count", "pending_count", "pending_in_due_count", "pending_overdue_count",
    "resolved_no_due_count", "resolved_withdrawn_count", "withdrawn_after_due_count",
    "pending_paused_count", "pending_stopped_count", "channel_missing_count"
] %}
with together as (
    select
        period_code,
        province_code,
        {{ measures | join(", ") }}
    from {{ ref('mart_review__handling') }}
    where
        rule_code = 'ii06' {{ and_place_is_touched('fct_dossier_periods') }}
    union all
    select
        period_code,
        province_code,
        -{{ measures | join(", -") }}
    from {{ ref('fct_dossier_periods') }}
    {{ of_touched_places('fct_dossier_periods') }}
)

select
    period_code,
    province_code
from together
group by period_code, province_code
having sum({{ measures | join(") <> 0 or sum(") }}) <> 0
