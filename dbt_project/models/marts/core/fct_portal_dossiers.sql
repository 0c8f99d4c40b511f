{{ config(meta={'renewed_by': 'dossier'}) }}
with portal_dossiers as (select * from {{ ref('int_portal_dossiers__latest') }}),

final as (
    select
        dossier_key,
        dossier_code,
        locality_code,
        province_code,
        system_code,
        status_code,
        received_date,
        due_date,
        closing_date,
        _delivery_id,
        _source_file,
        _source_row
    from portal_dossiers
)

select * from final
