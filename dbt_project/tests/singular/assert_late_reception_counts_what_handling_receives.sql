-- Every online dossier that form II.06 counts as received in a period was received in time, late,
-- or nobody can tell: by province, since receptions count at the agency that receives.
with receptions as (
    select
        period_code,
        province_code,
        sum(received_in_time_count + received_late_count) as known_count,
        sum(unknown_count) as unknown_count
    from {{ ref('mart_review__late_reception') }}
    group by period_code, province_code
),

handling as (
    select
        period_code,
        province_code,
        sum(received_online_count) as received_online_count
    from {{ ref('mart_review__handling') }}
    where rule_code = 'ii06'
    group by period_code, province_code
)

select
    handling.period_code,
    handling.province_code
from handling
left join receptions
    on
        handling.period_code = receptions.period_code
        and handling.province_code = receptions.province_code
where
    handling.received_online_count < coalesce(receptions.known_count, 0)
    or handling.received_online_count
    > coalesce(receptions.known_count, 0) + coalesce(receptions.unknown_count, 0)
