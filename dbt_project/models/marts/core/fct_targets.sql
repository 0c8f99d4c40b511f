with targets as (select * from {{ ref('int_targets__latest') }}),

final as (
    select
        locality_code,
        province_code,
        metric_code,
        agency_code,
        level_code,
        period_code,
        value,
        source_document,
        _delivery_id,
        _source_file,
        _source_row
    from targets
)

select * from final
