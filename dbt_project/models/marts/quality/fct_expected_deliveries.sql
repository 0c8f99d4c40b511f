with expected as (select * from {{ ref('int_deliveries__expected') }}),

dates as (select * from {{ ref('int_dates__all') }}),

judged as (
    select
        locality_code,
        province_code,
        delivery_id,
        period_end_date,
        delivery_due_at,
        delivered_at,
        coalesce(delivered_at > counted_to_at, false) as is_late,
        delivered_at is null as is_missing,
        cast(delivery_due_at as date) as due_date,
        coalesce(cast(delivered_at as date), {{ as_of_date() }}) as counted_date
    from expected
),

final as (
    select
        judged.locality_code,
        judged.province_code,
        judged.delivery_id,
        judged.period_end_date,
        judged.delivery_due_at,
        judged.delivered_at,
        judged.is_late,
        judged.is_missing,
        case
            when not judged.is_late and not judged.is_missing then 0
            when judged.counted_date <= judged.due_date then 1
            else counted_days.day_position_no - due_days.day_position_no
        end as late_days
    from judged
    left join dates as due_days on judged.due_date = due_days.calendar_date
    left join dates as counted_days on judged.counted_date = counted_days.calendar_date
)

select * from final
