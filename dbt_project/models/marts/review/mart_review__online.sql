-- A missing channel counts as direct (in the denominator) and is shown as unknown beside it.
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
        cast(sum(received_in_period_count) as bigint) as received_in_period_count,
        cast(sum(received_online_count) as bigint) as received_online_count,
        cast(sum(channel_missing_count) as bigint) as channel_missing_count,
        cast(sum(received_full_online_count) as bigint) as received_full_online_count,
        cast(sum(received_partial_online_count) as bigint) as received_partial_online_count,
        cast(sum(received_online_grade_unknown_count) as bigint)
            as received_online_grade_unknown_count,
        cast(sum(resolved_count) as bigint) as resolved_count,
        cast(sum(resolved_online_count) as bigint) as resolved_online_count,
        cast(sum(resolved_channel_missing_count) as bigint) as resolved_channel_missing_count
    from dossier_periods
    group by period_code, province_code, agency_code, field_code, level_code
),

final as (
    select
        'online_received' as metric_code,
        period_code,
        province_code,
        agency_code,
        field_code,
        level_code,
        received_online_count as numerator_count,
        received_in_period_count as denominator_count,
        channel_missing_count as unknown_count,
        'Hồ sơ tiếp nhận trong kỳ' as denominator_name
    from sums
    where received_in_period_count > 0 or channel_missing_count > 0
    union all
    select
        'online_resolved' as metric_code,
        period_code,
        province_code,
        agency_code,
        field_code,
        level_code,
        resolved_online_count as numerator_count,
        resolved_count as denominator_count,
        resolved_channel_missing_count as unknown_count,
        'Hồ sơ đã giải quyết' as denominator_name
    from sums
    where resolved_count > 0 or resolved_channel_missing_count > 0
    union all
    select
        'full_online_received' as metric_code,
        period_code,
        province_code,
        agency_code,
        field_code,
        level_code,
        received_full_online_count as numerator_count,
        received_in_period_count - received_online_grade_unknown_count as denominator_count,
        received_online_grade_unknown_count as unknown_count,
        'Hồ sơ tiếp nhận trong kỳ' as denominator_name
    from sums
    where
        received_in_period_count - received_online_grade_unknown_count > 0
        or received_online_grade_unknown_count > 0
    union all
    select
        'partial_online_received' as metric_code,
        period_code,
        province_code,
        agency_code,
        field_code,
        level_code,
        received_partial_online_count as numerator_count,
        received_in_period_count - received_online_grade_unknown_count as denominator_count,
        received_online_grade_unknown_count as unknown_count,
        'Hồ sơ tiếp nhận trong kỳ' as denominator_name
    from sums
    where
        received_in_period_count - received_online_grade_unknown_count > 0
        or received_online_grade_unknown_count > 0
)

select * from final
{{ and_kept_places('fct_dossier_periods') }}
