-- What dbt_project/docs/metrics.md says, so that a pack prints the very text of the documentation.
with final as (
    select
        {{ definitions(metric_codes()) }}
)

select * from final
