with code_lists as (select * from {{ ref('code_lists') }}),

final as (
    select
        code as service_grade_code,
        name as service_grade_name,
        position_no
    from code_lists
    where list_code = 'service_grade'
)

select * from final
