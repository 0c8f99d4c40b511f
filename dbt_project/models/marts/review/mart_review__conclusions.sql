{%- set at_most = {
    'pending_overdue': ('pending_overdue_count', 'pending_count'),
    'resolved_overdue': ('resolved_overdue_count', 'resolved_count')
} -%}
-- What became of the conclusions of the last review before: each by its metric, its agency and the
-- period of the review that asks. What no metric, no value given or no dossier can tell is not
-- measured, and never taken for reached.
with conclusions as (select * from {{ ref('fct_conclusions') }}),

reviews as (select * from {{ ref('dim_reviews') }}),

periods as (select * from {{ ref('dim_periods') }}),

metrics as (select * from {{ ref('dim_metrics') }}),

targets as (select * from {{ ref('mart_review__targets') }}),

handling as (select * from {{ ref('mart_review__handling') }}),

late_reception as (select * from {{ ref('mart_review__late_reception') }}),

earlier as (
    select
        conclusions.*,
        reviews.review_code as asking_review_code,
        reviews.period_code as asking_period_code,
        rank() over (
            partition by reviews.review_code
            order by concluded.end_date desc nulls last, conclusions.review_code desc nulls last
        ) as review_rank
    from reviews
    inner join conclusions on reviews.province_code = conclusions.province_code
    inner join periods as asking on reviews.period_code = asking.period_code
    inner join periods as concluded on conclusions.period_code = concluded.period_code
    where concluded.end_date < asking.end_date
),

overdue as (
    {% for metric_code, (numerator, denominator) in at_most.items() -%}
        select
            '{{ metric_code }}' as metric_code,
            period_code,
            province_code,
            agency_code,
            {{ numerator }} as numerator_count,
            {{ denominator }} as denominator_count
        from handling
        where rule_code = 'ii06'
        union all
    {% endfor -%}
    select
        'late_reception' as metric_code,
        period_code,
        province_code,
        receiving_agency_code as agency_code,
        numerator_count,
        denominator_count
    from late_reception
),

-- The province stands under its own code, as where targets are given to it.
results as (
    select
        metric_code,
        period_code,
        province_code,
        case when scope_code = 'province' then province_code else agency_code end as agency_code,
        numerator_count,
        denominator_count
    from targets
    where scope_code = 'province' or (scope_code = 'agency' and agency_code <> province_code)
    union all
    select
        metric_code,
        period_code,
        province_code,
        agency_code,
        sum(numerator_count) as numerator_count,
        sum(denominator_count) as denominator_count
    from overdue
    where agency_code <> province_code
    group by metric_code, period_code, province_code, agency_code
    union all
    select
        metric_code,
        period_code,
        province_code,
        province_code as agency_code,
        sum(numerator_count) as numerator_count,
        sum(denominator_count) as denominator_count
    from overdue
    group by metric_code, period_code, province_code
),

measured as (
    select
        earlier.asking_review_code as review_code,
        earlier.position_no,
        earlier.review_code as concluded_review_code,
        earlier.asking_period_code as period_code,
        earlier.province_code,
        earlier.content,
        earlier.lead_agency_code,
        earlier.coordinating_agencies,
        earlier.metric_code,
        metrics.metric_name,
        metrics.goal_code,
        earlier.target_percent,
        earlier.due_date,
        earlier.concluded_date,
        case
            when earlier.target_percent is null or metrics.goal_code is null then 'not_measured'
            when coalesce(results.denominator_count, 0) = 0 then 'not_measured'
            when
                metrics.goal_code = 'at_least'
                and 100 * results.numerator_count
                >= earlier.target_percent * results.denominator_count
                then 'reached'
            when
                metrics.goal_code = 'at_most'
                and 100 * results.numerator_count
                <= earlier.target_percent * results.denominator_count
                then 'reached'
            else 'not_reached'
        end as state_code,
        cast(coalesce(results.numerator_count, 0) as bigint) as numerator_count,
        cast(coalesce(results.denominator_count, 0) as bigint) as denominator_count,
        metrics.denominator_name
    from earlier
    left join metrics on earlier.metric_code = metrics.metric_code
    left join results
        on
            earlier.metric_code = results.metric_code
            and earlier.asking_period_code = results.period_code
            and earlier.province_code = results.province_code
            and earlier.lead_agency_code = results.agency_code
    where earlier.review_rank = 1
),

final as (
    select
        review_code,
        position_no,
        concluded_review_code,
        period_code,
        province_code,
        content,
        lead_agency_code,
        coordinating_agencies,
        metric_code,
        metric_name,
        goal_code,
        target_percent,
        due_date,
        concluded_date,
        state_code,
        numerator_count,
        denominator_count,
        denominator_name
    from measured
)

select * from final
