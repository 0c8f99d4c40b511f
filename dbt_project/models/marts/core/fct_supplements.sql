{{ config(meta={'renewed_by': 'dossier'}) }}
with supplements as (select * from {{ ref('int_supplements__latest') }}),

final as (
    select
        dossier_key,
        dossier_code,
        locality_code,
        province_code,
        requested_at,
        supplied_at,
        due_before_at,
        due_after_at,
        _delivery_id,
        _source_file,
        _source_row
    from supplements
)

select * from final
