{%- set are_apart = are_agencies_apart() -%}
{#- Of the two counts, a kind of flag is told by one. -#}
{%- set kept = [
    'period_code', 'province_code', 'agency_code', 'flag_code', 'dossier_count', 'dossier_count'
] -%}
-- What an agency is asked to explain, beside what is usual among agencies of its level: the median
-- of their shares. Agencies with nothing flagged are rows, too, or the median would be of the few.
with dossier_periods as (select * from {{ ref('fct_dossier_periods') }}),

handling as (select * from {{ ref('mart_review__handling') }}),

dossier_flags as (select * from {{ ref('fct_dossier_flags') }}),

flags as (select * from {{ ref('dim_dossier_flags') }}),

agencies as (select * from {{ ref('dim_agencies') }}),

periods as (select * from {{ ref('dim_periods') }}),

bases as (
    select
        period_code,
        province_code,
        agency_code,
        sum(received_count) as received_count,
        sum(resolved_count) as resolved_count
    from handling
    where rule_code = 'ii06'
    group by period_code, province_code, agency_code
),

counted as (
    select
        dossier_periods.period_code,
        dossier_periods.province_code,
        dossier_periods.agency_code,
        dossier_flags.flag_code,
        count(*) as received_count,
        sum(dossier_periods.resolved_count) as resolved_count
    from dossier_periods
    inner join dossier_flags on dossier_periods.dossier_key = dossier_flags.dossier_key
    inner join periods on dossier_periods.period_code = periods.period_code
    -- The end of a quarter is asked about in the quarter, and in a period that ends with it.
    where
        (
            dossier_flags.flag_code <> 'closed_at_period_end'
            or (
                dossier_periods.closing_date > periods.end_date - 3
                and dossier_periods.closing_date <= periods.end_date
            )
        ) {{ in_touched_agencies("dossier_periods.", are_apart) }}
    group by
        dossier_periods.period_code,
        dossier_periods.province_code,
        dossier_periods.agency_code,
        dossier_flags.flag_code {{ and_kept_agencies(kept, are_apart) }}
),

shares as (
    select
        bases.period_code,
        bases.province_code,
        bases.agency_code,
        coalesce(agencies.level_code, 'unknown') as level_code,
        flags.flag_code,
        flags.flag_name,
        flags.denominator_name,
        coalesce(
            case flags.denominator_code
                when 'resolved' then counted.resolved_count
                else counted.received_count
            end,
            0
        ) as dossier_count,
        case flags.denominator_code
            when 'resolved' then bases.resolved_count
            else bases.received_count
        end as denominator_count
    from bases
    cross join flags
    left join agencies on bases.agency_code = agencies.agency_code
    left join counted
        on
            bases.agency_code = counted.agency_code
            and bases.period_code = counted.period_code
            and bases.province_code = counted.province_code
            and flags.flag_code = counted.flag_code
),

peers as (
    select
        period_code,
        province_code,
        level_code,
        flag_code,
        count(*) as peer_agency_count,
        median(dossier_count / denominator_count) as peer_median_rate
    from shares
    where denominator_count > 0 and agency_code <> 'unknown'
    group by period_code, province_code, level_code, flag_code
),

final as (
    select
        shares.period_code,
        shares.province_code,
        shares.agency_code,
        shares.flag_code,
        shares.flag_name,
        shares.level_code,
        cast(shares.dossier_count as bigint) as dossier_count,
        cast(shares.denominator_count as bigint) as denominator_count,
        shares.denominator_name,
        shares.dossier_count / nullif(shares.denominator_count, 0) as dossier_rate,
        peers.peer_median_rate,
        cast(coalesce(peers.peer_agency_count, 0) as bigint) as peer_agency_count
    from shares
    left join peers
        on
            shares.flag_code = peers.flag_code
            and shares.level_code = peers.level_code
            and shares.period_code = peers.period_code
            and shares.province_code = peers.province_code
)

select * from final
