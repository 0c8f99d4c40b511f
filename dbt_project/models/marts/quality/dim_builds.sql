with deliveries as (select * from {{ ref('int_deliveries__known') }}),

final as (
    select
        {{ as_of_date() }} as as_of_date,
        coalesce(bool_or(is_simulated), false) as is_simulated,
        'ii06' as rule_code,
        count(*) as delivery_count,
        count(case when state_code = 'refused' then 1 end) as refused_delivery_count
    from deliveries
)

select * from final
