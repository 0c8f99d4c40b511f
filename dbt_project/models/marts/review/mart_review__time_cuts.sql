-- The limit that is promised against that of the law, of procedures whose two limits are known.
-- Ratio of sums: 1 - committed_days / legal_days, of one unit. Mean: summed_cut_rate / limit_count.
with procedure_periods as (select * from {{ ref('fct_procedure_periods') }}),

measured as (
    select
        period_code,
        province_code,
        competence_level_code,
        field_code,
        case
            when time_unit_code = 'working_hour' then 'working_day'
            else coalesce(time_unit_code, 'unknown')
        end as time_unit_code,
        -- Eight working hours are one working day.
        case when time_unit_code = 'working_hour' then 8 else 1 end as units_per_day,
        legal_time_limit,
        committed_time_limit,
        coalesce(legal_time_limit > 0 and committed_time_limit is not null, false) as is_measured
    from procedure_periods
),

final as (
    select
        period_code,
        province_code,
        competence_level_code,
        field_code,
        time_unit_code,
        count(*) as procedure_count,
        count(case when is_measured then 1 end) as limit_count,
        count(case when is_measured and committed_time_limit < legal_time_limit then 1 end)
            as cut_count,
        count(case when is_measured and 3 * committed_time_limit <= 2 * legal_time_limit then 1 end)
            as cut_by_third_count,
        count(case when is_measured and 2 * committed_time_limit <= legal_time_limit then 1 end)
            as cut_by_half_count,
        count(case when is_measured and committed_time_limit > legal_time_limit then 1 end)
            as lengthened_count,
        cast(
            sum(
                case
                    when is_measured then cast(legal_time_limit as decimal(18, 3)) / units_per_day
                    else 0
                end
            ) as decimal(18, 3)
        ) as legal_days,
        cast(
            sum(
                case
                    when is_measured
                        then cast(committed_time_limit as decimal(18, 3)) / units_per_day
                    else 0
                end
            ) as decimal(18, 3)
        ) as committed_days,
        cast(
            sum(
                cast(
                    case
                        when is_measured
                            then 1 - cast(committed_time_limit as double) / legal_time_limit
                        else 0
                    end as decimal(18, 9)
                )
            ) as decimal(18, 9)
        ) as summed_cut_rate
    from measured
    group by period_code, province_code, competence_level_code, field_code, time_unit_code
)

select * from final
