with incidents as (select * from {{ ref('int_incidents__latest') }}),

final as (
    select
        locality_code,
        province_code,
        system_code,
        counterpart_system_code,
        kind_code,
        agency_code,
        started_at,
        ended_at,
        _delivery_id,
        _source_file,
        _source_row
    from incidents
)

select * from final
