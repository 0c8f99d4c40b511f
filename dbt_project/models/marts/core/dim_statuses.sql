with code_lists as (select * from {{ ref('code_lists') }}),

final as (
    select
        code as status_code,
        name as status_name,
        position_no
    from code_lists
    where list_code = 'status'
)

select * from final
