{%- set keys = 'province_code, period_code, scope_code, level_code, agency_code' -%}
{%- set of_dossiers = scorecard_dossier_components() -%}
{#- Component: what a procedure must be to count above, below, and to be of unknown answer. -#}
{%- set of_register = {
    'online_services': [
        "service_grade_code in ('full', 'partial')", "service_grade_code <> 'unknown'",
        "service_grade_code = 'unknown'"
    ],
    'services_with_dossiers': [
        "service_grade_code in ('full', 'partial') and received_online_count > 0",
        "service_grade_code in ('full', 'partial')", "service_grade_code = 'unknown'"
    ],
    'procedures_paid_online': [
        "has_fee and received_paid_online_count > 0",
        "has_fee and (received_paid_online_count > 0 or received_fee_unknown_count = 0)",
        "has_fee is null or (received_paid_online_count = 0 and received_fee_unknown_count > 0)"
    ],
    'procedures_accepting_payment': [
        "has_fee and accepts_online_payment", "has_fee and accepts_online_payment is not null",
        "has_fee is null or (has_fee and accepts_online_payment is null)"
    ],
    'publish_on_time': [
        "is_announced_in_period and is_announced_on_time",
        "is_announced_in_period and is_announced_on_time is not null",
        "is_announced_in_period and is_announced_on_time is null"
    ],
    'public_update_on_time': [
        "is_publicised_in_period and is_publicised_on_time",
        "is_publicised_in_period and is_publicised_on_time is not null",
        "is_publicised_in_period and is_publicised_on_time is null"
    ],
    'public_content_full': [
        "is_content_complete", "is_content_complete is not null", "is_content_complete is null"
    ]
} -%}
{%- set of_announcement = ['publish_on_time', 'public_update_on_time', 'public_content_full'] -%}
{%- set of_petitions = {
    'petitions_on_time': ['on_time_count', 'due_count', 'no_due_count'],
    'petition_satisfaction': ['satisfied_count', 'rated_count', '0']
} -%}
-- The two counts of each component of decision 766, for the province, each level and each agency.
-- A component that nobody sent figures of has no row.
with bases as (select * from {{ ref('fct_scorecard_bases') }}),

procedure_periods as (select * from {{ ref('fct_procedure_periods') }}),

petitions as (select * from {{ ref('fct_petitions') }}),

periods as (select * from {{ ref('int_periods__reviewed') }}),

scopes as (
    select 'province' as scope_code
    union all
    select 'level' as scope_code
    union all
    select 'agency' as scope_code
),

dated as (
    select
        bases.*,
        sum(bases.resolved_count) over (partition by bases.province_code, bases.period_code)
            as province_resolved_count
    from bases
),

-- Of a period in which a province resolved nothing, nobody has sent figures: what is known of it
-- are the dossiers that were still open in the next.
scoped as (
    select
        dated.*,
        scopes.scope_code,
        {{ scope_level('dated') }} as scope_level_code,
        {{ scope_agency('dated') }} as scope_agency_code
    from dated
    cross join scopes
    where {{ is_in_scope('dated') }} and dated.province_resolved_count > 0
),

dossier_sums as (
    select
        province_code,
        period_code,
        scope_code,
        scope_level_code as level_code,
        scope_agency_code as agency_code,
        {{ scorecard_sums() }},
        count(distinct case when certified_e_copy_count > 0 then agency_code end)
            as certified_agency_count,
        count(
            distinct case when resolved_count > certified_e_copy_unknown_count then agency_code end
        ) as certified_known_agency_count,
        count(distinct case when resolved_count > 0 then agency_code end) as resolving_agency_count,
        count(distinct case when resolved_count > 0 then procedure_code end)
            as resolved_procedure_count,
        count(distinct case when population_connected_count > 0 then procedure_code end)
            as connected_procedure_count,
        count(
            distinct case
                when resolved_count > population_connected_unknown_count then procedure_code
            end
        ) as connected_known_procedure_count,
        min(case when is_petition_sent then 1 else 0 end) = 1 as is_petition_sent
    from scoped
    group by province_code, period_code, scope_code, scope_level_code, scope_agency_code
),

by_procedure as (
    select
        province_code,
        period_code,
        scope_code,
        scope_level_code as level_code,
        scope_agency_code as agency_code,
        procedure_code,
        sum(received_online_count) as received_online_count,
        sum(received_paid_online_count) as received_paid_online_count,
        sum(received_fee_unknown_count) as received_fee_unknown_count
    from scoped
    where procedure_code is not null
    group by
        province_code, period_code, scope_code, scope_level_code, scope_agency_code, procedure_code
),

-- The register does not say which department a procedure belongs to. Every district and commune
-- has all procedures of its level; announcing them is for the province.
registered as (
    select
        dossier_sums.province_code,
        dossier_sums.period_code,
        dossier_sums.scope_code,
        dossier_sums.level_code,
        dossier_sums.agency_code,
        procedure_periods.service_grade_code,
        procedure_periods.has_fee,
        procedure_periods.accepts_online_payment,
        procedure_periods.is_content_complete,
        procedure_periods.is_announced_in_period,
        procedure_periods.is_announced_on_time,
        procedure_periods.is_publicised_in_period,
        procedure_periods.is_publicised_on_time,
        coalesce(by_procedure.received_online_count, 0) as received_online_count,
        coalesce(by_procedure.received_paid_online_count, 0) as received_paid_online_count,
        coalesce(by_procedure.received_fee_unknown_count, 0) as received_fee_unknown_count
    from dossier_sums
    inner join procedure_periods
        on
            dossier_sums.province_code = procedure_periods.province_code
            and dossier_sums.period_code = procedure_periods.period_code
            and (
                dossier_sums.scope_code = 'province'
                or dossier_sums.level_code = procedure_periods.competence_level_code
            )
    left join by_procedure
        on
            dossier_sums.province_code = by_procedure.province_code
            and dossier_sums.period_code = by_procedure.period_code
            and dossier_sums.scope_code = by_procedure.scope_code
            and dossier_sums.level_code = by_procedure.level_code
            and dossier_sums.agency_code = by_procedure.agency_code
            and procedure_periods.procedure_code = by_procedure.procedure_code
    where
        dossier_sums.scope_code <> 'agency'
        or dossier_sums.level_code in ('district', 'commune')
),

-- A petition belongs to the period in which it is answered, or at the end of which it is overdue.
judged as (
    select
        petitions.province_code,
        periods.period_code,
        petitions.level_code,
        petitions.agency_code,
        petitions.due_date,
        coalesce(petitions.answered_date <= petitions.due_date, false) as is_on_time,
        coalesce(
            petitions.answered_date >= periods.start_date
            and petitions.answered_date <= periods.known_to_date,
            false
        ) as is_answered,
        petitions.satisfaction_code
    from petitions
    inner join periods
        on
            petitions.province_code = periods.province_code
            and petitions.received_date <= periods.known_to_date
            and (
                petitions.answered_date is null or petitions.answered_date >= periods.start_date
            )
    where
        petitions.answered_date <= periods.known_to_date
        or petitions.due_date < periods.known_to_date
),

petition_sums as (
    select
        judged.province_code,
        judged.period_code,
        scopes.scope_code,
        {{ scope_level('judged') }} as level_code,
        {{ scope_agency('judged') }} as agency_code,
        sum(case when judged.is_answered and judged.is_on_time then 1 else 0 end) as on_time_count,
        sum(case when judged.due_date is not null then 1 else 0 end) as due_count,
        sum(case when judged.due_date is null then 1 else 0 end) as no_due_count,
        sum(
            case
                when
                    judged.is_answered
                    and judged.satisfaction_code in ('very_satisfied', 'satisfied')
                    then 1
                else 0
            end
        ) as satisfied_count,
        sum(
            case
                when judged.is_answered and judged.satisfaction_code is not null then 1
                else 0
            end
        ) as rated_count
    from judged
    cross join scopes
    where {{ is_in_scope('judged') }}
    group by
        judged.province_code,
        judged.period_code,
        scopes.scope_code,
        {{ scope_level('judged') }},
        {{ scope_agency('judged') }}
),

-- No petition means full points, so it must be known that there was none: every locality of the
-- scope sent its petitions after the period.
petitioned as (
    select
        dossier_sums.province_code,
        dossier_sums.period_code,
        dossier_sums.scope_code,
        dossier_sums.level_code,
        dossier_sums.agency_code,
        dossier_sums.is_petition_sent,
        coalesce(petition_sums.on_time_count, 0) as on_time_count,
        coalesce(petition_sums.due_count, 0) as due_count,
        coalesce(petition_sums.no_due_count, 0) as no_due_count,
        coalesce(petition_sums.satisfied_count, 0) as satisfied_count,
        coalesce(petition_sums.rated_count, 0) as rated_count
    from dossier_sums
    left join petition_sums
        on
            dossier_sums.province_code = petition_sums.province_code
            and dossier_sums.period_code = petition_sums.period_code
            and dossier_sums.scope_code = petition_sums.scope_code
            and dossier_sums.level_code = petition_sums.level_code
            and dossier_sums.agency_code = petition_sums.agency_code
),

together as (
    {% for component_code, (above, below, unknown, missed) in of_dossiers.items() -%}
        select
            {{ keys }},
            '{{ component_code }}' as component_code,
            {{ above }} as numerator_count,
            {{ below }} as denominator_count,
            {{ unknown }} as unknown_count
        from dossier_sums
        union all
    {% endfor -%}
    {% for component_code, (above, below, unknown) in of_register.items() -%}
        select
            {{ keys }},
            '{{ component_code }}' as component_code,
            sum(case when {{ above }} then 1 else 0 end) as numerator_count,
            sum(case when {{ below }} then 1 else 0 end) as denominator_count,
            sum(case when {{ unknown }} then 1 else 0 end) as unknown_count
        from registered
        {{ "where scope_code <> 'agency'" if component_code in of_announcement }}
        group by {{ keys }}
        union all
    {% endfor -%}
    {% for component_code, (above, below, unknown) in of_petitions.items() -%}
        select
            {{ keys }},
            '{{ component_code }}' as component_code,
            {{ above }} as numerator_count,
            {{ below }} as denominator_count,
            {{ unknown }} as unknown_count
        from petitioned
        where is_petition_sent or {{ below }} > 0
        {{ "union all" if not loop.last }}
    {% endfor %}
),

final as (
    select
        province_code,
        period_code,
        scope_code,
        level_code,
        agency_code,
        component_code,
        cast(numerator_count as bigint) as numerator_count,
        cast(denominator_count as bigint) as denominator_count,
        cast(unknown_count as bigint) as unknown_count
    from together
)

select * from final
