with source as (select * from {{ source('landing', 'steps') }}),

final as (
    select
        _locality_code as locality_code,
        _province_code as province_code,
        dossier_code,
        step_no,
        step_kind_code,
        department_code,
        started_at,
        due_at,
        finished_at,
        is_on_site,
        is_electronic,
        _delivery_id,
        _exported_at,
        _source_file,
        _source_row
    from source
)

select * from final
