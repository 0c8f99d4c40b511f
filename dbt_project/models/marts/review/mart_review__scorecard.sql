-- Every component that the decision scores, for every scope that has dossiers: one that nobody sent
-- figures of is there with its maximum, without a score.
with counts as (select * from {{ ref('fct_scorecard_counts') }}),

components as (select * from {{ ref('dim_scorecard_components') }}),

periods as (select * from {{ ref('dim_periods') }}),

scored_scopes as (
    select distinct
        province_code,
        period_code,
        scope_code,
        level_code,
        agency_code
    from counts
),

judged as (
    select
        components.version_code,
        scored_scopes.period_code,
        scored_scopes.province_code,
        scored_scopes.scope_code,
        scored_scopes.level_code,
        scored_scopes.agency_code,
        components.component_code,
        components.group_code,
        components.display_group_code,
        components.position_no,
        counts.numerator_count,
        counts.denominator_count,
        counts.unknown_count,
        components.denominator_name,
        components.max_score,
        components.threshold_rate,
        components.zero_rule_code,
        {{ scorecard_state(
            'counts.component_code is not null', 'counts.denominator_count', 'counts.unknown_count'
        ) }} as state_code
    from scored_scopes
    inner join periods on scored_scopes.period_code = periods.period_code
    inner join components
        on
            periods.end_date >= components.valid_from
            and (components.valid_to is null or periods.end_date <= components.valid_to)
    left join counts
        on
            scored_scopes.province_code = counts.province_code
            and scored_scopes.period_code = counts.period_code
            and scored_scopes.scope_code = counts.scope_code
            and scored_scopes.level_code = counts.level_code
            and scored_scopes.agency_code = counts.agency_code
            and components.component_code = counts.component_code
    where components.max_score > 0
),

final as (
    select
        version_code,
        period_code,
        province_code,
        scope_code,
        level_code,
        agency_code,
        component_code,
        group_code,
        display_group_code,
        position_no,
        state_code,
        numerator_count,
        denominator_count,
        unknown_count,
        denominator_name,
        numerator_count / nullif(denominator_count, 0) as rate,
        max_score,
        {{ scorecard_score(
            'state_code', 'numerator_count', 'denominator_count', 'max_score', 'threshold_rate',
            'zero_rule_code'
        ) }} as score
    from judged
)

select * from final
