with source as (select * from {{ source('landing', 'payments') }}),

final as (
    select
        _locality_code as locality_code,
        _province_code as province_code,
        dossier_code,
        fee_code,
        fee_kind_code,
        amount,
        payment_channel_code,
        paid_at,
        _delivery_id,
        _exported_at,
        _source_file,
        _source_row
    from source
)

select * from final
