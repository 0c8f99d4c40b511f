-- Every accepted dossier row of a known delivery is in the fact, or was replaced by a later export.
with accepted as (
    select
        _delivery_id,
        count(*) as accepted_count
    from {{ ref('int_dossiers__known') }}
    group by _delivery_id
),

latest as (
    select
        _delivery_id,
        count(*) as latest_count
    from {{ ref('fct_dossiers') }}
    {{ of_touched_dossiers() }}
    group by _delivery_id
),

superseded as (
    select
        _delivery_id,
        count(*) as superseded_count
    from {{ ref('int_dossiers__superseded') }}
    group by _delivery_id
)

select
    accepted._delivery_id,
    latest._delivery_id as fact_delivery_id,
    accepted.accepted_count,
    latest.latest_count,
    superseded.superseded_count
from accepted
full outer join latest on accepted._delivery_id = latest._delivery_id
left join superseded on accepted._delivery_id = superseded._delivery_id
where
    coalesce(accepted.accepted_count, 0)
    <> coalesce(latest.latest_count, 0) + coalesce(superseded.superseded_count, 0)
