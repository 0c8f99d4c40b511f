-- What each sealed pack counted: the dossiers that lie in it, under the rule as it was then.
with dossiers as (select * from {{ ref('stg_landing__sealed_dossiers') }}),

packs as (select * from {{ ref('int_reviews__sealed') }}),

final as (
    select
        dossiers.review_code,
        dossiers.pack_no,
        dossiers.dossier_key,
        dossiers.dossier_code,
        dossiers.locality_code,
        packs.province_code,
        dossiers.agency_code,
        dossiers.channel_code,
        dossiers.outcome_code,
        dossiers.is_received_in_period
    from dossiers
    inner join packs
        on dossiers.review_code = packs.review_code and dossiers.pack_no = packs.pack_no
)

select * from final
