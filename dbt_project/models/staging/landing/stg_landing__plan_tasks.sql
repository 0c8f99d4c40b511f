with source as (select * from {{ source('landing', 'plan_tasks') }}),

final as (
    select
        _locality_code as locality_code,
        _province_code as province_code,
        task_code,
        task_name,
        year,
        lead_agency_code,
        coordinating_agency_codes,
        product,
        due_date,
        done_date,
        status_code,
        _delivery_id,
        _exported_at,
        _source_file,
        _source_row
    from source
)

select * from final
