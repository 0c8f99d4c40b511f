-- Equal rows of one export are different events; of two exports that hold one, the last wins.
with payments as (select * from {{ ref('stg_landing__payments') }}),

deliveries as (select * from {{ ref('int_deliveries__known') }}),

ranked as (
    select
        payments.*,
        dense_rank() over (
            partition by
                payments.locality_code,
                payments.dossier_code,
                payments.fee_code,
                payments.fee_kind_code
            order by
                payments._exported_at desc nulls last,
                payments._delivery_id desc nulls last
        ) as version_no
    from payments
    where payments._delivery_id in (select deliveries.delivery_id from deliveries)
),

final as (
    select
        locality_code || '|' || dossier_code as dossier_key,
        dossier_code,
        locality_code,
        province_code,
        fee_code,
        coalesce(fee_kind_code, 'unknown') as fee_kind_code,
        coalesce(payment_channel_code, 'unknown') as payment_channel_code,
        paid_at,
        amount as paid_amount,
        _delivery_id,
        _source_file,
        _source_row
    from ranked
    where version_no = 1
)

select * from final
