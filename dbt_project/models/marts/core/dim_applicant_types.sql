with code_lists as (select * from {{ ref('code_lists') }}),

final as (
    select
        code as applicant_type_code,
        name as applicant_type_name,
        position_no
    from code_lists
    where list_code = 'applicant_type'
)

select * from final
