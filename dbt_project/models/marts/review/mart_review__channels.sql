-- How people hand in, pay and get the result: rates that stand on the same pass over the dossiers.
-- What nobody recorded is in unknown_count only; a missing channel counts as direct, as it does in
-- mart_review__online. Area is the agency's, so each metric is also one of urban and rural places.
{%- set sums = [
    'received_in_period_count', 'received_online_count', 'channel_missing_count', 'resolved_count',
    'returned_postal_count', 'return_channel_unknown_count', 'cross_boundary_count',
    'cross_boundary_unknown_count', 'inter_agency_count', 'inter_agency_unknown_count',
    'self_submitted_count', 'assisted_count', 'received_paid_online_count',
    'received_with_fee_count', 'received_fee_unknown_count', 'received_paid_cashless_count',
    'received_cashless_known_count', 'received_cashless_unknown_count'
] %}
{%- set resolved_known = 'resolved_count - return_channel_unknown_count' %}
{%- set help_known = 'self_submitted_count + assisted_count' %}
{#- Metric: numerator, denominator, how many nobody knows of, the denominator's name. -#}
{%- set metrics = {
    'postal_received': [
        'received_postal_count', 'received_in_period_count', 'channel_missing_count',
        'Hồ sơ tiếp nhận trong kỳ'
    ],
    'postal_returned': [
        'returned_postal_count', resolved_known, 'return_channel_unknown_count',
        'Hồ sơ đã giải quyết có ghi hình thức trả kết quả'
    ],
    'cross_boundary_received': [
        'cross_boundary_count', 'received_in_period_count - cross_boundary_unknown_count',
        'cross_boundary_unknown_count', 'Hồ sơ tiếp nhận trong kỳ có thông tin'
    ],
    'inter_agency_received': [
        'inter_agency_count', 'received_in_period_count - inter_agency_unknown_count',
        'inter_agency_unknown_count', 'Hồ sơ tiếp nhận trong kỳ có thông tin'
    ],
    'self_submitted': [
        'self_submitted_count', help_known, 'received_online_count - (' ~ help_known ~ ')',
        'Hồ sơ tiếp nhận trực tuyến trong kỳ có ghi tự nộp hay được hỗ trợ'
    ],
    'paid_online': [
        'received_paid_online_count', 'received_with_fee_count', 'received_fee_unknown_count',
        'Hồ sơ tiếp nhận trong kỳ có nghĩa vụ tài chính'
    ],
    'paid_cashless': [
        'received_paid_cashless_count', 'received_cashless_known_count',
        'received_cashless_unknown_count', 'Hồ sơ tiếp nhận trong kỳ có nghĩa vụ tài chính'
    ]
} %}
with dossier_periods as (
    select * from {{ ref('fct_dossier_periods') }}
    {{ of_touched_places('fct_dossier_periods') }}
),

agencies as (select * from {{ ref('dim_agencies') }}),

sums as (
    select
        period_code,
        province_code,
        agency_code,
        field_code,
        level_code,
        {% for name in sums -%}
            cast(sum({{ name }}) as bigint) as {{ name }},
        {% endfor -%}
        {{ sum_where("received_in_period_count", "channel_code = 'postal'") }}
            as received_postal_count
    from dossier_periods
    group by period_code, province_code, agency_code, field_code, level_code
),

counted as (
    {% for metric_code, (above, below, unknown, below_name) in metrics.items() -%}
        select
            '{{ metric_code }}' as metric_code,
            period_code,
            province_code,
            agency_code,
            field_code,
            level_code,
            {{ above }} as numerator_count,
            {{ below }} as denominator_count,
            {{ unknown }} as unknown_count,
            '{{ below_name }}' as denominator_name
        from sums
        where {{ below }} > 0 or {{ unknown }} > 0
        {{ "union all" if not loop.last }}
    {% endfor %}
    {{ and_kept_places(
        'fct_dossier_periods',
        ["metric_code", "period_code", "province_code", "agency_code", "field_code", "level_code",
         "numerator_count", "denominator_count", "unknown_count", "denominator_name"]
    ) }}
),

final as (
    select
        counted.metric_code,
        counted.period_code,
        counted.province_code,
        counted.agency_code,
        counted.field_code,
        counted.level_code,
        coalesce(agencies.area_code, 'unknown') as area_code,
        counted.numerator_count,
        counted.denominator_count,
        counted.unknown_count,
        counted.denominator_name
    from counted
    left join agencies on counted.agency_code = agencies.agency_code
)

select * from final
