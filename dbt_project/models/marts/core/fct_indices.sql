with indices as (select * from {{ ref('int_indices__latest') }}),

final as (
    select
        province_code,
        agency_code,
        index_code,
        component_code,
        year,
        value,
        rank,
        rank_of,
        source_document,
        _delivery_id,
        _source_file,
        _source_row
    from indices
)

select * from final
