-- Every dated interval in which the clock of a dossier stands, whatever its reason.
with supplements as (select * from {{ ref('int_supplements__latest') }}),

pauses as (select * from {{ ref('int_pauses__latest') }}),

final as (
    select
        supplements.locality_code,
        supplements.dossier_code,
        supplements.province_code,
        'supplement' as pause_kind_code,
        cast(supplements.requested_at as date) as started_date,
        cast(supplements.supplied_at as date) as ended_date
    from supplements
    union all
    select
        pauses.locality_code,
        pauses.dossier_code,
        pauses.province_code,
        pauses.pause_kind_code,
        cast(pauses.started_at as date) as started_date,
        cast(pauses.ended_at as date) as ended_date
    from pauses
)

select * from final
