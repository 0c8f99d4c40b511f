-- Every online dossier that form II.06 counts as received in a period was received in time, late,
-- or nobody can tell: by province, since receptions count at the agency that receives. Provinces of
-- which one handed dossiers over to another are looked at together.
with successions as (
    select
        old_province_code,
        new_province_code
    from {{ ref('dim_agency_successions') }}
    where old_province_code <> new_province_code
),

in_succession as (
    select successions.old_province_code as province_code
    from successions
    union
    select successions.new_province_code as province_code
    from successions
),

receptions as (
    select
        late_reception.period_code,
        case
            when in_succession.province_code is null then late_reception.province_code else 'any'
        end as province_code,
        sum(late_reception.received_in_time_count + late_reception.received_late_count)
            as known_count,
        sum(late_reception.unknown_count) as unknown_count
    from {{ ref('mart_review__late_reception') }} as late_reception
    left join in_succession on late_reception.province_code = in_succession.province_code
    group by
        late_reception.period_code,
        case
            when in_succession.province_code is null then late_reception.province_code else 'any'
        end
),

handling as (
    select
        handling.period_code,
        case when in_succession.province_code is null then handling.province_code else 'any' end
            as province_code,
        sum(handling.received_online_count) as received_online_count
    from {{ ref('mart_review__handling') }} as handling
    left join in_succession on handling.province_code = in_succession.province_code
    where handling.rule_code = 'ii06'
    group by
        handling.period_code,
        case when in_succession.province_code is null then handling.province_code else 'any' end
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
