-- The last export of each one wins.
with petitions as (select * from {{ ref('stg_landing__petitions') }}),

deliveries as (select * from {{ ref('int_deliveries__known') }}),

ranked as (
    select
        petitions.*,
        row_number() over (
            partition by petitions.locality_code, petitions.petition_code
            order by
                petitions._exported_at desc nulls last,
                petitions._delivery_id desc nulls last,
                petitions._source_file desc nulls last,
                petitions._source_row desc nulls last
        ) as version_no
    from petitions
    where petitions._delivery_id in (select deliveries.delivery_id from deliveries)
),

final as (
    select
        petition_code,
        locality_code,
        province_code,
        coalesce(agency_code, 'unknown') as agency_code,
        coalesce(field_code, 'unknown') as field_code,
        coalesce(kind_code, 'unknown') as kind_code,
        coalesce(source_code, 'unknown') as source_code,
        received_at,
        due_at,
        answered_at,
        coalesce(outcome_code, 'unknown') as outcome_code,
        satisfaction_code,
        _delivery_id,
        _source_file,
        _source_row
    from ranked
    where version_no = 1
)

select * from final
