-- Agencies of a level beside each other, as fairly as dossiers allow: an interval of the on-time
-- rate, a rank only where intervals part, and the rate that the agency would have with the mix of
-- fields of its level.
with handling as (select * from {{ ref('mart_review__handling') }}),

agencies as (select * from {{ ref('dim_agencies') }}),

by_field as (
    select
        handling.period_code,
        handling.province_code,
        handling.agency_code,
        coalesce(agencies.level_code, 'unknown') as level_code,
        handling.field_code,
        sum(handling.resolved_count) as resolved_count,
        sum(handling.resolved_overdue_count) as overdue_count
    from handling
    left join agencies on handling.agency_code = agencies.agency_code
    where handling.rule_code = 'ii06' and handling.agency_code <> 'unknown'
    group by
        handling.period_code,
        handling.province_code,
        handling.agency_code,
        coalesce(agencies.level_code, 'unknown'),
        handling.field_code
),

-- What would be overdue, did the agency do as its level does, field by field.
expected as (
    select
        by_field.*,
        -- A decimal: sums of doubles depend on the order of the rows.
        cast(
            by_field.resolved_count * sum(by_field.overdue_count) over of_field
            / nullif(sum(by_field.resolved_count) over of_field, 0) as decimal(24, 9)
        ) as expected_overdue_dossiers,
        sum(by_field.overdue_count) over of_level as level_overdue_count,
        sum(by_field.resolved_count) over of_level as level_resolved_count
    from by_field
    window
        of_field as (partition by period_code, province_code, level_code, field_code),
        of_level as (partition by period_code, province_code, level_code)
),

by_agency as (
    select
        period_code,
        province_code,
        agency_code,
        level_code,
        cast(sum(resolved_count - overdue_count) as bigint) as numerator_count,
        cast(sum(resolved_count) as bigint) as denominator_count,
        cast(sum(overdue_count) as bigint) as overdue_count,
        cast(sum(expected_overdue_dossiers) as double) as expected_overdue_dossiers,
        max(level_overdue_count) / nullif(max(level_resolved_count), 0) as level_overdue_rate
    from expected
    group by period_code, province_code, agency_code, level_code
),

bounded as (
    select
        by_agency.*,
        by_agency.denominator_count >= {{ ranked_from() }} as is_ranked,
        {{ wilson_low('by_agency.numerator_count', 'by_agency.denominator_count') }} as low_rate,
        {{ wilson_high('by_agency.numerator_count', 'by_agency.denominator_count') }} as high_rate
    from by_agency
),

places as (
    select
        bounded.period_code,
        bounded.province_code,
        bounded.agency_code,
        count(*) as rank_of,
        1 + count(case when peers.low_rate > bounded.high_rate then 1 end) as best_rank,
        count(*) - count(case when peers.high_rate < bounded.low_rate then 1 end) as worst_rank
    from bounded
    inner join bounded as peers
        on
            bounded.period_code = peers.period_code
            and bounded.province_code = peers.province_code
            and bounded.level_code = peers.level_code
    where bounded.is_ranked and peers.is_ranked
    group by bounded.period_code, bounded.province_code, bounded.agency_code
),

final as (
    select
        bounded.period_code,
        bounded.province_code,
        bounded.agency_code,
        bounded.level_code,
        bounded.numerator_count,
        bounded.denominator_count,
        'Hồ sơ đã giải quyết trong kỳ' as denominator_name,
        bounded.numerator_count / nullif(bounded.denominator_count, 0) as resolved_in_time_rate,
        bounded.low_rate,
        bounded.high_rate,
        places.best_rank,
        places.worst_rank,
        case when places.best_rank = places.worst_rank then places.best_rank end as rank,
        places.rank_of,
        bounded.expected_overdue_dossiers,
        1 - bounded.level_overdue_rate as level_in_time_rate,
        case
            when bounded.expected_overdue_dossiers > 0
                then
                    greatest(
                        1
                        - bounded.level_overdue_rate
                        * bounded.overdue_count
                        / bounded.expected_overdue_dossiers,
                        0
                    )
        end as mix_adjusted_in_time_rate
    from bounded
    left join places
        on
            bounded.period_code = places.period_code
            and bounded.province_code = places.province_code
            and bounded.agency_code = places.agency_code
)

select * from final
