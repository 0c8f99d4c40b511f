-- What meets a deadline is the first export to arrive among those made for its period: from the
-- period's end until the next one's. A refused delivery brings nothing, and a mended return is no
-- export. A simulated delivery arrives when the demonstration is made: its export stands for that.
with deadlines as (select * from {{ ref('stg_landing__deadlines') }}),

deliveries as (select * from {{ ref('int_deliveries__known') }}),

exports as (
    select
        delivery_id,
        locality_code,
        cast(exported_at as date) as exported_date,
        case when is_simulated then exported_at else arrived_at end as delivered_at
    from deliveries
    where state_code <> 'refused' and coalesce(contract_code, '') <> 'tra_lai'
),

owed as (
    select
        locality_code,
        province_code,
        period_end_date,
        exported_before_date,
        delivery_due_at,
        counted_to_at
    from deadlines
    where cast(delivery_due_at as date) <= {{ as_of_date() }}
),

fitting as (
    select
        owed.locality_code,
        owed.delivery_due_at,
        exports.delivery_id,
        exports.delivered_at,
        row_number() over (
            partition by owed.locality_code, owed.delivery_due_at
            order by exports.delivered_at asc nulls last, exports.delivery_id asc nulls last
        ) as arrival_no
    from owed
    inner join exports
        on
            owed.locality_code = exports.locality_code
            and owed.period_end_date <= exports.exported_date
            and (
                owed.exported_before_date is null
                or owed.exported_before_date > exports.exported_date
            )
),

final as (
    select
        owed.locality_code,
        owed.province_code,
        fitting.delivery_id,
        owed.period_end_date,
        owed.delivery_due_at,
        owed.counted_to_at,
        fitting.delivered_at
    from owed
    left join fitting
        on
            owed.locality_code = fitting.locality_code
            and owed.delivery_due_at = fitting.delivery_due_at
            and fitting.arrival_no = 1
)

select * from final
