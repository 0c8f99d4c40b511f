{{ config(meta={'renewed_by': 'dossier'}) }}
with payments as (select * from {{ ref('int_payments__latest') }}),

final as (
    select
        dossier_key,
        dossier_code,
        locality_code,
        province_code,
        fee_code,
        fee_kind_code,
        payment_channel_code,
        paid_at,
        paid_amount,
        _delivery_id,
        _source_file,
        _source_row
    from payments
)

select * from final
