with code_lists as (select * from {{ ref('code_lists') }}),

final as (
    select
        code as reason_code,
        name as reason_name,
        position_no
    from code_lists
    where list_code = 'restatement_reason'
)

select * from final
