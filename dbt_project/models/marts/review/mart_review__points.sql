{%- set member_code -%}
    case scopes.scope_code
        when 'field' then field_code when 'agency' then agency_code else 'all'
    end
{%- endset -%}
{%- set keys = 'province_code, period_code, scope_code, member_code' -%}
-- What the misses of a field, an agency or a cause cost the province: the score at present against
-- the score if those dossiers (or petitions) met the component, all others unchanged.
-- Only overdue dossiers have a cause on record, so what they cost is shown by cause: progress, and
-- what they take off satisfaction. There a bad rating has none: it is a part of its own.
with scorecard as (select * from {{ ref('mart_review__scorecard') }}),

components as (select * from {{ ref('dim_scorecard_components') }}),

bases as (select * from {{ ref('fct_scorecard_bases') }}),

petitions as (select * from {{ ref('mart_review__petitions') }}),

overdue_dossiers as (select * from {{ ref('mart_review__overdue_dossiers') }}),

rule_differences as (select * from {{ ref('mart_review__rule_differences') }}),

dossiers as (
    select
        dossier_key,
        overdue_cause_code
    from {{ ref('fct_dossiers') }}
    where overdue_cause_code is not null
),

scopes as (
    select 'province' as scope_code
    union all
    select 'field' as scope_code
    union all
    select 'agency' as scope_code
),

dossier_sums as (
    select
        bases.province_code,
        bases.period_code,
        scopes.scope_code,
        {{ member_code }} as member_code,
        {{ scorecard_sums() }}
    from bases
    cross join scopes
    group by
        bases.province_code, bases.period_code, scopes.scope_code, {{ member_code }}
),

petition_sums as (
    select
        petitions.province_code,
        petitions.period_code,
        scopes.scope_code,
        {{ member_code }} as member_code,
        sum(petitions.denominator_count - petitions.numerator_count) as late_count,
        sum(petitions.petition_rated_count - petitions.petition_satisfied_count)
            as not_satisfied_count
    from petitions
    cross join scopes
    group by
        petitions.province_code, petitions.period_code, scopes.scope_code, {{ member_code }}
),

-- Overdue by form II.06; by decision 766 are so many more or fewer as the two tell apart.
overdue_causes as (
    select
        province_code,
        period_code,
        locality_code,
        overdue_cause_code,
        count(*) as overdue_by_766_count,
        count(*) as overdue_count
    from overdue_dossiers
    group by province_code, period_code, locality_code, overdue_cause_code
    union all
    select
        rule_differences.province_code,
        rule_differences.period_code,
        rule_differences.locality_code,
        coalesce(dossiers.overdue_cause_code, 'unknown') as overdue_cause_code,
        sum(
            case when rule_differences.outcome_code in ('overdue', 'past_due') then 1 else 0 end
            - case
                when rule_differences.base_outcome_code in ('overdue', 'past_due') then 1 else 0
            end
        ) as overdue_by_766_count,
        0 as overdue_count
    from rule_differences
    left join dossiers on rule_differences.dossier_key = dossiers.dossier_key
    where rule_differences.rule_code = 'qd766'
    group by
        rule_differences.province_code,
        rule_differences.period_code,
        rule_differences.locality_code,
        coalesce(dossiers.overdue_cause_code, 'unknown')
),

missed as (
    {% for component_code, (above, below, unknown, missed) in
        scorecard_dossier_components().items() if missed -%}
        select
            {{ keys }},
            '{{ component_code }}' as component_code,
            {{ missed }} as missed_count,
            listed_only_count as surplus_count
        from dossier_sums
        union all
    {% endfor -%}
    select
        {{ keys }},
        'petitions_on_time' as component_code,
        late_count as missed_count,
        0 as surplus_count
    from petition_sums
    union all
    select
        {{ keys }},
        'petition_satisfaction' as component_code,
        not_satisfied_count as missed_count,
        0 as surplus_count
    from petition_sums
    union all
    select
        province_code,
        period_code,
        'cause' as scope_code,
        overdue_cause_code as member_code,
        'progress' as component_code,
        sum(overdue_by_766_count) as missed_count,
        0 as surplus_count
    from overdue_causes
    group by province_code, period_code, overdue_cause_code
    union all
    select
        overdue_causes.province_code,
        overdue_causes.period_code,
        'cause' as scope_code,
        overdue_causes.overdue_cause_code as member_code,
        'dossier_satisfaction' as component_code,
        sum(overdue_causes.overdue_count) as missed_count,
        0 as surplus_count
    from overdue_causes
    where
        exists (
            select 1
            from bases
            where
                bases.locality_code = overdue_causes.locality_code
                and bases.period_code = overdue_causes.period_code
                and bases.is_rating_sent
        )
    group by
        overdue_causes.province_code,
        overdue_causes.period_code,
        overdue_causes.overdue_cause_code
    union all
    select
        province_code,
        period_code,
        'cause' as scope_code,
        'disliked' as member_code,
        'dossier_satisfaction' as component_code,
        sum(disliked_count) as missed_count,
        0 as surplus_count
    from bases
    where is_rating_sent
    group by province_code, period_code
),

-- All that miss, beside each part of them. Satisfaction is held at 0 where more dossiers are taken
-- off than there are: from there the first ones that meet it win nothing back.
scored as (
    select
        scorecard.version_code,
        scorecard.period_code,
        scorecard.province_code,
        scorecard.component_code,
        missed.scope_code,
        missed.member_code,
        missed.missed_count,
        scorecard.state_code,
        scorecard.numerator_count,
        scorecard.denominator_count,
        scorecard.max_score,
        components.threshold_rate,
        components.zero_rule_code,
        scorecard.score,
        whole.surplus_count,
        whole.missed_count as all_missed_count,
        case
            when scorecard.component_code = 'dossier_sync' then scorecard.numerator_count
            else scorecard.denominator_count - whole.missed_count
        end as met_count
    from scorecard
    inner join components
        on
            scorecard.version_code = components.version_code
            and scorecard.component_code = components.component_code
    inner join missed
        on
            scorecard.province_code = missed.province_code
            and scorecard.period_code = missed.period_code
            and scorecard.component_code = missed.component_code
    inner join missed as whole
        on
            scorecard.province_code = whole.province_code
            and scorecard.period_code = whole.period_code
            and scorecard.component_code = whole.component_code
            and whole.scope_code = 'province'
    where
        scorecard.scope_code = 'province'
        and scorecard.state_code = 'scored'
        and (missed.missed_count > 0 or missed.scope_code = 'province')
),

-- A dossier that reaches the portal is one more on its list, which may then be the longer one.
mended as (
    select
        scored.*,
        scored.met_count + scored.missed_count as mended_count,
        case
            when scored.component_code = 'dossier_sync'
                then
                    greatest(
                        scored.met_count + scored.all_missed_count,
                        scored.met_count + scored.missed_count + scored.surplus_count
                    )
            else scored.denominator_count
        end as mended_denominator_count
    from scored
),

rescored as (
    select
        mended.*,
        {{ scorecard_score(
            'state_code', 'mended_count', 'mended_denominator_count', 'max_score',
            'threshold_rate', 'zero_rule_code'
        ) }} as score_if_met
    from mended
),

final as (
    select
        version_code,
        period_code,
        province_code,
        component_code,
        scope_code,
        member_code,
        cast(missed_count as bigint) as missed_count,
        numerator_count,
        denominator_count,
        max_score,
        score,
        score_if_met,
        cast(score_if_met - score as decimal(9, 6)) as lost_points,
        cast(max_score as double) / coalesce(threshold_rate, 1) / denominator_count
            as points_per_miss
    from rescored
)

select * from final
