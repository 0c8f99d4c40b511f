with index_names as (select * from {{ ref('index_names') }}),

indices as (select * from {{ ref('int_indices__latest') }}),

codes as (
    select
        index_code,
        component_code
    from index_names
    union
    select
        index_code,
        component_code
    from indices
),

totals as (
    select
        index_code,
        max(index_name) as index_name
    from index_names
    group by index_code
),

final as (
    select
        codes.index_code,
        codes.component_code,
        coalesce(totals.index_name, codes.index_code) as index_name,
        coalesce(
            index_names.component_name,
            case when codes.component_code = 'total' then 'Tổng' end,
            codes.component_code
        ) as component_name
    from codes
    left join totals on codes.index_code = totals.index_code
    left join index_names
        on
            codes.index_code = index_names.index_code
            and codes.component_code = index_names.component_code
)

select * from final
