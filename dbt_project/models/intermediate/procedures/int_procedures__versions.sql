-- The grade belongs to procedure, province and time: a version is known by its valid_from. A
-- register that gives no dates tells on each day that it is exported what holds then: its first
-- word holds since ever, and another service level holds from the day of the export that tells it.
-- A later version takes the place of those before it, for good.
with procedures as (select * from {{ ref('stg_landing__procedures') }}),

deliveries as (select * from {{ ref('int_deliveries__known') }}),

-- The old levels 3 and 4 are read as partial and full, 1 and 2 as information.
graded as (
    select
        procedures.*,
        cast(procedures._exported_at as date) as exported_date,
        coalesce(
            procedures.service_grade_code,
            case
                when procedures.legacy_level_no = 4 then 'full'
                when procedures.legacy_level_no = 3 then 'partial'
                when procedures.legacy_level_no in (1, 2) then 'information'
            end,
            'unknown'
        ) as grade_code,
        case
            when procedures.service_grade_code is not null then 'stated'
            when procedures.legacy_level_no between 1 and 4 then 'legacy_level'
            else 'unknown'
        end as grade_source_code
    from procedures
    where
        procedures._delivery_id in (select deliveries.delivery_id from deliveries)
        and procedures.procedure_code is not null
),

days as (
    select
        graded.*,
        row_number() over (
            partition by
                graded.province_code,
                graded.procedure_code,
                graded.valid_from,
                graded.exported_date
            order by
                graded._exported_at desc nulls last,
                graded._delivery_id desc nulls last,
                graded._source_file desc nulls last,
                graded._source_row desc nulls last
        ) as line_no
    from graded
),

compared as (
    select
        days.*,
        lag(days.grade_code) over told_order as before_grade_code,
        lag(days.legacy_level_no) over told_order as before_level_no,
        lag(days.exported_date) over told_order as before_date
    from days
    where days.line_no = 1
    window
        told_order as (
            partition by days.province_code, days.procedure_code, days.valid_from
            order by days.exported_date nulls last
        )
),

-- Of lines that give a date, the last word holds; of others, the last one of each service level.
started as (
    select
        compared.*,
        case
            when
                compared.valid_from is null
                and compared.before_date is not null
                and (
                    compared.grade_code <> compared.before_grade_code
                    or {{ is_other("compared.legacy_level_no", "compared.before_level_no") }}
                )
                then compared.exported_date
        end as changed_date
    from compared
),

dated as (
    select
        started.*,
        coalesce(
            started.valid_from,
            max(started.changed_date) over (
                partition by started.province_code, started.procedure_code, started.valid_from
                order by started.exported_date nulls last
                rows between unbounded preceding and current row
            )
        ) as since_date
    from started
),

ranked as (
    select
        dated.*,
        coalesce(
            cast(coalesce(dated.committed_time_limit, dated.legal_time_limit) as string), ''
        )
        || '|'
        || coalesce(dated.time_unit_code, '') as term,
        row_number() over (
            partition by dated.province_code, dated.procedure_code, dated.since_date
            order by
                dated._exported_at desc nulls last,
                dated._delivery_id desc nulls last,
                dated._source_file desc nulls last,
                dated._source_row desc nulls last
        ) as version_no
    from dated
),

placed as (
    select
        ranked.*,
        coalesce(ranked.since_date, cast('0001-01-01' as date)) as from_date,
        lead(ranked.since_date) over version_order as next_date,
        coalesce(ranked.term = lag(ranked.term) over version_order, false) as has_same_term
    from ranked
    where ranked.version_no = 1
    window
        version_order as (
            partition by ranked.province_code, ranked.procedure_code
            order by ranked.since_date asc nulls first
        )
),

-- A version says nothing new of the term where the one before has the same.
termed as (
    select
        placed.*,
        max(case when not placed.has_same_term then placed.since_date end) over (
            partition by placed.province_code, placed.procedure_code
            order by placed.since_date asc nulls first
            rows between unbounded preceding and current row
        ) as term_valid_from
    from placed
),

final as (
    select
        province_code,
        procedure_code,
        procedure_name,
        coalesce(field_code, 'unknown') as field_code,
        field_name,
        coalesce(competence_level_code, 'unknown') as competence_level_code,
        grade_code as service_grade_code,
        grade_source_code,
        legacy_level_no,
        legal_time_limit,
        committed_time_limit,
        time_unit_code,
        has_fee,
        accepts_online_payment,
        issued_date,
        submitted_for_announcement_date,
        announced_date,
        publicised_date,
        effective_date,
        is_content_complete,
        since_date as valid_from,
        valid_to,
        term_valid_from,
        valid_from is not null as is_dated,
        from_date,
        least(
            coalesce(valid_to, cast('9999-12-31' as date)),
            coalesce(next_date - 1, cast('9999-12-31' as date))
        ) as to_date,
        -- The last version that has begun, also one that has ended since.
        from_date <= {{ as_of_date() }}
        and coalesce(next_date > {{ as_of_date() }}, true) as is_current,
        _delivery_id,
        _source_file,
        _source_row
    from termed
)

select * from final
