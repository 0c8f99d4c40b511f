with source as (select * from {{ source('landing', 'deadlines') }}),

final as (
    select
        locality_code,
        province_code,
        period_end_date,
        exported_before_date,
        due_at as delivery_due_at,
        counted_to_at
    from source
)

select * from final
