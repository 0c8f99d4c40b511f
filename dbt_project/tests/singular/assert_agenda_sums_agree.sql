-- What two marts count, they count alike: procedures as form II.06, petitions as the scorecard,
-- numerators within their denominators, amounts by way of paying as their sum, letters of apology
-- and dossiers due in an outage no more than there are.
with procedures as (
    select
        period_code,
        province_code,
        sum(received_count) as received_count,
        sum(resolved_overdue_count + pending_overdue_count) as overdue_count
    from {{ ref('mart_review__procedures') }}
    group by period_code, province_code
),

handling as (
    select
        period_code,
        province_code,
        sum(received_count) as received_count,
        sum(resolved_overdue_count + pending_overdue_count) as overdue_count
    from {{ ref('mart_review__handling') }}
    where rule_code = 'ii06'
    group by period_code, province_code
),

petitions as (
    select
        period_code,
        province_code,
        sum(numerator_count) as numerator_count,
        sum(denominator_count) as denominator_count,
        sum(unknown_count) as unknown_count
    from {{ ref('mart_review__petitions') }}
    group by period_code, province_code
),

rates as (
    select
        'mart_review__channels' as mart_name,
        period_code,
        province_code,
        numerator_count,
        denominator_count,
        unknown_count
    from {{ ref('mart_review__channels') }}
    union all
    select
        'mart_review__late_reception' as mart_name,
        period_code,
        province_code,
        numerator_count,
        denominator_count,
        unknown_count
    from {{ ref('mart_review__late_reception') }}
    union all
    select
        'mart_review__petitions' as mart_name,
        period_code,
        province_code,
        numerator_count,
        denominator_count,
        unknown_count
    from {{ ref('mart_review__petitions') }}
)

select
    'mart_review__procedures' as mart_name,
    handling.period_code,
    handling.province_code
from handling
left join procedures
    on
        handling.period_code = procedures.period_code
        and handling.province_code = procedures.province_code
where
    handling.received_count <> coalesce(procedures.received_count, 0)
    or handling.overdue_count <> coalesce(procedures.overdue_count, 0)
union all
select
    'fct_scorecard_counts' as mart_name,
    counts.period_code,
    counts.province_code
from {{ ref('fct_scorecard_counts') }} as counts
left join petitions
    on
        counts.period_code = petitions.period_code
        and counts.province_code = petitions.province_code
where
    counts.scope_code = 'province'
    and counts.component_code = 'petitions_on_time'
    and (
        counts.numerator_count <> coalesce(petitions.numerator_count, 0)
        or counts.denominator_count <> coalesce(petitions.denominator_count, 0)
        or counts.unknown_count <> coalesce(petitions.unknown_count, 0)
    )
union all
select
    mart_name,
    period_code,
    province_code
from rates
where
    numerator_count > denominator_count
    or numerator_count < 0
    or denominator_count < 0
    or unknown_count < 0
union all
select
    'mart_review__payments' as mart_name,
    period_code,
    province_code
from {{ ref('mart_review__payments') }}
where
    paid_amount
    <> online_amount + transfer_amount + qr_amount + pos_amount + cash_amount + unknown_amount
    or dossier_count > payment_count
union all
select
    'mart_review__overdue' as mart_name,
    period_code,
    province_code
from {{ ref('mart_review__overdue') }}
where
    apology_owed_count <> resolved_overdue_count + pending_overdue_count
    or apology_sent_count > apology_owed_count
    or apology_in_time_count > apology_sent_count
    or second_date_missed_count > apology_owed_count
union all
select
    'mart_review__incidents' as mart_name,
    period_code,
    province_code
from {{ ref('mart_review__incidents') }}
where
    overdue_dossier_count > due_dossier_count
    or open_incident_count > incident_count
    or incident_hours < 0
