-- Units of the country, by 1/7/2025 and on other days: a source read as it is, since 10.000 rows of
-- a seed would be loaded row by row in every build.
with successions as (select * from {{ ref('stg_landing__unit_successions') }}),

final as (
    select
        level_code,
        old_unit_code,
        old_unit_name,
        old_parent_code,
        old_parent_name,
        old_province_code,
        old_province_name,
        coalesce(new_unit_code, 'none') as new_unit_code,
        new_unit_name,
        new_parent_code,
        new_parent_name,
        new_province_code,
        new_province_name,
        effective_date,
        kind_code,
        is_primary,
        instrument
    from successions
)

select * from final
