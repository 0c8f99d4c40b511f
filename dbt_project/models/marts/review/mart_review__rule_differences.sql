{{ config(meta={'renewed_by': 'dossier'}) }}
-- Only dossiers whose outcome is another than under ii06. Two other rules are compared by their
-- columns in core.fct_dossier_periods.
with dossier_periods as (
    select * from {{ ref('fct_dossier_periods') }}
    {{ of_touched_dossiers() }}
),

rules as (select * from {{ ref('dim_rules') }}),

dossiers as (select * from {{ ref('fct_dossiers') }}),

supplements as (select * from {{ ref('fct_supplements') }}),

periods as (select * from {{ ref('dim_periods') }}),

reasons as (select * from {{ ref('dim_rule_reasons') }}),

by_rule as (
    select
        rules.rule_code,
        dossier_periods.dossier_key,
        dossier_periods.period_code,
        dossier_periods.province_code,
        dossier_periods.agency_code,
        dossier_periods.field_code,
        dossier_periods.level_code,
        dossier_periods.channel_code,
        dossier_periods.due_date,
        dossier_periods.pending_paused_count,
        dossier_periods.ii06_outcome_code as base_outcome_code,
        {{ outcome_by_rule("rules.rule_code") }} as outcome_code
    from dossier_periods
    cross join rules
    where
        rules.rule_code <> 'ii06'
        and least({{ outcome_columns() }}) <> greatest({{ outcome_columns() }})
),

differing as (
    select by_rule.*
    from by_rule
    where
        {{ shown_outcome("by_rule.base_outcome_code") }}
        <> {{ shown_outcome("by_rule.outcome_code") }}
),

-- Asked again only counts while an answer is awaited.
asked as (
    select
        differing.dossier_key,
        differing.period_code,
        count(distinct supplements.requested_at) as asked_count
    from differing
    inner join periods on differing.period_code = periods.period_code
    inner join supplements
        on
            differing.dossier_key = supplements.dossier_key
            and cast(supplements.requested_at as date) <= periods.known_to_date
    where differing.rule_code = 'qd766'
    group by differing.dossier_key, differing.period_code
    having
        bool_or(
            supplements.supplied_at is null
            or cast(supplements.supplied_at as date) > periods.known_to_date
        )
),

explained as (
    select
        differing.*,
        dossiers.dossier_code,
        dossiers.locality_code,
        {{ difference_reason() }} as reason_code
    from differing
    left join dossiers on differing.dossier_key = dossiers.dossier_key
    left join asked
        on
            differing.dossier_key = asked.dossier_key
            and differing.period_code = asked.period_code
),

final as (
    select
        'ii06' as base_rule_code,
        explained.rule_code,
        explained.period_code,
        explained.dossier_key,
        explained.dossier_code,
        explained.locality_code,
        explained.province_code,
        explained.agency_code,
        explained.field_code,
        explained.level_code,
        explained.channel_code,
        explained.base_outcome_code,
        explained.outcome_code,
        explained.reason_code,
        reasons.reason_name
    from explained
    left join reasons on explained.reason_code = reasons.reason_code
)

select * from final
