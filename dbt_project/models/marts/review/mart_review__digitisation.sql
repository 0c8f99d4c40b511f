-- Where the source does not say, a dossier is in neither count but in unknown_count.
with dossier_periods as (
    select * from {{ ref('fct_dossier_periods') }}
    {{ of_touched_places('fct_dossier_periods') }}
),

sums as (
    select
        period_code,
        province_code,
        agency_code,
        field_code,
        level_code,
        cast(sum(resolved_count) as bigint) as resolved_count,
        cast(sum(input_digitised_count) as bigint) as input_digitised_count,
        cast(sum(input_unknown_count) as bigint) as input_unknown_count,
        cast(sum(result_digitised_count) as bigint) as result_digitised_count,
        cast(sum(result_unknown_count) as bigint) as result_unknown_count,
        cast(sum(input_and_result_digitised_count) as bigint) as input_and_result_digitised_count,
        cast(sum(input_and_result_unknown_count) as bigint) as input_and_result_unknown_count,
        cast(sum(result_electronic_count) as bigint) as result_electronic_count,
        cast(sum(result_electronic_unknown_count) as bigint) as result_electronic_unknown_count,
        cast(sum(data_reused_count) as bigint) as data_reused_count,
        cast(sum(data_reused_unknown_count) as bigint) as data_reused_unknown_count
    from dossier_periods
    group by period_code, province_code, agency_code, field_code, level_code
),

final as (
    select
        'input_digitised' as metric_code,
        period_code,
        province_code,
        agency_code,
        field_code,
        level_code,
        input_digitised_count as numerator_count,
        resolved_count - input_unknown_count as denominator_count,
        input_unknown_count as unknown_count,
        'Hồ sơ đã giải quyết có thông tin' as denominator_name
    from sums
    where
        resolved_count - input_unknown_count > 0
        or input_unknown_count > 0
    union all
    select
        'result_digitised' as metric_code,
        period_code,
        province_code,
        agency_code,
        field_code,
        level_code,
        result_digitised_count as numerator_count,
        resolved_count - result_unknown_count as denominator_count,
        result_unknown_count as unknown_count,
        'Hồ sơ đã giải quyết có thông tin' as denominator_name
    from sums
    where
        resolved_count - result_unknown_count > 0
        or result_unknown_count > 0
    union all
    select
        'input_and_result_digitised' as metric_code,
        period_code,
        province_code,
        agency_code,
        field_code,
        level_code,
        input_and_result_digitised_count as numerator_count,
        resolved_count - input_and_result_unknown_count as denominator_count,
        input_and_result_unknown_count as unknown_count,
        'Hồ sơ đã giải quyết có thông tin' as denominator_name
    from sums
    where
        resolved_count - input_and_result_unknown_count > 0
        or input_and_result_unknown_count > 0
    union all
    select
        'result_electronic' as metric_code,
        period_code,
        province_code,
        agency_code,
        field_code,
        level_code,
        result_electronic_count as numerator_count,
        resolved_count - result_electronic_unknown_count as denominator_count,
        result_electronic_unknown_count as unknown_count,
        'Hồ sơ đã giải quyết có thông tin' as denominator_name
    from sums
    where
        resolved_count - result_electronic_unknown_count > 0
        or result_electronic_unknown_count > 0
    union all
    select
        'data_reused' as metric_code,
        period_code,
        province_code,
        agency_code,
        field_code,
        level_code,
        data_reused_count as numerator_count,
        resolved_count - data_reused_unknown_count as denominator_count,
        data_reused_unknown_count as unknown_count,
        'Hồ sơ đã giải quyết có thông tin' as denominator_name
    from sums
    where
        resolved_count - data_reused_unknown_count > 0
        or data_reused_unknown_count > 0
)

select * from final
{{ and_kept_places('fct_dossier_periods') }}
