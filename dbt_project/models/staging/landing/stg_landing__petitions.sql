with source as (select * from {{ source('landing', 'petitions') }}),

final as (
    select
        _locality_code as locality_code,
        _province_code as province_code,
        petition_code,
        kind_code,
        source_code,
        agency_code,
        field_code,
        received_at,
        due_at,
        answered_at,
        outcome_code,
        satisfaction_code,
        _delivery_id,
        _exported_at,
        _source_file,
        _source_row
    from source
)

select * from final
