-- What was reached against what was asked, of the province, each level and each agency. A target of
-- the province stands under its own code as agency; a target is met from its value on. Dossiers
-- count at their own agency, not at the one above it.
with handling as (select * from {{ ref('mart_review__handling') }}),

rates_online as (select * from {{ ref('mart_review__online') }}),

rates_digitisation as (select * from {{ ref('mart_review__digitisation') }}),

rates_channels as (select * from {{ ref('mart_review__channels') }}),

petitions as (select * from {{ ref('mart_review__petitions') }}),

services as (select * from {{ ref('mart_review__services') }}),

plan_tasks as (select * from {{ ref('mart_review__plan_tasks') }}),

periods as (select * from {{ ref('dim_review_periods') }}),

targets as (select * from {{ ref('fct_targets') }}),

metrics as (select * from {{ ref('dim_metrics') }}),

rates as (
    select
        'resolved_in_time' as metric_code,
        period_code,
        province_code,
        agency_code,
        level_code,
        rate_numerator_count as numerator_count,
        rate_denominator_count as denominator_count
    from handling
    where rule_code = 'ii06'
    {% for relation in ['rates_online', 'rates_digitisation', 'rates_channels'] -%}
        union all
        select
            metric_code,
            period_code,
            province_code,
            agency_code,
            level_code,
            numerator_count,
            denominator_count
        from {{ relation }}
    {% endfor -%}
    union all
    select
        'petitions_on_time' as metric_code,
        period_code,
        province_code,
        agency_code,
        level_code,
        numerator_count,
        denominator_count
    from petitions
    {% for metric_code, grades in {
        'services_online': "('full', 'partial')", 'services_full': "('full')"
    }.items() -%}
        union all
        select
            '{{ metric_code }}' as metric_code,
            period_code,
            province_code,
            'unknown' as agency_code,
            competence_level_code as level_code,
            case when service_grade_code in {{ grades }} then procedure_count else 0 end
                as numerator_count,
            procedure_count as denominator_count
        from services
    {% endfor -%}
    -- The plan is of a year: a period reads the plan of the year in which it ends.
    union all
    select
        'plan_tasks_done' as metric_code,
        periods.period_code,
        plan_tasks.province_code,
        coalesce(plan_tasks.lead_agency_code, 'unknown') as agency_code,
        'unknown' as level_code,
        plan_tasks.numerator_count,
        plan_tasks.denominator_count
    from plan_tasks
    inner join periods
        on
            plan_tasks.province_code = periods.province_code
            and plan_tasks.year = extract(year from periods.end_date)
),

scoped as (
    select
        metric_code,
        period_code,
        province_code,
        'province' as scope_code,
        'all' as level_code,
        'all' as agency_code,
        numerator_count,
        denominator_count
    from rates
    union all
    select
        metric_code,
        period_code,
        province_code,
        'level' as scope_code,
        level_code,
        'all' as agency_code,
        numerator_count,
        denominator_count
    from rates
    where level_code <> 'unknown'
    union all
    select
        metric_code,
        period_code,
        province_code,
        'agency' as scope_code,
        'all' as level_code,
        agency_code,
        numerator_count,
        denominator_count
    from rates
    where agency_code <> 'unknown'
),

results as (
    select
        metric_code,
        period_code,
        province_code,
        scope_code,
        level_code,
        agency_code,
        cast(sum(numerator_count) as bigint) as numerator_count,
        cast(sum(denominator_count) as bigint) as denominator_count
    from scoped
    group by metric_code, period_code, province_code, scope_code, level_code, agency_code
),

given as (
    select
        metric_code,
        period_code,
        province_code,
        case
            when agency_code = 'all' then 'level'
            when agency_code = province_code then 'province'
            else 'agency'
        end as scope_code,
        case when agency_code = 'all' then level_code else 'all' end as level_code,
        case when agency_code = province_code then 'all' else agency_code end as agency_code,
        value as target_percent,
        source_document
    from targets
),

together as (
    select
        coalesce(results.metric_code, given.metric_code) as metric_code,
        coalesce(results.period_code, given.period_code) as period_code,
        coalesce(results.province_code, given.province_code) as province_code,
        coalesce(results.scope_code, given.scope_code) as scope_code,
        coalesce(results.level_code, given.level_code) as level_code,
        coalesce(results.agency_code, given.agency_code) as agency_code,
        given.target_percent,
        given.source_document,
        coalesce(results.numerator_count, 0) as numerator_count,
        coalesce(results.denominator_count, 0) as denominator_count
    from results
    full outer join given
        on
            results.metric_code = given.metric_code
            and results.period_code = given.period_code
            and results.province_code = given.province_code
            and results.scope_code = given.scope_code
            and results.level_code = given.level_code
            and results.agency_code = given.agency_code
),

judged as (
    select
        together.*,
        case
            when together.target_percent is null then 'not_given'
            when together.denominator_count = 0 then 'no_result'
            when
                100 * together.numerator_count
                >= together.target_percent * together.denominator_count
                then 'reached'
            else 'not_reached'
        end as state_code
    from together
),

final as (
    select
        judged.metric_code,
        judged.period_code,
        judged.province_code,
        judged.scope_code,
        judged.level_code,
        judged.agency_code,
        metrics.metric_name,
        judged.target_percent,
        judged.source_document,
        judged.state_code,
        judged.numerator_count,
        judged.denominator_count,
        metrics.denominator_name
    from judged
    left join metrics on judged.metric_code = metrics.metric_code
)

select * from final
