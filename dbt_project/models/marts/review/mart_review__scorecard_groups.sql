-- Only scored components add up, and beside their sum stands how many points they could give. What
-- nobody sent could have given nothing or all: the grade lies between those two.
with scorecard as (select * from {{ ref('mart_review__scorecard') }}),

grades as (select * from {{ ref('dim_scorecard_grades') }}),

periods as (select * from {{ ref('dim_periods') }}),

levelled as (
    select
        version_code,
        period_code,
        province_code,
        scope_code,
        level_code,
        agency_code,
        group_code,
        display_group_code,
        max_score,
        score
    from scorecard
    union all
    select
        version_code,
        period_code,
        province_code,
        scope_code,
        level_code,
        agency_code,
        'total' as group_code,
        'total' as display_group_code,
        max_score,
        score
    from scorecard
),

summed as (
    select
        version_code,
        period_code,
        province_code,
        scope_code,
        level_code,
        agency_code,
        group_code,
        display_group_code,
        cast(sum(max_score) as decimal(9, 6)) as max_score,
        cast(sum(case when score is not null then max_score else 0 end) as decimal(9, 6))
            as scorable_max_score,
        cast(sum(score) as decimal(9, 6)) as score,
        cast(count(*) as bigint) as component_count,
        cast(count(score) as bigint) as scored_component_count
    from levelled
    group by
        version_code,
        period_code,
        province_code,
        scope_code,
        level_code,
        agency_code,
        group_code,
        display_group_code
),

-- Published scores have two decimals, and the grade is that of the published score.
bounded as (
    select
        summed.version_code,
        summed.period_code,
        summed.province_code,
        summed.scope_code,
        summed.level_code,
        summed.agency_code,
        summed.group_code,
        summed.display_group_code,
        summed.max_score,
        summed.scorable_max_score,
        summed.score,
        summed.component_count,
        summed.scored_component_count,
        periods.end_date,
        case when summed.display_group_code = 'total' then round(coalesce(summed.score, 0), 2) end
            as lowest_score,
        case
            when summed.display_group_code = 'total'
                then
                    round(
                        coalesce(summed.score, 0) + summed.max_score - summed.scorable_max_score, 2
                    )
        end as highest_score
    from summed
    inner join periods on summed.period_code = periods.period_code
),

final as (
    select
        bounded.version_code,
        bounded.period_code,
        bounded.province_code,
        bounded.scope_code,
        bounded.level_code,
        bounded.agency_code,
        bounded.display_group_code,
        bounded.group_code,
        bounded.max_score,
        bounded.scorable_max_score,
        bounded.score,
        bounded.component_count,
        bounded.scored_component_count,
        lowest.grade_name as lowest_grade_name,
        highest.grade_name as highest_grade_name,
        case when lowest.grade_code = highest.grade_code then lowest.grade_code end as grade_code
    from bounded
    left join grades as lowest
        on
            bounded.version_code = lowest.version_code
            and bounded.end_date >= lowest.valid_from
            and (lowest.valid_to is null or bounded.end_date <= lowest.valid_to)
            and bounded.lowest_score >= lowest.min_score
            and (lowest.below_score is null or bounded.lowest_score < lowest.below_score)
    left join grades as highest
        on
            bounded.version_code = highest.version_code
            and bounded.end_date >= highest.valid_from
            and (highest.valid_to is null or bounded.end_date <= highest.valid_to)
            and bounded.highest_score >= highest.min_score
            and (highest.below_score is null or bounded.highest_score < highest.below_score)
)

select * from final
