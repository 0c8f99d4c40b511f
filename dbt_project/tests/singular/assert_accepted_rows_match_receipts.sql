-- Conservation: what a receipt says was accepted is what the landing holds, delivery by delivery.
with landed as (
    select
        'procedures' as dataset_code,
        _delivery_id as delivery_id,
        count(*) as landed_count
    from {{ ref('stg_landing__procedures') }}
    group by _delivery_id
    union all
    select
        'agencies' as dataset_code,
        _delivery_id as delivery_id,
        count(*) as landed_count
    from {{ ref('stg_landing__agencies') }}
    group by _delivery_id
    union all
    select
        'dossiers' as dataset_code,
        _delivery_id as delivery_id,
        count(*) as landed_count
    from {{ ref('stg_landing__dossiers') }}
    group by _delivery_id
    union all
    select
        'supplements' as dataset_code,
        _delivery_id as delivery_id,
        count(*) as landed_count
    from {{ ref('stg_landing__supplements') }}
    group by _delivery_id
    union all
    select
        'pauses' as dataset_code,
        _delivery_id as delivery_id,
        count(*) as landed_count
    from {{ ref('stg_landing__pauses') }}
    group by _delivery_id
    union all
    select
        'payments' as dataset_code,
        _delivery_id as delivery_id,
        count(*) as landed_count
    from {{ ref('stg_landing__payments') }}
    group by _delivery_id
    union all
    select
        'ratings' as dataset_code,
        _delivery_id as delivery_id,
        count(*) as landed_count
    from {{ ref('stg_landing__ratings') }}
    group by _delivery_id
    union all
    select
        'petitions' as dataset_code,
        _delivery_id as delivery_id,
        count(*) as landed_count
    from {{ ref('stg_landing__petitions') }}
    group by _delivery_id
    union all
    select
        'portal_dossiers' as dataset_code,
        _delivery_id as delivery_id,
        count(*) as landed_count
    from {{ ref('stg_landing__portal_dossiers') }}
    group by _delivery_id
    union all
    select
        'indices' as dataset_code,
        _delivery_id as delivery_id,
        count(*) as landed_count
    from {{ ref('stg_landing__indices') }}
    group by _delivery_id
    union all
    select
        'plan_tasks' as dataset_code,
        _delivery_id as delivery_id,
        count(*) as landed_count
    from {{ ref('stg_landing__plan_tasks') }}
    group by _delivery_id
    union all
    select
        'incidents' as dataset_code,
        _delivery_id as delivery_id,
        count(*) as landed_count
    from {{ ref('stg_landing__incidents') }}
    group by _delivery_id
    union all
    select
        'steps' as dataset_code,
        _delivery_id as delivery_id,
        count(*) as landed_count
    from {{ ref('stg_landing__steps') }}
    group by _delivery_id
    union all
    select
        'reported_totals' as dataset_code,
        _delivery_id as delivery_id,
        count(*) as landed_count
    from {{ ref('stg_landing__reported_totals') }}
    group by _delivery_id
    union all
    select
        'targets' as dataset_code,
        _delivery_id as delivery_id,
        count(*) as landed_count
    from {{ ref('stg_landing__targets') }}
    group by _delivery_id
    union all
    select
        'counter_surveys' as dataset_code,
        _delivery_id as delivery_id,
        count(*) as landed_count
    from {{ ref('stg_landing__counter_surveys') }}
    group by _delivery_id
    union all
    select
        'reform_figures' as dataset_code,
        _delivery_id as delivery_id,
        count(*) as landed_count
    from {{ ref('stg_landing__reform_figures') }}
    group by _delivery_id
),

datasets as (
    select * from {{ ref('fct_delivery_datasets') }}
    {{ of_new_deliveries() }}
),

known as (
    select
        landed.dataset_code,
        landed.delivery_id,
        landed.landed_count
    from landed
    where landed.delivery_id in (
        select deliveries.delivery_id from {{ ref('fct_deliveries') }} as deliveries
        {{ of_new_deliveries() }}
    )
)

select
    coalesce(known.delivery_id, datasets.delivery_id) as delivery_id,
    coalesce(known.dataset_code, datasets.dataset_code) as dataset_code,
    known.landed_count,
    datasets.accepted_count
from known
full outer join datasets
    on known.delivery_id = datasets.delivery_id and known.dataset_code = datasets.dataset_code
where coalesce(known.landed_count, 0) <> coalesce(datasets.accepted_count, 0)
