{{ config(materialized='view') }}

-- A view: which dossiers our count and the national portal's list tell differently, and why. The
-- portal's side is rule ii06 on the portal's own dates and state; its list holds no pauses. Only
-- localities that sent the list after the period's end are compared.
with dossier_periods as (select * from {{ ref('fct_dossier_periods') }}),

portal_dossiers as (select * from {{ ref('fct_portal_dossiers') }}),

periods as (select * from {{ ref('dim_review_periods') }}),

bases as (select * from {{ ref('fct_scorecard_bases') }}),

dossiers as (select * from {{ ref('fct_dossiers') }}),

codes as (select * from {{ ref('dim_codes') }}),

covered as (
    select distinct
        locality_code,
        province_code,
        period_code
    from bases
    where is_portal_sent
),

listed as (
    select
        portal_dossiers.*,
        covered.period_code,
        periods.start_date,
        periods.known_to_date
    from portal_dossiers
    inner join covered on portal_dossiers.locality_code = covered.locality_code
    inner join periods
        on
            covered.province_code = periods.province_code
            and covered.period_code = periods.period_code
    where portal_dossiers.system_code = 'national_portal'
),

by_portal as (
    select
        listed.*,
        listed.received_date >= listed.start_date as is_received_in_period,
        case
            when
                listed.status_code in ('1', '3')
                or listed.received_date is null
                or listed.received_date > listed.known_to_date
                or (
                    listed.received_date < listed.start_date
                    and coalesce(listed.closing_date < listed.start_date, false)
                )
                then 'not_counted'
            when listed.closing_date <= listed.known_to_date
                then
                    case
                        when listed.status_code = '7' or listed.due_date is null then 'on_time'
                        when listed.closing_date < listed.due_date then 'early'
                        when listed.closing_date > listed.due_date then 'overdue'
                        else 'on_time'
                    end
            when listed.due_date < listed.known_to_date then 'past_due'
            else 'in_due'
        end as outcome_code
    from listed
),

ours as (
    select dossier_periods.*
    from dossier_periods
    inner join covered
        on
            dossier_periods.locality_code = covered.locality_code
            and dossier_periods.period_code = covered.period_code
),

together as (
    select
        coalesce(ours.period_code, by_portal.period_code) as period_code,
        coalesce(ours.dossier_key, by_portal.dossier_key) as dossier_key,
        coalesce(ours.locality_code, by_portal.locality_code) as locality_code,
        coalesce(ours.province_code, by_portal.province_code) as province_code,
        ours.agency_code as counted_agency_code,
        ours.field_code as counted_field_code,
        coalesce(ours.ii06_outcome_code, 'not_counted') as outcome_code,
        coalesce(ours.received_in_period_count = 1, false) as is_received_in_period,
        coalesce(by_portal.outcome_code, 'not_counted') as portal_outcome_code,
        coalesce(by_portal.is_received_in_period, false) as is_portal_received_in_period,
        by_portal.dossier_key is not null as is_listed,
        by_portal.closing_date as portal_closing_date,
        by_portal.due_date as portal_due_date,
        by_portal.received_date as portal_received_date
    from ours
    full outer join by_portal
        on ours.dossier_key = by_portal.dossier_key and ours.period_code = by_portal.period_code
),

differing as (
    select *
    from together
    where
        outcome_code <> portal_outcome_code
        or (outcome_code <> 'not_counted' and is_received_in_period <> is_portal_received_in_period)
),

reasoned as (
    select
        differing.period_code,
        differing.dossier_key,
        differing.locality_code,
        differing.province_code,
        coalesce(differing.counted_agency_code, dossiers.agency_code, 'unknown') as agency_code,
        coalesce(differing.counted_field_code, dossiers.field_code, 'unknown') as field_code,
        differing.outcome_code,
        differing.is_received_in_period,
        differing.portal_outcome_code,
        differing.is_portal_received_in_period,
        case
            when not differing.is_listed then 'portal_lacks'
            when dossiers.dossier_key is null then 'only_on_portal'
            when dossiers.duplicate_of_dossier_key is not null then 'duplicate'
            when
                dossiers.closing_date <> differing.portal_closing_date
                or (dossiers.closing_date is null) <> (differing.portal_closing_date is null)
                then 'status_differs'
            when
                dossiers.received_date <> differing.portal_received_date
                or (dossiers.received_date is null) <> (differing.portal_received_date is null)
                then 'received_date_differs'
            when
                dossiers.due_date <> differing.portal_due_date
                or (dossiers.due_date is null) <> (differing.portal_due_date is null)
                then 'due_date_differs'
            when
                differing.outcome_code = 'in_due' and differing.portal_outcome_code = 'past_due'
                then 'paused'
            else 'unexplained'
        end as reason_code
    from differing
    -- What the portal lacks is told of by our side alone: only the others are looked up.
    left join dossiers
        on case when differing.is_listed then differing.dossier_key end = dossiers.dossier_key
),

final as (
    select
        reasoned.period_code,
        reasoned.dossier_key,
        reasoned.locality_code,
        reasoned.province_code,
        reasoned.agency_code,
        reasoned.field_code,
        reasoned.outcome_code,
        reasoned.is_received_in_period,
        reasoned.portal_outcome_code,
        reasoned.is_portal_received_in_period,
        reasoned.reason_code,
        codes.code_name as reason_name
    from reasoned
    left join codes
        on reasoned.reason_code = codes.code and codes.list_code = 'portal_difference'
)

select * from final
