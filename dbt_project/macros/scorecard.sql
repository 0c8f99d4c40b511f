{#- Scopes of a score: the province, each level, each agency; what a scope sums over reads all. -#}
{% macro scope_level(relation) -%}
    case when scopes.scope_code = 'province' then 'all' else {{ relation }}.level_code end
{%- endmacro %}
{% macro scope_agency(relation) -%}
    case when scopes.scope_code = 'agency' then {{ relation }}.agency_code else 'all' end
{%- endmacro %}
{% macro is_in_scope(relation) -%}
    (
        scopes.scope_code = 'province'
        or (scopes.scope_code = 'level' and {{ relation }}.level_code <> 'unknown')
        or (scopes.scope_code = 'agency' and {{ relation }}.agency_code <> 'unknown')
    )
{%- endmacro %}
{% macro scorecard_state(is_sent, denominator, unknown) -%}
    {#- Whether a component can be scored: data sent and something to divide by, else why not. -#}
    case
        when not {{ is_sent }} or ({{ denominator }} = 0 and {{ unknown }} > 0) then 'no_data'
        when {{ denominator }} = 0 then 'by_zero_rule'
        else 'scored'
    end
{%- endmacro %}
{% macro scorecard_score(state, numerator, denominator, max_score, threshold_rate, zero_rule) -%}
    {#-
        The points of a component: its maximum times the rate, full from the threshold rate on, never
        outside 0 and the maximum. Over nothing the component's zero rule decides: full, zero, or null.
        Null where there is no data. Six decimals, so that sums are exact whatever their order.
    -#}
    cast(
        case
            when {{ state }} = 'scored'
                then least(
                    cast({{ max_score }} as double),
                    greatest(
                        cast(0 as double),
                        {{ numerator }} / nullif({{ denominator }}, 0)
                        * cast({{ max_score }} as double)
                        / coalesce({{ threshold_rate }}, 1)
                    )
                )
            when {{ state }} = 'by_zero_rule' and {{ zero_rule }} = 'full'
                then cast({{ max_score }} as double)
            when {{ state }} = 'by_zero_rule' and {{ zero_rule }} = 'zero' then cast(0 as double)
        end as decimal(9, 6)
    )
{%- endmacro %}
