with code_lists as (select * from {{ ref('code_lists') }}),

final as (
    select
        code as outcome_code,
        name as outcome_name,
        position_no
    from code_lists
    where list_code = 'outcome'
)

select * from final
