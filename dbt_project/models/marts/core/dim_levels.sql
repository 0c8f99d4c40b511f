with code_lists as (select * from {{ ref('code_lists') }}),

final as (
    select
        code as level_code,
        name as level_name,
        position_no
    from code_lists
    where list_code = 'level'
)

select * from final
