-- Every dated interval in which the clock of a dossier stands, whatever its reason.
with supplements as (select * from {{ ref('int_supplements__latest') }}),

pauses as (select * from {{ ref('int_pauses__latest') }}),

dates as (select * from {{ ref('int_dates__all') }}),

together as (
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
),

final as (
    select
        together.locality_code,
        together.dossier_code,
        together.province_code,
        together.pause_kind_code,
        together.started_date,
        together.ended_date,
        ended_days.day_position_no - started_days.day_position_no as paused_days,
        ended_days.working_day_position_no - started_days.working_day_position_no
            as paused_working_days
    from together
    left join dates as started_days on together.started_date = started_days.calendar_date
    left join dates as ended_days on together.ended_date = ended_days.calendar_date
)

select * from final
