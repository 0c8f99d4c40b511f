-- Agencies of the register, those that only dossiers or successions name, and one for dossiers that
-- name none.
with recursive agencies as (select * from {{ ref('int_agencies__latest') }}),

dossiers as (select * from {{ ref('int_dossiers__names') }}),

code_lists as (select * from {{ ref('code_lists') }}),

-- What is decided for a later day has not happened yet.
successions as (
    select *
    from {{ ref('stg_landing__agency_successions') }}
    where effective_date <= {{ as_of_date() }}
),

-- Where all of an agency went to one other, and all of that to the next, its past figures follow.
carried as (
    select
        old_agency_code as agency_code,
        new_agency_code as current_agency_code,
        1 as step_no
    from successions
    where kind_code in ('renamed', 'merged', 'moved')
    union all
    select
        carried.agency_code,
        successions.new_agency_code as current_agency_code,
        carried.step_no + 1 as step_no
    from carried
    inner join successions on carried.current_agency_code = successions.old_agency_code
    where successions.kind_code in ('renamed', 'merged', 'moved')
),

carried_to as (
    select
        agency_code,
        max_by(current_agency_code, step_no) as current_agency_code
    from carried
    group by agency_code
),

ended as (
    select
        old_agency_code as agency_code,
        max(kind_code) as kind_code,
        max(effective_date) - 1 as last_date
    from successions
    group by old_agency_code
),

named as (
    select
        coalesce(resolving_agency_code, receiving_agency_code) as agency_code,
        receiving_agency_code,
        level_code,
        province_code
    from dossiers
    group by
        coalesce(resolving_agency_code, receiving_agency_code),
        receiving_agency_code,
        level_code,
        province_code
),

unregistered as (
    select
        named.agency_code,
        max(named.level_code) as level_code,
        max(named.province_code) as province_code
    from (
        select
            named.agency_code,
            named.level_code,
            named.province_code
        from named
        union all
        select
            named.receiving_agency_code as agency_code,
            cast(null as string) as level_code,
            named.province_code
        from named
        union all
        select
            successions.old_agency_code as agency_code,
            cast(null as string) as level_code,
            successions.old_province_code as province_code
        from successions
        union all
        select
            successions.new_agency_code as agency_code,
            cast(null as string) as level_code,
            successions.new_province_code as province_code
        from successions
    ) as named
    where
        named.agency_code is not null
        and named.agency_code not in (select agencies.agency_code from agencies)
    group by named.agency_code
),

together as (
    select
        agency_code,
        agency_name,
        level_code,
        parent_code,
        group_code,
        area_code,
        province_code,
        valid_from,
        valid_to,
        true as is_registered
    from agencies
    union all
    select
        agency_code,
        'Cơ quan chưa có trong danh mục (' || agency_code || ')' as agency_name,
        level_code,
        cast(null as string) as parent_code,
        cast(null as string) as group_code,
        cast(null as string) as area_code,
        province_code,
        cast(null as date) as valid_from,
        cast(null as date) as valid_to,
        false as is_registered
    from unregistered
    where agency_code <> 'unknown'
    union all
    select
        'unknown' as agency_code,
        'Chưa xác định' as agency_name,
        'unknown' as level_code,
        cast(null as string) as parent_code,
        cast(null as string) as group_code,
        cast(null as string) as area_code,
        'unknown' as province_code,
        cast(null as date) as valid_from,
        cast(null as date) as valid_to,
        false as is_registered
),

final as (
    select
        together.agency_code,
        coalesce(together.agency_name, together.agency_code) as agency_name,
        coalesce(together.level_code, 'unknown') as level_code,
        coalesce(code_lists.name, 'Chưa xác định') as level_name,
        together.parent_code,
        together.group_code,
        together.area_code,
        together.province_code,
        together.valid_from,
        -- The register of successions knows of an end that the agency's own line does not tell.
        least(together.valid_to, ended.last_date) as valid_to,
        coalesce(carried_to.current_agency_code, together.agency_code) as current_agency_code,
        case
            when ends.kind_code in ('split', 'dissolved') then ends.kind_code
            when carried_to.agency_code is not null then 'replaced'
            else 'current'
        end as succession_state_code,
        {{ agency_code_in_form("together.agency_code", "old") }} as old_form_code,
        {{ agency_code_in_form("together.agency_code", "new") }} as new_form_code,
        together.is_registered
    from together
    left join code_lists
        on
            coalesce(together.level_code, 'unknown') = code_lists.code
            and code_lists.list_code = 'level'
    left join carried_to on together.agency_code = carried_to.agency_code
    left join ended on together.agency_code = ended.agency_code
    left join ended as ends
        on coalesce(carried_to.current_agency_code, together.agency_code) = ends.agency_code
)

select * from final
