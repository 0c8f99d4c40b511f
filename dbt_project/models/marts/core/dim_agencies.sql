-- Agencies of the register, those that only dossiers name, and one for dossiers that name none.
with agencies as (select * from {{ ref('int_agencies__latest') }}),

dossiers as (select * from {{ ref('int_dossiers__known') }}),

code_lists as (select * from {{ ref('code_lists') }}),

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
        together.valid_to,
        together.is_registered
    from together
    left join code_lists
        on
            coalesce(together.level_code, 'unknown') = code_lists.code
            and code_lists.list_code = 'level'
)

select * from final
