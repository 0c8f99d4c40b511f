-- Sums fix one rule_code: another rule counts the same dossiers again. The dossiers are grouped by
-- all that rules say of them, once; only the groups are counted again for each rule.
with dossier_periods as (
    select * from {{ ref('fct_dossier_periods') }}
    {{ of_touched_places('fct_dossier_periods') }}
),

rules as (select * from {{ ref('dim_rules') }}),

groups as (
    select
        period_code,
        province_code,
        agency_code,
        field_code,
        level_code,
        channel_code,
        {{ outcome_columns() }},
        received_in_period_count,
        received_at_start_count,
        count(*) as dossier_count,
        count(case when due_date is null then 1 end) as no_due_count,
        sum(resolved_withdrawn_count) as withdrawn_count,
        sum(withdrawn_after_due_count) as withdrawn_after_due_count,
        sum(pending_paused_count) as paused_count,
        sum(pending_stopped_count) as stopped_count,
        sum(channel_missing_count) as channel_missing_count
    from dossier_periods
    group by
        period_code,
        province_code,
        agency_code,
        field_code,
        level_code,
        channel_code,
        {{ outcome_columns() }},
        received_in_period_count,
        received_at_start_count
),

by_rule as (
    select
        rules.rule_code,
        groups.*,
        {{ outcome_by_rule("rules.rule_code") }} as outcome_code,
        {{ is_received_by_rule("rules.rule_code") }} as is_received_in_period
    from groups
    cross join rules
),

judged as (
    select
        by_rule.*,
        by_rule.channel_code = 'online' as is_online,
        by_rule.outcome_code in ('early', 'on_time', 'overdue') as is_resolved,
        by_rule.outcome_code in ('in_due', 'past_due') as is_pending,
        {{ is_on_time_by_rule("by_rule.rule_code", "by_rule.outcome_code") }} as is_on_time,
        {{ is_judged_by_rule(
            "by_rule.rule_code", "by_rule.outcome_code", "by_rule.is_received_in_period"
        ) }} as is_judged
    from by_rule
    where by_rule.outcome_code <> 'not_counted'
),

final as (
    select
        rule_code,
        period_code,
        province_code,
        agency_code,
        field_code,
        level_code,
        channel_code,
        {{ sum_where("dossier_count", "true") }} as received_count,
        {{ sum_where("dossier_count", "is_received_in_period") }} as received_in_period_count,
        {{ sum_where("dossier_count", "is_received_in_period and is_online") }}
            as received_online_count,
        {{ sum_where("dossier_count", "is_received_in_period and not is_online") }}
            as received_other_count,
        {{ sum_where("dossier_count", "not is_received_in_period") }} as carried_over_count,
        {{ sum_where("dossier_count", "is_resolved") }} as resolved_count,
        {{ sum_where("dossier_count", "outcome_code = 'early'") }} as resolved_early_count,
        {{ sum_where("dossier_count", "outcome_code = 'on_time'") }} as resolved_on_time_count,
        {{ sum_where("dossier_count", "outcome_code = 'overdue'") }} as resolved_overdue_count,
        {{ sum_where("dossier_count", "is_pending") }} as pending_count,
        {{ sum_where("dossier_count", "outcome_code = 'in_due'") }} as pending_in_due_count,
        {{ sum_where("dossier_count", "outcome_code = 'past_due'") }} as pending_overdue_count,
        {{ sum_where("dossier_count", "outcome_code = 'set_aside'") }} as set_aside_count,
        {{ sum_where("no_due_count", "is_resolved") }} as resolved_no_due_count,
        {{ sum_where("withdrawn_count", "is_resolved") }} as resolved_withdrawn_count,
        {{ sum_where("withdrawn_after_due_count", "is_resolved") }} as withdrawn_after_due_count,
        {{ sum_where("paused_count", "is_pending") }} as pending_paused_count,
        {{ sum_where("stopped_count", "is_pending") }} as pending_stopped_count,
        {{ sum_where("channel_missing_count", "is_received_in_period") }} as channel_missing_count,
        {{ sum_where("dossier_count", "is_on_time") }} as rate_numerator_count,
        {{ sum_where("dossier_count", "is_judged") }} as rate_denominator_count
    from judged
    group by
        rule_code, period_code, province_code, agency_code, field_code, level_code, channel_code
)

select * from final
{{ and_kept_places('fct_dossier_periods') }}
