with code_lists as (select * from {{ ref('code_lists') }}),

final as (
    select
        code as channel_code,
        name as channel_name,
        position_no
    from code_lists
    where list_code = 'channel'
)

select * from final
