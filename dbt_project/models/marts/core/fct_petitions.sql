with petitions as (select * from {{ ref('int_petitions__latest') }}),

agencies as (select * from {{ ref('int_agencies__latest') }}),

final as (
    select
        petitions.petition_code,
        petitions.locality_code,
        petitions.province_code,
        petitions.agency_code,
        petitions.field_code,
        coalesce(agencies.level_code, 'unknown') as level_code,
        petitions.kind_code,
        petitions.source_code,
        petitions.received_at,
        petitions.due_at,
        petitions.answered_at,
        cast(petitions.received_at as date) as received_date,
        cast(petitions.due_at as date) as due_date,
        cast(petitions.answered_at as date) as answered_date,
        petitions.outcome_code,
        petitions.satisfaction_code,
        petitions._delivery_id,
        petitions._source_file,
        petitions._source_row
    from petitions
    left join agencies on petitions.agency_code = agencies.agency_code
)

select * from final
