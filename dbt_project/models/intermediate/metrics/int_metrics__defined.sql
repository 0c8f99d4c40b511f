-- What dbt_project/docs/metrics.md says, so that a pack prints the very text of the documentation.
with final as (
    select
        {{ metric_definitions() }}
)

select * from final
