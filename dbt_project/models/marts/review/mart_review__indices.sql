with indices as (select * from {{ ref('fct_indices') }}),

index_names as (select * from {{ ref('dim_indices') }}),

final as (
    select
        indices.province_code,
        indices.agency_code,
        indices.index_code,
        indices.component_code,
        indices.year,
        index_names.index_name,
        index_names.component_name,
        indices.value,
        indices.rank,
        indices.rank_of,
        indices.source_document
    from indices
    left join index_names
        on
            indices.index_code = index_names.index_code
            and indices.component_code = index_names.component_code
)

select * from final
