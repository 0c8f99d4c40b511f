-- As of a date, nothing exported later is known.
select
    _delivery_id as delivery_id,
    _exported_at as exported_at
from {{ ref('fct_dossiers') }}
where cast(_exported_at as date) > {{ as_of_date() }}
union all
select
    delivery_id,
    exported_at
from {{ ref('fct_deliveries') }}
where cast(exported_at as date) > {{ as_of_date() }} and accepted_count > 0
