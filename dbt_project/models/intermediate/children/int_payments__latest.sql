-- Equal rows of one export are different events; of two exports that hold one, the last wins.
with last_versions as (
    {{ last_versions(
        ref('stg_landing__payments'),
        keys=['fee_code', 'fee_kind_code'],
        values=['amount', 'payment_channel_code', 'paid_at'],
        are_events=true
    ) }}
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
    from last_versions
)

select * from final
