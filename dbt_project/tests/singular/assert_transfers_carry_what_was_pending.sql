-- Between two periods that follow each other: what an agency had pending, without what others took
-- over from it and with what it took over, is what it carries into the next.
with periods as (
    select
        later.period_code,
        earlier.period_code as previous_period_code
    from {{ ref('dim_periods') }} as later
    inner join {{ ref('dim_periods') }} as earlier
        on
            later.previous_period_code = earlier.period_code
            and later.start_date = earlier.known_to_date + 1
),

-- Where a province reads one of the two only, there is nothing to compare.
compared as (
    select
        periods.period_code,
        periods.previous_period_code,
        later.province_code
    from periods
    inner join {{ ref('dim_review_periods') }} as later
        on periods.period_code = later.period_code
    inner join {{ ref('dim_review_periods') }} as earlier
        on
            periods.previous_period_code = earlier.period_code
            and later.province_code = earlier.province_code
),

handling as (
    select
        period_code,
        province_code,
        agency_code,
        sum(pending_count) as pending_count,
        sum(carried_over_count) as carried_over_count
    from {{ ref('mart_review__handling') }}
    where rule_code = 'ii06'
    group by period_code, province_code, agency_code
),

together as (
    select
        compared.period_code,
        handling.agency_code,
        handling.pending_count as dossier_count
    from compared
    inner join handling
        on
            compared.previous_period_code = handling.period_code
            and compared.province_code = handling.province_code
    union all
    select
        compared.period_code,
        handling.agency_code,
        -handling.carried_over_count as dossier_count
    from compared
    inner join handling
        on
            compared.period_code = handling.period_code
            and compared.province_code = handling.province_code
    union all
    select
        compared.period_code,
        transfers.to_agency_code as agency_code,
        transfers.carried_over_count as dossier_count
    from compared
    inner join {{ ref('mart_review__transfers') }} as transfers
        on
            compared.period_code = transfers.period_code
            and compared.province_code = transfers.province_code
    union all
    select
        compared.period_code,
        transfers.from_agency_code as agency_code,
        -transfers.carried_over_count as dossier_count
    from compared
    inner join {{ ref('mart_review__transfers') }} as transfers
        on
            compared.period_code = transfers.period_code
            and compared.province_code = transfers.province_code
)

select
    period_code,
    agency_code,
    sum(dossier_count) as difference_count
from together
group by period_code, agency_code
having sum(dossier_count) <> 0
