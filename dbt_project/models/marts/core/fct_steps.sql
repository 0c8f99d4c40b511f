with steps as (select * from {{ ref('int_steps__latest') }}),

final as (
    select
        dossier_key,
        dossier_code,
        locality_code,
        province_code,
        step_no,
        step_kind_code,
        department_code,
        started_at,
        due_at,
        finished_at,
        is_on_site,
        is_electronic,
        _delivery_id,
        _source_file,
        _source_row
    from steps
)

select * from final
