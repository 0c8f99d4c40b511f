-- What dbt_project/docs/metrics.md says, so that a pack prints the very text of the documentation.
with final as (
    select
        {% for metric_code in metric_codes() -%}
            '{{ metric_definition(metric_code) }}' as {{ metric_code }}{{ "," if not loop.last }}
        {% endfor %}
)

select * from final
