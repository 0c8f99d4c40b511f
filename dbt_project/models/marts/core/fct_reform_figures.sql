with reform_figures as (select * from {{ ref('int_reform_figures__latest') }}),

final as (
    select
        locality_code,
        province_code,
        figure_code,
        agency_code,
        period_code,
        value,
        unit_code,
        source_document,
        _delivery_id,
        _source_file,
        _source_row
    from reform_figures
)

select * from final
