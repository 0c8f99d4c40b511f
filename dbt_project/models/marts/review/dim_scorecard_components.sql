with components as (select * from {{ ref('scorecard_components') }}),

final as (
    select
        version_code,
        component_code,
        source_component_code,
        component_name,
        group_code,
        group_name,
        display_group_code,
        display_group_name,
        cast(position_no as integer) as position_no,
        numerator_name,
        denominator_name,
        cast(max_score as decimal(9, 6)) as max_score,
        cast(threshold_rate as double) as threshold_rate,
        zero_rule_code,
        formula,
        source_document,
        cast(valid_from as date) as valid_from,
        cast(valid_to as date) as valid_to
    from components
)

select * from final
