{%- set handling = ref('mart_review__handling') -%}
{%- set keys = 'province_code, period_code, base_rule_code, rule_code' -%}
{%- set counts = [
    'flipped_count', 'base_numerator_count', 'base_denominator_count', 'numerator_count',
    'denominator_count'
] -%}
-- For each two rules: how many dossiers flip, and by how many points the on-time rate moves.
with dossier_periods as (select * from {{ changed_rows(ref('fct_dossier_periods')) }}),

rules as (select * from {{ ref('dim_rules') }}),

groups as (
    select
        province_code,
        period_code,
        {{ outcome_columns() }},
        received_in_period_count,
        received_at_start_count,
        {{ count_of_changed() }} as dossier_count
    from dossier_periods
    group by
        province_code,
        period_code,
        {{ outcome_columns() }},
        received_in_period_count,
        received_at_start_count
),

pairs as (
    select
        groups.*,
        base_rules.rule_code as base_rule_code,
        rules.rule_code,
        {{ outcome_by_rule("base_rules.rule_code") }} as base_outcome_code,
        {{ outcome_by_rule("rules.rule_code") }} as outcome_code,
        {{ is_received_by_rule("base_rules.rule_code") }} as is_base_received,
        {{ is_received_by_rule("rules.rule_code") }} as is_received
    from groups
    cross join rules as base_rules
    inner join rules on base_rules.position_no < rules.position_no
),

sums as (
    select
        province_code,
        period_code,
        base_rule_code,
        rule_code,
        {{ sum_where(
            "dossier_count",
            shown_outcome("base_outcome_code") ~ " <> " ~ shown_outcome("outcome_code")
        ) }} as flipped_count,
        {{ sum_where("dossier_count", is_on_time_by_rule("base_rule_code", "base_outcome_code")) }}
            as base_numerator_count,
        {{ sum_where(
            "dossier_count",
            is_judged_by_rule("base_rule_code", "base_outcome_code", "is_base_received")
        ) }} as base_denominator_count,
        {{ sum_where("dossier_count", is_on_time_by_rule("rule_code", "outcome_code")) }}
            as numerator_count,
        {{ sum_where(
            "dossier_count", is_judged_by_rule("rule_code", "outcome_code", "is_received")
        ) }} as denominator_count
    from pairs
    group by {{ keys }}
    {{ and_counted_before([keys] + counts) }}
),

totals as (
    select
        {{ keys }},
        {{ sums_of(counts) }}
    from sums
    {{ while_counted(handling) }}
    group by {{ keys }}
),

final as (
    select
        base_rule_code,
        rule_code,
        period_code,
        province_code,
        cast(flipped_count as bigint) as flipped_count,
        cast(base_numerator_count as bigint) as base_numerator_count,
        cast(base_denominator_count as bigint) as base_denominator_count,
        cast(numerator_count as bigint) as numerator_count,
        cast(denominator_count as bigint) as denominator_count,
        100.0 * numerator_count / nullif(denominator_count, 0)
        - 100.0 * base_numerator_count / nullif(base_denominator_count, 0) as moved_points
    from totals
)

select * from final
