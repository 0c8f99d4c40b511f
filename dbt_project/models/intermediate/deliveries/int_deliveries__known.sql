{{ config(materialized='table', database='memory') }}

-- A table, not a view: every model that asks what is known would read all receipts again.
-- What was exported on or before the as-of date is known. A refused delivery whose time of export
-- nobody could read brings no figure, and is shown whatever the date.
with receipts as (select * from {{ ref('stg_landing__receipts') }}),

final as (
    select
        delivery_id,
        locality_code,
        locality_name,
        province_code,
        delivery_name,
        contract_code,
        exported_at,
        arrived_at,
        is_simulated,
        is_full,
        full_from_date,
        full_to_date,
        state_code,
        refusal_code,
        refusal_sentence
    from receipts
    where
        cast(exported_at as date) <= {{ as_of_date() }}
        or (state_code = 'refused' and exported_at_source_code = 'arrival')
)

select * from final
