with procedures as (
    select *
    from {{ ref('int_procedures__versions') }}
    where is_current
),

dossiers as (select * from {{ ref('int_dossiers__names') }}),

dossier_fields as (
    select
        field_code,
        field_name
    from dossiers
    group by field_code, field_name
),

named as (
    select
        field_code,
        field_name,
        1 as source_no
    from procedures
    union all
    select
        field_code,
        field_name,
        2 as source_no
    from dossier_fields
    union all
    select
        'unknown' as field_code,
        'Chưa xác định' as field_name,
        0 as source_no
),

-- The register of procedures names a field before the dossiers do.
final as (
    select
        field_code,
        coalesce(
            max(case when source_no = 0 then field_name end),
            max(case when source_no = 1 then field_name end),
            max(case when source_no = 2 then field_name end),
            field_code
        ) as field_name
    from named
    where field_code is not null
    group by field_code
)

select * from final
