{{ config(materialized='table') }}

-- A table, not a view: two facts leave these rows out, and finding them reads every dossier.
-- Keys are counted by a number first, since most dossiers come once and need no further look.
with versions as (
    select
        locality_code,
        dossier_code,
        _delivery_id,
        _exported_at,
        _source_file,
        _source_row,
        {{ key_hash(['locality_code', 'dossier_code']) }} as key_hash
    from {{ ref('int_dossiers__known') }}
),

repeated as (
    select key_hash
    from versions
    group by key_hash
    having count(*) > 1
),

ranked as (
    select
        versions.locality_code,
        versions.dossier_code,
        versions._delivery_id,
        versions._source_file,
        versions._source_row,
        row_number() over (
            partition by versions.locality_code, versions.dossier_code
            order by
                versions._exported_at desc nulls last,
                versions._delivery_id desc nulls last,
                versions._source_file desc nulls last,
                versions._source_row desc nulls last
        ) as version_no
    from versions
    inner join repeated on versions.key_hash = repeated.key_hash
),

final as (
    select
        locality_code,
        dossier_code,
        version_no,
        _delivery_id,
        _source_file,
        _source_row
    from ranked
    where version_no > 1
)

select * from final
