{{ config(materialized='view') }}

-- A view: a dossier that came once has one version, which stands in core.fct_dossiers already.
with compared as (select * from {{ ref('fct_compared_versions') }}),

dossiers as (select * from {{ ref('fct_dossiers') }}),

final as (
    select
        dossier_key,
        version_no,
        dossier_code,
        locality_code,
        province_code,
        valid_from,
        valid_to,
        last_shown_at,
        procedure_code,
        receiving_agency_code,
        resolving_agency_code,
        level_code,
        channel_code,
        received_at,
        due_at,
        finished_at,
        returned_at,
        status_code,
        is_missing_from_source,
        changed_columns,
        _delivery_id,
        _source_file,
        _source_row
    from compared
    union all
    select
        dossiers.dossier_key,
        1 as version_no,
        dossiers.dossier_code,
        dossiers.locality_code,
        dossiers.province_code,
        dossiers._exported_at as valid_from,
        cast(null as timestamp) as valid_to,
        dossiers._exported_at as last_shown_at,
        dossiers.procedure_code,
        dossiers.receiving_agency_code,
        dossiers.resolving_agency_code,
        dossiers.level_code,
        dossiers.channel_code,
        dossiers.received_at,
        dossiers.due_at,
        dossiers.finished_at,
        dossiers.returned_at,
        dossiers.status_code,
        false as is_missing_from_source,
        cast(null as string) as changed_columns,
        dossiers._delivery_id,
        dossiers._source_file,
        dossiers._source_row
    from dossiers
    left join compared on dossiers.dossier_key = compared.dossier_key
    where compared.dossier_key is null
)

select * from final
