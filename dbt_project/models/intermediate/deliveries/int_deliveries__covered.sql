-- Which datasets a locality sent after a period was over: only then does a row that is not there
-- say that nothing happened.
with deliveries as (select * from {{ ref('int_deliveries__known') }}),

datasets as (select * from {{ ref('int_deliveries__datasets') }}),

periods as (select * from {{ ref('int_periods__reviewed') }}),

final as (
    select distinct
        deliveries.locality_code,
        periods.period_code,
        datasets.dataset_code
    from deliveries
    inner join datasets on deliveries.delivery_id = datasets.delivery_id
    inner join periods
        on
            deliveries.province_code = periods.province_code
            and cast(deliveries.exported_at as date) >= periods.known_to_date
    where deliveries.state_code <> 'refused'
)

select * from final
