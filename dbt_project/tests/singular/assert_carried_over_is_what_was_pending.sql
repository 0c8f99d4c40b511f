-- What a period carries over is what the period before it left pending: by agency and field, and so
-- dossier by dossier, each named with the side that lacks it. Of two periods that touch, in which
-- both are known to their ends. What a successor took over, also from another province, was pending
-- with the agency that it was taken over from.
with periods as (select * from {{ ref('dim_review_periods') }}),

pairs as (
    select
        later.province_code,
        later.period_code,
        earlier.period_code as earlier_period_code
    from periods as later
    inner join {{ ref('dim_dates') }} as first_days on later.start_date = first_days.calendar_date
    inner join {{ ref('dim_dates') }} as last_days
        on first_days.day_position_no - 1 = last_days.day_position_no
    inner join periods as earlier
        on
            later.province_code = earlier.province_code
            and last_days.calendar_date = earlier.known_to_date
),

sides as (
    select
        pairs.period_code,
        pairs.earlier_period_code,
        coalesce(counted.taken_over_from_agency_code, counted.agency_code) as agency_code,
        counted.field_code,
        counted.dossier_key,
        1 as carried_over_count,
        0 as pending_count
    from pairs
    inner join {{ ref('fct_dossier_periods') }} as counted
        on
            pairs.province_code = counted.province_code
            and pairs.period_code = counted.period_code
    where counted.carried_over_count = 1
    union all
    select
        pairs.period_code,
        pairs.earlier_period_code,
        counted.agency_code,
        counted.field_code,
        counted.dossier_key,
        0 as carried_over_count,
        1 as pending_count
    from pairs
    inner join {{ ref('fct_dossier_periods') }} as counted
        on
            pairs.province_code = counted.province_code
            and pairs.earlier_period_code = counted.period_code
    where counted.pending_count = 1
)

select
    period_code,
    earlier_period_code,
    agency_code,
    field_code,
    dossier_key,
    sum(carried_over_count) as carried_over_count,
    sum(pending_count) as pending_count
from sides
group by
    period_code, earlier_period_code, agency_code, field_code, dossier_key
having sum(carried_over_count) <> sum(pending_count)
