with source as (select * from {{ source('landing', 'receipts') }}),

final as (
    select
        delivery_id,
        locality_code,
        locality_name,
        province_code,
        delivery_name,
        contract_code,
        cast(exported_at as timestamp) as exported_at,
        exported_at_source as exported_at_source_code,
        cast(arrived_at as timestamp) as arrived_at,
        is_simulated,
        coalesce(is_full, false) as is_full,
        full_from_date,
        full_to_date,
        state_code,
        refusal_code,
        refusal_sentence
    from source
)

select * from final
