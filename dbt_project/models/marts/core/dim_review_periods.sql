-- The periods that the reviews of a province read, for marts that count by dates of their own.
with reviewed as (select * from {{ ref('int_periods__reviewed') }}),

final as (
    select
        province_code,
        period_code,
        start_date,
        end_date,
        known_to_date
    from reviewed
)

select * from final
