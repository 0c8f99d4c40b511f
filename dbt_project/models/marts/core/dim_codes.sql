-- The names of codes that have no table of their own.
with code_lists as (select * from {{ ref('code_lists') }}),

final as (
    select
        list_code,
        code,
        name as code_name,
        position_no
    from code_lists
)

select * from final
