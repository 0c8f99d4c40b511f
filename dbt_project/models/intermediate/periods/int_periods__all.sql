-- Every period of the years 2000 to 2099, and the custom ones: a register may name a review that
-- lies ahead of what is known.
with digits as (select * from {{ ref('digits') }}),

shapes as (select * from {{ ref('period_shapes') }}),

custom_periods as (select * from {{ ref('custom_periods') }}),

years as (
    select 2000 + 10 * tens.digit_no + ones.digit_no as period_year
    from digits as tens
    cross join digits as ones
),

generated as (
    select
        shapes.scheme_code,
        shapes.period_kind_code,
        years.period_year,
        cast(years.period_year as string) || '-' || shapes.shape_code as period_code,
        replace(shapes.period_name, '{year}', cast(years.period_year as string)) as period_name,
        make_date(
            years.period_year + shapes.start_year_offset, shapes.start_month, shapes.start_day
        ) as start_date,
        make_date(years.period_year, shapes.end_month, shapes.end_day) as end_date,
        cast(years.period_year + shapes.previous_year_offset as string)
        || '-'
        || shapes.previous_shape_code as previous_period_code,
        cast(years.period_year - 1 as string)
        || '-'
        || shapes.shape_code as same_period_last_year_code
    from years
    cross join shapes
),

custom as (
    select
        'custom' as scheme_code,
        'custom' as period_kind_code,
        extract(year from custom_periods.end_date) as period_year,
        custom_periods.period_code,
        custom_periods.period_name,
        custom_periods.start_date,
        custom_periods.end_date,
        custom_periods.previous_period_code,
        custom_periods.same_period_last_year_code
    from custom_periods
),

together as (
    select * from generated
    union all
    select * from custom
),

final as (
    select
        together.period_code,
        together.period_name,
        together.scheme_code,
        together.period_kind_code,
        cast(together.period_year as integer) as period_year,
        together.start_date,
        together.end_date,
        -- After the as-of date nothing is known: where it is before the end, it stands in for it.
        least(together.end_date, {{ as_of_date() }}) as known_to_date,
        case
            when substring(together.previous_period_code, 1, 4) = '1999' then null
            else together.previous_period_code
        end as previous_period_code,
        case
            when substring(together.same_period_last_year_code, 1, 4) = '1999' then null
            else together.same_period_last_year_code
        end as same_period_last_year_code
    from together
)

select * from final
