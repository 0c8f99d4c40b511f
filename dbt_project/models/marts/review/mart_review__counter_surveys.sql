-- What each one-stop desk has, as its office last surveyed it by the end of the period.
with counter_surveys as (select * from {{ ref('fct_counter_surveys') }}),

periods as (select * from {{ ref('dim_review_periods') }}),

known as (
    select
        periods.period_code,
        counter_surveys.province_code,
        counter_surveys.agency_code,
        counter_surveys.item_code,
        counter_surveys.surveyed_date,
        counter_surveys.needed_count,
        counter_surveys.present_count,
        counter_surveys.degraded_count,
        row_number() over (
            partition by
                periods.period_code,
                counter_surveys.province_code,
                counter_surveys.agency_code,
                counter_surveys.item_code
            order by counter_surveys.surveyed_date desc nulls last
        ) as survey_no
    from counter_surveys
    inner join periods
        on
            counter_surveys.province_code = periods.province_code
            and counter_surveys.surveyed_date <= periods.known_to_date
),

final as (
    select
        period_code,
        province_code,
        agency_code,
        item_code,
        surveyed_date,
        needed_count,
        present_count,
        degraded_count
    from known
    where survey_no = 1
)

select * from final
