{#-
    Wilson's score interval of a share, 95 %: it holds for few dossiers and at 0 and 1. The pack's
    intervals of two shares (motcua.snapshot.intervals) stand on the same interval; a property test
    holds the two together.
-#}
{% macro wilson_bound(count, total, sign) -%}
    (
        {{ count }} / {{ total }}
        + {{ z_squared() }} / (2 * {{ total }})
        {{ sign }} sqrt(
            {{ z_squared() }}
            * (
                ({{ count }} / {{ total }}) * (1 - {{ count }} / {{ total }}) / {{ total }}
                + {{ z_squared() }} / (4 * cast({{ total }} as double) * {{ total }})
            )
        )
    ) / (1 + {{ z_squared() }} / {{ total }})
{%- endmacro %}

{% macro wilson_low(count, total) -%}
    case
        when {{ total }} > 0
            then greatest({{ wilson_bound(count, total, "-") }}, cast(0 as double))
    end
{%- endmacro %}

{% macro wilson_high(count, total) -%}
    case
        when {{ total }} > 0 then least({{ wilson_bound(count, total, "+") }}, cast(1 as double))
    end
{%- endmacro %}

{% macro z_squared() -%}
    cast(3.841458820694124 as double)
{%- endmacro %}

{% macro ranked_from() -%}
    {#- Fewer dossiers than this are never ranked; the pack's RANKED_FROM is the same. -#}
    30
{%- endmacro %}
