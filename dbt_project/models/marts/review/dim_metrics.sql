-- Names of rates and counts; each definition is the metric's own doc block.
with names as (select * from {{ ref('metric_names') }}),

definitions as (select * from {{ ref('int_metrics__defined') }}),

by_metric as (
    {% for metric_code in metric_codes() %}
        select
            '{{ metric_code }}' as metric_code,
            {{ metric_code }} as definition
        from definitions
        {{ "union all" if not loop.last }}
    {% endfor %}
),

final as (
    select
        names.metric_code,
        names.metric_name,
        names.numerator_name,
        names.denominator_name,
        names.goal_code,
        by_metric.definition
    from names
    left join by_metric on names.metric_code = by_metric.metric_code
)

select * from final
