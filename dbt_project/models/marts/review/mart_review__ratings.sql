with ratings as (select * from {{ ref('fct_ratings') }}),

dossiers as (select * from {{ ref('fct_dossiers') }}),

reviews as (select * from {{ ref('dim_reviews') }}),

periods as (select * from {{ ref('dim_periods') }}),

pairs as (
    select
        province_code,
        period_code
    from reviews
    union
    select
        province_code,
        previous_period_code as period_code
    from reviews
    union
    select
        province_code,
        same_period_last_year_code as period_code
    from reviews
),

counted as (
    select
        periods.period_code,
        ratings.province_code,
        ratings.agency_code,
        ratings.criterion_code,
        ratings.rating_code,
        count(*) as numerator_count
    from ratings
    inner join pairs on ratings.province_code = pairs.province_code
    inner join periods
        on
            pairs.period_code = periods.period_code
            and cast(ratings.rated_at as date) >= periods.start_date
            and cast(ratings.rated_at as date) <= periods.known_to_date
    left join dossiers
        on
            ratings.dossier_key = dossiers.dossier_key
            and dossiers.duplicate_of_dossier_key is not null
    where dossiers.dossier_key is null
    group by
        periods.period_code,
        ratings.province_code,
        ratings.agency_code,
        ratings.criterion_code,
        ratings.rating_code
),

final as (
    select
        period_code,
        province_code,
        agency_code,
        criterion_code,
        rating_code,
        numerator_count,
        cast(
            sum(numerator_count) over (
                partition by period_code, province_code, agency_code, criterion_code
            ) as bigint
        ) as denominator_count,
        'Lượt đánh giá cùng cơ quan và tiêu chí' as denominator_name
    from counted
)

select * from final
