-- Who owns, on which days, what an agency owns no longer. Forward: an agency that ended handed what
-- was open to its primary successor, and that one to its own. Back: where a source has rewritten
-- the agency to the new one, what was received by the old one was the old one's until that day.
with recursive successions as (select * from {{ ref('stg_landing__agency_successions') }}),

agencies as (select * from {{ ref('int_agencies__latest') }}),

handed as (
    select
        old_agency_code as agency_code,
        new_agency_code as owner_code,
        new_province_code as owner_province_code,
        effective_date as from_date,
        1 as step_no
    from successions
    where is_primary
    union all
    select
        handed.agency_code,
        successions.new_agency_code as owner_code,
        successions.new_province_code as owner_province_code,
        successions.effective_date as from_date,
        handed.step_no + 1 as step_no
    from handed
    inner join successions on handed.owner_code = successions.old_agency_code
    where successions.is_primary
),

together as (
    select
        agency_code,
        'any' as receiving_agency_code,
        owner_code,
        owner_province_code,
        from_date,
        coalesce(
            lead(from_date) over (partition by agency_code order by step_no nulls last) - 1,
            cast('9999-12-31' as date)
        ) as to_date
    from handed
    union all
    select
        new_agency_code as agency_code,
        old_agency_code as receiving_agency_code,
        old_agency_code as owner_code,
        old_province_code as owner_province_code,
        cast('0001-01-01' as date) as from_date,
        effective_date - 1 as to_date
    from successions
    where new_agency_code is not null
),

final as (
    select
        together.agency_code,
        together.receiving_agency_code,
        together.owner_code,
        coalesce(agencies.level_code, 'unknown') as owner_level_code,
        together.owner_province_code,
        together.from_date,
        together.to_date
    from together
    left join agencies on together.owner_code = agencies.agency_code
)

select * from final
