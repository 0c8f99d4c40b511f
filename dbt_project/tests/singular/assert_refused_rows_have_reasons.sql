-- No row is refused without a reason that names its file and line. Nested items share a line, so
-- several refused rows may point at one place; a delivery refused whole has its own reason.
with places as (
    select
        delivery_id,
        dataset_code,
        finding_count,
        coalesce(source_file, '')
        || '|'
        || coalesce(source_sheet, '')
        || '|'
        || cast(source_row as string) as place
    from {{ ref('fct_refusals') }}
    where severity_code = 'critical' and source_row is not null
),

reasons as (
    select
        delivery_id,
        dataset_code,
        count(distinct place) as place_count,
        sum(finding_count) as finding_count
    from places
    group by delivery_id, dataset_code
)

select
    datasets.delivery_id,
    datasets.dataset_code,
    datasets.refused_count,
    reasons.place_count,
    reasons.finding_count
from {{ ref('fct_delivery_datasets') }} as datasets
inner join {{ ref('fct_deliveries') }} as deliveries
    on datasets.delivery_id = deliveries.delivery_id
left join reasons
    on
        datasets.delivery_id = reasons.delivery_id
        and datasets.dataset_code = reasons.dataset_code
where
    deliveries.state_code <> 'refused'
    and (
        coalesce(reasons.place_count, 0) > datasets.refused_count
        or coalesce(reasons.finding_count, 0) < datasets.refused_count
    )
