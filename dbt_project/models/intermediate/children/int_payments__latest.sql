-- Equal rows of one export are different events; of two exports that hold one, the last wins.
-- Most come once and need no look at their neighbours.
with payments as (select * from {{ ref('stg_landing__payments') }}),

deliveries as (select * from {{ ref('int_deliveries__known') }}),

versions as (
    select
        locality_code,
        province_code,
        dossier_code,
        fee_code,
        fee_kind_code,
        amount,
        payment_channel_code,
        paid_at,
        _delivery_id,
        _exported_at,
        _source_file,
        _source_row,
        {{ key_hash(['locality_code', 'dossier_code', 'fee_code', 'fee_kind_code']) }}
            as key_hash
    from payments
    where _delivery_id in (select deliveries.delivery_id from deliveries)
),

repeated as (
    select key_hash
    from versions
    group by key_hash
    having min(_delivery_id) <> max(_delivery_id)
),

ranked as (
    select
        versions.*,
        dense_rank() over (
            partition by
                versions.locality_code,
                versions.dossier_code,
                versions.fee_code,
                versions.fee_kind_code
            order by
                versions._exported_at desc nulls last,
                versions._delivery_id desc nulls last
        ) as version_no
    from versions
    where versions.key_hash in (select repeated.key_hash from repeated)
),

last_versions as (
    select
        versions.locality_code,
        versions.province_code,
        versions.dossier_code,
        versions.fee_code,
        versions.fee_kind_code,
        versions.amount,
        versions.payment_channel_code,
        versions.paid_at,
        versions._delivery_id,
        versions._exported_at,
        versions._source_file,
        versions._source_row
    from versions
    where versions.key_hash not in (select repeated.key_hash from repeated)
    union all
    select
        ranked.locality_code,
        ranked.province_code,
        ranked.dossier_code,
        ranked.fee_code,
        ranked.fee_kind_code,
        ranked.amount,
        ranked.payment_channel_code,
        ranked.paid_at,
        ranked._delivery_id,
        ranked._exported_at,
        ranked._source_file,
        ranked._source_row
    from ranked
    where ranked.version_no = 1
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
