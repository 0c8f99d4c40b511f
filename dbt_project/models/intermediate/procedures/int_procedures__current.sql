with versions as (select * from {{ ref('int_procedures__versions') }}),

known as (
    select
        versions.*,
        coalesce(
            cast(coalesce(versions.committed_time_limit, versions.legal_time_limit) as string), ''
        )
        || '|'
        || coalesce(versions.time_unit_code, '') as term
    from versions
    where versions.valid_from is null or versions.valid_from <= {{ as_of_date() }}
),

-- A version says nothing new of the term where the one before has the same; blanks come first.
compared as (
    select
        known.*,
        coalesce(known.term = lag(known.term) over known_order, false) as has_same_term
    from known
    window
        known_order as (
            partition by known.province_code, known.procedure_code
            order by known.valid_from nulls first
        )
),

ranked as (
    select
        compared.*,
        max(case when not compared.has_same_term then compared.valid_from end) over (
            partition by compared.province_code, compared.procedure_code
        ) as term_valid_from,
        row_number() over (
            partition by compared.province_code, compared.procedure_code
            order by compared.valid_from desc nulls last
        ) as version_no
    from compared
),

final as (
    select
        province_code,
        procedure_code,
        procedure_name,
        field_code,
        field_name,
        competence_level_code,
        service_grade_code,
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
        valid_from,
        valid_to,
        term_valid_from,
        _delivery_id
    from ranked
    where version_no = 1
)

select * from final
