with grades as (select * from {{ ref('scorecard_grades') }}),

final as (
    select
        version_code,
        grade_code,
        grade_name,
        cast(min_score as decimal(9, 6)) as min_score,
        cast(below_score as decimal(9, 6)) as below_score,
        source_document,
        cast(valid_from as date) as valid_from,
        cast(valid_to as date) as valid_to
    from grades
)

select * from final
