-- Each definition is the rule's own doc block.
with rule_sets as (select * from {{ ref('rule_sets') }}),

definitions as (select * from {{ ref('int_rules__defined') }}),

by_rule as (
    {% for rule_code in rule_codes() %}
        select
            '{{ rule_code }}' as rule_code,
            {{ rule_code }} as definition
        from definitions
        {{ "union all" if not loop.last }}
    {% endfor %}
),

final as (
    select
        rule_sets.rule_code,
        rule_sets.rule_name,
        rule_sets.version,
        rule_sets.source,
        cast(rule_sets.valid_from as date) as valid_from,
        cast(rule_sets.valid_to as date) as valid_to,
        rule_sets.numerator_name,
        rule_sets.denominator_name,
        by_rule.definition,
        cast(rule_sets.position_no as integer) as position_no
    from rule_sets
    left join by_rule on rule_sets.rule_code = by_rule.rule_code
)

select * from final
