{{ config(meta={'renewed_by': 'dossier_or_locality'}) }}
-- Whose a dossier is stands in core.fct_dossiers; asked of the exports they are all read again.
with ratings as (select * from {{ ref('int_ratings__latest') }}),

dossiers as (select * from {{ ref('fct_dossiers') }}),

final as (
    select
        ratings.locality_code || '|' || ratings.dossier_code as dossier_key,
        ratings.dossier_code,
        ratings.locality_code,
        ratings.province_code,
        -- A rating of a dossier is one of the agency that resolves it.
        coalesce(ratings.agency_code, dossiers.agency_code, 'unknown') as agency_code,
        ratings.criterion_code,
        ratings.rating_code,
        ratings.rated_at,
        ratings._delivery_id,
        ratings._source_file,
        ratings._source_row
    from ratings
    left join dossiers
        on
            ratings.dossier_code = dossiers.dossier_code
            and ratings.locality_code = dossiers.locality_code
            and ratings.agency_code is null
)

select * from final
