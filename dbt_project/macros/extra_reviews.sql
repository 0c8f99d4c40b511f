{% macro extra_reviews() -%}
    {#- Reviews that a pack asks for and the register does not hold; maybe none. -#}
    {%- set requested = fromjson(env_var("MOTCUA_EXTRA_REVIEWS", "[]")) if execute else [] -%}
    {%- set names = ["review_code", "period_code", "province_code"] -%}
    {%- set nothing = "select '' as " ~ names | join(", '' as ") ~ " where 1 = 0" -%}
    {%- set selects = [nothing] -%}
    {%- for row in requested -%}
        {%- set values = [] -%}
        {%- for name in names -%}
            {%- do values.append("'" ~ (row[name] | replace("'", "''")) ~ "' as " ~ name) -%}
        {%- endfor -%}
        {%- do selects.append("select " ~ values | join(", ")) -%}
    {%- endfor -%}
    {{ selects | join(" union all ") }}
{%- endmacro %}
