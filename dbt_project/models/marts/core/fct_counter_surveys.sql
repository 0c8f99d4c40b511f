with counter_surveys as (select * from {{ ref('int_counter_surveys__latest') }}),

final as (
    select
        locality_code,
        province_code,
        agency_code,
        item_code,
        needed_count,
        present_count,
        degraded_count,
        surveyed_date,
        _delivery_id,
        _source_file,
        _source_row
    from counter_surveys
)

select * from final
