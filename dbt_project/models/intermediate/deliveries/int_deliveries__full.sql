-- Only a full export of which no dossier line was refused can tell what is gone from its source:
-- nobody knows which dossiers the refused lines were.
with deliveries as (select * from {{ ref('int_deliveries__known') }}),

datasets as (select * from {{ ref('int_deliveries__datasets') }}),

final as (
    select
        deliveries.delivery_id,
        deliveries.locality_code,
        deliveries.exported_at,
        deliveries.full_from_date,
        deliveries.full_to_date
    from deliveries
    inner join datasets on deliveries.delivery_id = datasets.delivery_id
    where
        deliveries.is_full
        and deliveries.state_code <> 'refused'
        and datasets.dataset_code = 'dossiers'
        and datasets.refused_count = 0
)

select * from final
