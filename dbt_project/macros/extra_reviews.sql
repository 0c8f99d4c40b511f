{% macro extra_reviews() -%}
    {#- Reviews that a pack asks for and the register does not hold; none is a table without rows. -#}
    {%- set empty = {"review_code": "", "period_code": "", "province_code": ""} -%}
    {%- set rows = var("extra_reviews", []) or [] -%}
    {%- for row in [empty] + (rows if rows is not string else []) %}
    select
        cast('{{ row["review_code"] }}' as string) as review_code,
        cast('{{ row["period_code"] }}' as string) as period_code,
        cast('{{ row["province_code"] }}' as string) as province_code
    {%- if loop.first %}
    where 1 = 0
    {%- endif %}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
{%- endmacro %}
