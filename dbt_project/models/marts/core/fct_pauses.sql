{{ config(meta={'renewed_by': 'dossier'}) }}
with pauses as (select * from {{ ref('int_pauses__latest') }}),

final as (
    select
        dossier_key,
        dossier_code,
        locality_code,
        province_code,
        pause_kind_code,
        started_at,
        ended_at,
        _delivery_id,
        _source_file,
        _source_row
    from pauses
)

select * from final
