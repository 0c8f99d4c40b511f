-- What dbt_project/docs/rules.md says, so that every reader sees the text of the documentation.
with final as (
    select
        {{ definitions(rule_codes()) }}
)

select * from final
